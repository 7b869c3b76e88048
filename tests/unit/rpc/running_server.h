// A server on a thread of its own.
#pragma once

#include <atomic>
#include <chrono>
#include <optional>
#include <poll.h>
#include <string>
#include <sys/eventfd.h>
#include <thread>
#include <unistd.h>

#include <gtest/gtest.h>

#include "control/rpc/server.h"
#include "tests/unit/rpc/scratch_folder.h"
#include "tests/unit/rpc/toy_methods.h"

namespace sealane::rpc {

class RunningServer {
  public:
    explicit RunningServer(Methods methods = toy_methods())
        : methods_(std::move(methods)),
          stop_(::eventfd(0, EFD_CLOEXEC)),
          path_(folder_ / "control") {
        auto opened = Listener::open(path_);
        listener_.emplace(std::move(opened).value());
        thread_ = std::thread([this] {
            Server server(*listener_, methods_, [this] { return Instant(now_.load()); });
            EXPECT_TRUE(server.serve_until(stop_.get()).ok());
        });
    }
    ~RunningServer() {
        const std::uint64_t one = 1;
        EXPECT_EQ(::write(stop_.get(), &one, sizeof one), static_cast<ssize_t>(sizeof one));
        thread_.join();
    }
    RunningServer(const RunningServer&) = delete;
    RunningServer& operator=(const RunningServer&) = delete;

    [[nodiscard]] const std::string& path() const { return path_; }

    /// Time stands still for the server but for this.
    void pass(Duration time) { now_ = now_.load() + time; }

    /// A plain, blocking connection.
    [[nodiscard]] Fd connect() const {
        Fd socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
        const auto address = unix_address(path_);
        EXPECT_EQ(
            ::connect(socket.get(), reinterpret_cast<const sockaddr*>(&*address), sizeof *address),
            0);
        return socket;
    }

  private:
    ScratchFolder folder_;
    Methods methods_;
    Fd stop_;
    std::atomic<Duration> now_{std::chrono::hours(1)};
    std::string path_;
    std::optional<Listener> listener_;
    std::thread thread_;
};

}  // namespace sealane::rpc
