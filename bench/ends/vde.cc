// By libvdeplug's own module, on the sockets of vde_switch.
#include <array>
#include <cerrno>
#include <cstring>
#include <poll.h>
#include <sys/socket.h>

#include "bench/ends/ends.h"

extern "C" {  // its header does not say so
#include <libvdeplug.h>
}

namespace sealane::ends {
namespace {

struct Close {
    void operator()(VDECONN* plug) const { vde_close(plug); }
};
using Plug = std::unique_ptr<VDECONN, Close>;

class Vde final : public Ends {
  public:
    Vde(Plug from, Plug to) : from_(std::move(from)), to_(std::move(to)) {}

    unsigned send(std::span<const std::uint8_t> frame, unsigned count) override {
        unsigned sent = 0;
        while (sent < count && put(*from_, frame)) {
            ++sent;
        }
        return sent;
    }
    unsigned receive(std::span<const std::uint8_t>& last) override {
        unsigned count = 0;
        for (; count < kBurst; ++count) {
            const ssize_t length =
                recv(vde_datafd(to_.get()), bytes_.data(), bytes_.size(), MSG_DONTWAIT);
            if (length <= 0) break;
            last = {bytes_.data(), static_cast<std::size_t>(length)};
        }
        return count;
    }
    bool serve(std::uint64_t /*now_ns*/) override { return true; }
    void wait() override {
        pollfd one{vde_datafd(to_.get()), POLLIN, 0};
        poll(&one, 1, 1);
    }
    void announce(std::span<const std::uint8_t> frame) override { put(*to_, frame); }

  private:
    /// As vde_send(), but for waiting where the switch's socket is full.
    static bool put(VDECONN& plug, std::span<const std::uint8_t> frame) {
        return ::send(vde_datafd(&plug), frame.data(), frame.size(), MSG_DONTWAIT) > 0;
    }

    Plug from_, to_;
    std::array<std::uint8_t, 2048> bytes_;
};

}  // namespace

Result<std::unique_ptr<Ends>> open_vde(const std::string& folder) {
    std::string path = folder, description = "sealane-bench";
    Plug from(vde_open(path.data(), description.data(), nullptr));
    Plug to(from ? vde_open(path.data(), description.data(), nullptr) : nullptr);
    if (!to) return Error{folder + ": no vde_switch: " + std::strerror(errno)};
    return std::unique_ptr<Ends>(std::make_unique<Vde>(std::move(from), std::move(to)));
}

}  // namespace sealane::ends
