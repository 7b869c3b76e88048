// sealane.h for C++20: owners that can be moved, spans, and exceptions with the library's sentence.
// Header only: nothing of C++ crosses the shared object.  Threads and lifetimes are those of
// sealane.h.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <sealane/sealane.h>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>

namespace sealane {

/// What the library said was wrong, and what would be right.
class Failure : public std::runtime_error {
  public:
    using std::runtime_error::runtime_error;
};

using HostTime = std::chrono::nanoseconds;  ///< Since any beginning that the host chose.

/// The bytes of a frame; whose they are says who gives them.
using FrameBytes = std::span<const std::byte>;

/// A client's end.  Ends with its Switch, so it must not be used after that.
class Client {
  public:
    /// Takes the frame or, if there is no room now, doesn't (false).  Throws Failure if it can be
    /// none.
    [[nodiscard]] bool send(FrameBytes frame) {
        const sealane_frame one{frame.data(), frame.size()};
        return send(std::span(&one, 1)) == 1;
    }
    /// How many of them were taken.  Throws Failure if the first can be none.
    [[nodiscard]] std::size_t send(std::span<const sealane_frame> frames) {
        const int taken =
            sealane_send(of_.get(), frames.data(), static_cast<unsigned>(frames.size()));
        if (taken < 0) throw Failure("a frame is empty or longer than SEALANE_MAX_FRAME");
        return static_cast<std::size_t>(taken);
    }
    /// Fills `room` from its beginning and gives the filled part.  Valid until the next receive().
    [[nodiscard]] std::span<const sealane_frame> receive(std::span<sealane_frame> room) {
        const int count =
            sealane_receive(of_.get(), room.data(), static_cast<unsigned>(room.size()));
        return room.first(static_cast<std::size_t>(count));
    }
    [[nodiscard]] static FrameBytes bytes_of(const sealane_frame& frame) {
        return {static_cast<const std::byte*>(frame.bytes), frame.length};
    }
    /// Readable when something has come since receive() gave nothing.
    [[nodiscard]] int descriptor() const { return sealane_client_fd(of_.get()); }

  private:
    friend class Switch;
    struct Detach {
        void operator()(sealane_client* of) const { sealane_detach(of); }
    };
    explicit Client(sealane_client* of) : of_(of) {}
    std::unique_ptr<sealane_client, Detach> of_;
};

/// An instance.  Destroy its clients before it.
class Switch {
  public:
    struct Polled {
        unsigned frames = 0;
        HostTime next{};  ///< When to call next at the latest.
    };

    /// Throws Failure, with a line for each fault of the text.
    explicit Switch(std::string_view yaml, const sealane_options& options = defaults()) {
        std::string why(kLongestError, '\0');
        of_.reset(sealane_create(yaml.data(), yaml.size(), &options, why.data(), why.size()));
        if (of_ == nullptr) throw Failure(why.c_str());
    }
    [[nodiscard]] static sealane_options defaults() {
        sealane_options options{};
        options.size = sizeof options;
        return options;
    }
    /// Options for a host with a loop and a clock of its own.
    [[nodiscard]] static sealane_options driven(HostTime start = {}, std::uint64_t seed = 0) {
        sealane_options options = defaults();
        options.driven = 1;
        options.start_ns = static_cast<std::uint64_t>(start.count());
        options.seed = seed;
        return options;
    }

    /// As sealane_poll().
    Polled poll(HostTime now, unsigned budget) {
        std::uint64_t next = 0;
        const int frames =
            sealane_poll(of_.get(), static_cast<std::uint64_t>(now.count()), budget, &next);
        if (frames < 0) throw Failure(sealane_error(of_.get()));
        return {static_cast<unsigned>(frames), HostTime(next)};
    }
    [[nodiscard]] int descriptor() const { return sealane_fd(of_.get()); }
    /// As sealane_add_adapter(); throws Failure, with a line for each fault.
    void add_adapter(const std::string& partition, std::string_view yaml) {
        must(sealane_add_adapter(of_.get(), partition.c_str(), yaml.data(), yaml.size()));
    }
    void remove_adapter(const std::string& adapter) {
        must(sealane_remove_adapter(of_.get(), adapter.c_str()));
    }
    [[nodiscard]] Client attach(const std::string& adapter) {
        sealane_client* const client = sealane_attach(of_.get(), adapter.c_str());
        if (client == nullptr) throw Failure(sealane_error(of_.get()));
        return Client(client);
    }
    /// JSON-RPC 2.0 in and out, as sealane_control().
    [[nodiscard]] std::string control(std::string_view request) {
        std::size_t length = 0;
        const char* const answer =
            sealane_control(of_.get(), request.data(), request.size(), &length);
        return {answer, length};
    }

  private:
    static constexpr std::size_t kLongestError = 4096;
    struct Destroy {
        void operator()(sealane_instance* of) const { sealane_destroy(of); }
    };
    void must(int outcome) const {
        if (outcome < 0) throw Failure(sealane_error(of_.get()));
    }
    std::unique_ptr<sealane_instance, Destroy> of_;
};

}  // namespace sealane
