// A hypervisor's end with its slot page, in a folder of its own, and ways to come in.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <dirent.h>
#include <memory>
#include <optional>
#include <poll.h>
#include <span>
#include <string>
#include <sys/socket.h>
#include <sys/un.h>
#include <thread>
#include <unistd.h>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "control/hypercall/client.h"
#include "control/hypercall/packets.h"
#include "control/hypercall/server.h"
#include "tests/unit/rpc/scratch_folder.h"

namespace sealane::hypercall {

inline constexpr SeaIndex kOfOne{0};    ///< vios1, its worker 0.
inline constexpr SeaIndex kOfTwo{1};    ///< vios2, its worker 3.
inline constexpr SeaIndex kAlsoTwo{2};  ///< vios2, its worker 63.
inline constexpr ha::TrunkSet kBoth = ha::TrunkSet::first(2);
inline constexpr Duration kLongEnough = std::chrono::seconds{10};

/// Open files of this process.
inline std::size_t open_descriptors() {
    std::size_t count = 0;
    DIR* const listing = ::opendir("/proc/self/fd");
    while (::readdir(listing) != nullptr) {
        ++count;
    }
    ::closedir(listing);
    return count;
}

[[nodiscard]] inline bool is_ready(int descriptor) {
    pollfd asked{.fd = descriptor, .events = POLLIN, .revents = 0};
    return ::poll(&asked, 1, 0) == 1;
}

/// A process that does not use Client.
class Stranger {
  public:
    explicit Stranger(const std::string& path)
        : socket_(::socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0)) {
        const auto address = address_of(path);
        const auto* const where = reinterpret_cast<const sockaddr*>(&*address);
        came_ = ::connect(socket_.get(), where, sizeof *address) == 0;
    }

    [[nodiscard]] bool came() const { return came_; }
    Sent say(std::span<const std::uint8_t> bytes, std::initializer_list<int> given = {}) {
        return send(socket_.get(), bytes, given);
    }
    Sent say(const Message& message) { return say(encode(message)); }
    [[nodiscard]] Received hear() { return receive(socket_.get(), buffer_, true); }
    /// What it heard, if it was a message.
    [[nodiscard]] std::optional<Message> message() {
        const Received got = hear();
        const Decoded said = decode(got.packet);
        if (got.kind != Received::Kind::Something || said.why != Reject::None) return std::nullopt;
        return said.message;
    }
    [[nodiscard]] bool is_at_the_end() { return hear().kind == Received::Kind::End; }
    [[nodiscard]] int socket() const { return socket_.get(); }
    void leave() { socket_.close(); }

  private:
    Descriptor socket_;
    bool came_ = false;
    Buffer buffer_;
};

class House : public testing::Test {
  protected:
    House() { open(); }

    void open() {
        auto made = Server::open(settings());
        ASSERT_TRUE(made.ok()) << made.error().text;
        server = std::move(*made);
    }
    [[nodiscard]] Server::Settings settings() const {
        return {.path = path,
                .digest = digest,
                .key = key,
                .slots = slots,
                .partitions = {
                    {.name = "vios1", .seas = {{.index = kOfOne, .worker = 0}}},
                    {.name = "vios2",
                     .seas = {{.index = kOfTwo, .worker = 3}, {.index = kAlsoTwo, .worker = 63}}},
                    {.name = "plain", .seas = {}}}};
    }

    /// What happened, until nothing is ready any more.
    std::vector<Event> serve() {
        std::vector<Event> events;
        do {
            server->service(events);
        } while (is_ready(server->descriptor()));
        return events;
    }
    /// Connects while the server serves; connect() waits for its answer, so from another thread.
    Result<std::unique_ptr<Client>> connect(const std::string& partition,
                                            std::optional<Digest> other = std::nullopt) {
        std::optional<Result<std::unique_ptr<Client>>> made;
        std::atomic<bool> is_done{false};
        std::thread caller([&] {
            made = Client::connect(
                {.path = path, .digest = other.value_or(digest), .partition = partition},
                kLongEnough);
            is_done = true;
        });
        while (!is_done) {
            pollfd asked{.fd = server->descriptor(), .events = POLLIN, .revents = 0};
            ::poll(&asked, 1, 1);
            server->service(meanwhile);
        }
        caller.join();
        return std::move(*made);
    }
    /// One that must come in.
    std::unique_ptr<Client> come_in(const std::string& partition) {
        auto made = connect(partition);
        EXPECT_TRUE(made.ok()) << (made ? "" : made.error().text);
        return made ? std::move(*made) : nullptr;
    }
    std::string why_not(const std::string& partition, std::optional<Digest> other = std::nullopt) {
        const auto made = connect(partition, other);
        return made ? "" : made.error().text;
    }
    /// All that happened while others connected; forgets it.
    std::vector<Event> so_far() { return std::exchange(meanwhile, {}); }

    ScratchFolder folder;
    std::string path = folder / "hypervisor";
    Digest digest{1, 2, 3};
    ha::Key key{.id = {1}, .secret = std::vector<std::uint8_t>(32, 0x42)};
    SlotPage slots = std::move(*SlotPage::make(5));
    std::unique_ptr<Server> server;
    std::vector<Event> meanwhile;  ///< What happened while somebody connected.
};

}  // namespace sealane::hypercall
