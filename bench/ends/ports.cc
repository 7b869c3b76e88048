// By libsealane-port: unix: and shm:.
#include <array>
#include <poll.h>
#include <sealane/port.h>

#include "bench/ends/ends.h"

namespace sealane::ends {
namespace {

struct Close {
    void operator()(sealane_port* port) const { sealane_port_close(port); }
};
using Port = std::unique_ptr<sealane_port, Close>;

class Ports final : public Ends {
  public:
    Ports(Port from, Port to) : from_(std::move(from)), to_(std::move(to)) {}

    unsigned send(std::span<const std::uint8_t> frame, unsigned count) override {
        std::array<sealane_frame, kBurst> frames;
        frames.fill({frame.data(), frame.size()});
        const int taken = sealane_port_send(from_.get(), frames.data(), count);
        return taken > 0 ? static_cast<unsigned>(taken) : 0;
    }
    unsigned receive(std::span<const std::uint8_t>& last) override {
        const int got = sealane_port_receive(to_.get(), in_.data(), kBurst);
        if (got <= 0) return 0;
        const sealane_frame& frame = in_[static_cast<std::size_t>(got) - 1];
        last = {static_cast<const std::uint8_t*>(frame.bytes), frame.length};
        return static_cast<unsigned>(got);
    }
    bool serve(std::uint64_t now_ns) override {
        const bool from_is_up = sealane_port_service(from_.get(), now_ns, nullptr) == 1;
        return sealane_port_service(to_.get(), now_ns, nullptr) == 1 && from_is_up;
    }
    void wait() override {
        std::array<pollfd, 2> both{
            {{sealane_port_fd(from_.get()), POLLIN, 0}, {sealane_port_fd(to_.get()), POLLIN, 0}}};
        poll(both.data(), both.size(), 1);
    }
    void announce(std::span<const std::uint8_t> frame) override {
        const sealane_frame one{frame.data(), frame.size()};
        sealane_port_send(to_.get(), &one, 1);
    }

  private:
    Port from_, to_;
    std::array<sealane_frame, kBurst> in_;
};

Result<Port> open_one(const std::string& url) {
    std::array<char, 256> error{};
    Port port(sealane_port_open(url.c_str(), nullptr, error.data(), error.size()));
    if (!port) return Error{url + ": " + error.data()};
    return port;
}

}  // namespace

Result<std::unique_ptr<Ends>> open_ports(const std::string& from, const std::string& to) {
    Result<Port> one = open_one(from);
    if (!one) return one.error();
    Result<Port> other = open_one(to);
    if (!other) return other.error();
    return std::unique_ptr<Ends>(
        std::make_unique<Ports>(std::move(one).value(), std::move(other).value()));
}

}  // namespace sealane::ends
