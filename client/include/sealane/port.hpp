// port.h for C++20: an owner that can be moved, spans, and exceptions with the library's sentence.
// Header only: nothing of C++ crosses the shared object.  Threads and lifetimes are those of
// port.h.
#pragma once

#include <cerrno>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <sealane/port.h>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

namespace sealane {

/// What the library said was wrong, and what would be right.
class PortFailure : public std::runtime_error {
  public:
    using std::runtime_error::runtime_error;
};

/// A port of a switch in another process.
class Port {
  public:
    using Time = std::chrono::nanoseconds;  ///< Of any clock that does not go back.
    /// Told in service() when the switch is there or gone, and why.
    using LinkChanged = std::function<void(bool up, std::string_view why)>;

    struct Served {
        bool up = false;
        Time next{};  ///< When to call next at the latest.
    };

    /// Throws PortFailure.  `options.link_changed` and `opaque` are not looked at.
    explicit Port(const std::string& url,
                  LinkChanged link_changed = {},
                  sealane_port_options options = defaults())
        : link_changed_(std::make_unique<LinkChanged>(std::move(link_changed))) {
        options.link_changed = *link_changed_ ? tell : nullptr;
        options.opaque = link_changed_.get();
        char why[kLongestError] = "";
        of_.reset(sealane_port_open(url.c_str(), &options, why, sizeof why));
        if (of_ == nullptr) throw PortFailure(why);
    }

    [[nodiscard]] static sealane_port_options defaults() {
        sealane_port_options options{};
        options.size = sizeof options;
        return options;
    }

    /// As sealane_port_service().
    Served service(Time now) {
        std::uint64_t next = 0;
        const int up =
            sealane_port_service(of_.get(), static_cast<std::uint64_t>(now.count()), &next);
        const auto most = static_cast<std::uint64_t>(Time::max().count());
        return {up == 1, Time(next < most ? next : most)};
    }
    [[nodiscard]] int descriptor() const { return sealane_port_fd(of_.get()); }

    /// How many of them were taken: none while the switch isn't there.  Throws PortFailure if the
    /// first can be none.
    std::size_t send(std::span<const sealane_frame> frames) {
        const int taken =
            sealane_port_send(of_.get(), frames.data(), static_cast<unsigned>(frames.size()));
        if (taken >= 0) return static_cast<std::size_t>(taken);
        if (taken == -ENOTCONN) return 0;
        throw PortFailure(sealane_port_error(of_.get()));
    }
    bool send(std::span<const std::byte> frame) {
        const sealane_frame one{frame.data(), frame.size()};
        return send(std::span(&one, 1)) == 1;
    }
    /// Fills `room` from its beginning and gives the filled part.  Valid until the next receive().
    [[nodiscard]] std::span<const sealane_frame> receive(std::span<sealane_frame> room) {
        const int count =
            sealane_port_receive(of_.get(), room.data(), static_cast<unsigned>(room.size()));
        return room.first(static_cast<std::size_t>(count));
    }
    /// Room for a frame of up to `length` bytes where the switch reads it, until commit() or any
    /// call that sends or serves; empty: none now.  Of `shm:` ports only.
    [[nodiscard]] std::span<std::byte> reserve(std::size_t length) {
        void* const room = sealane_port_reserve(of_.get(), length);
        if (room == nullptr) return {};
        return {static_cast<std::byte*>(room), length};
    }
    /// What was reserved last is a frame of `length` bytes now; flush() sends it.  Throws
    /// PortFailure if it can be none; false: the switch has gone.
    bool commit(std::size_t length) {
        const int done = sealane_port_commit(of_.get(), length);
        if (done == -EINVAL) throw PortFailure(sealane_port_error(of_.get()));
        return done == 0;
    }
    void flush() { sealane_port_flush(of_.get()); }
    /// As receive(), but they stay until release().  Throws PortFailure if the port isn't `shm:`.
    [[nodiscard]] std::span<const sealane_frame> peek(std::span<sealane_frame> room) {
        const int count =
            sealane_port_peek(of_.get(), room.data(), static_cast<unsigned>(room.size()));
        if (count < 0) throw PortFailure(sealane_port_error(of_.get()));
        return room.first(static_cast<std::size_t>(count));
    }
    /// The oldest `count` frames are done with; false: there are fewer.
    bool release(std::size_t count) {
        return sealane_port_release(of_.get(), static_cast<unsigned>(count)) == 0;
    }
    [[nodiscard]] static std::span<const std::byte> bytes_of(const sealane_frame& frame) {
        return {static_cast<const std::byte*>(frame.bytes), frame.length};
    }

    [[nodiscard]] sealane_port_stats stats() const {
        sealane_port_stats read{};
        read.size = sizeof read;
        sealane_port_read_stats(of_.get(), &read);
        return read;
    }
    /// Why the switch isn't there.
    [[nodiscard]] std::string_view error() const { return sealane_port_error(of_.get()); }

  private:
    static constexpr std::size_t kLongestError = 256;
    struct Close {
        void operator()(sealane_port* of) const { sealane_port_close(of); }
    };

    static void tell(void* opaque, int up, const char* why) {
        (*static_cast<const LinkChanged*>(opaque))(up != 0, why);
    }

    std::unique_ptr<LinkChanged> link_changed_;  ///< Where the library finds it, wherever we move.
    std::unique_ptr<sealane_port, Close> of_;
};

}  // namespace sealane
