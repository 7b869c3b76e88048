#include "dataplane/port/tap_port.h"

#include <array>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include "dataplane/port/frame.h"
#include "dataplane/port/frame_copy.h"

namespace sealane::port {
namespace {

constexpr std::size_t kReadRoom = std::size_t{1} << 16;  // an IP packet can't be longer
constexpr std::size_t kMostPieces = 64;

std::string explain(int fault, const std::string& interface) {
    if (fault == EBUSY) return "somebody else has it";
    if (fault == EPERM) {
        return "it needs the capability CAP_NET_ADMIN, or an interface made for you: "
               "`sudo ip tuntap add dev " +
               interface + " mode tap user $USER`";
    }
    if (fault == EINVAL) return "an interface of that name is there and no TAP";
    return std::strerror(fault);
}

/// As far as we may: the owner of an interface that was there can have set it up otherwise.
void bring_up(const ifreq& tap, std::uint32_t mtu) {
    const Descriptor control(socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    ifreq wanted = tap;
    wanted.ifr_mtu = static_cast<int>(mtu);
    [[maybe_unused]] const int sized = ioctl(control.get(), SIOCSIFMTU, &wanted);
    if (ioctl(control.get(), SIOCGIFFLAGS, &wanted) != 0) return;
    wanted.ifr_flags = static_cast<short>(wanted.ifr_flags | IFF_UP);
    [[maybe_unused]] const int raised = ioctl(control.get(), SIOCSIFFLAGS, &wanted);
}

}  // namespace

Result<std::unique_ptr<TapPort>> TapPort::open(const TapSettings& settings, const Pools& pools) {
    const auto failed = [&](const std::string& why) {
        return Error{settings.name + ": can't open TAP interface " + settings.interface + ": " +
                     why};
    };
    if (settings.interface.empty() || settings.interface.size() >= IFNAMSIZ) {
        return failed("a name has 1 to " + std::to_string(IFNAMSIZ - 1) + " characters");
    }
    Descriptor tap(::open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC));
    if (!tap.is_open()) return failed(std::string("/dev/net/tun: ") + std::strerror(errno));

    ifreq wanted{};
    settings.interface.copy(wanted.ifr_name, IFNAMSIZ - 1);
    wanted.ifr_flags = IFF_TAP | IFF_NO_PI;
    if (ioctl(tap.get(), TUNSETIFF, &wanted) != 0)
        return failed(explain(errno, settings.interface));
    bring_up(wanted, settings.mtu);
    return std::unique_ptr<TapPort>(new TapPort(std::move(tap), settings.interface, pools));
}

TapPort::TapPort(Descriptor tap, std::string interface, const Pools& pools)
    : tap_(std::move(tap)),
      interface_(std::move(interface)),
      pool_(pools.frames.get()),
      received_(std::make_unique_for_overwrite<std::uint8_t[]>(kReadRoom)),
      sent_(std::make_unique_for_overwrite<std::uint8_t[]>(kReadRoom)) {
    look_at_link();
}

std::uint16_t TapPort::receive(rte_mbuf** frames, std::uint16_t room, Tally& tally) {
    if (!idle_.is_due()) return 0;
    std::uint16_t taken = 0;
    bool found = false;
    while (taken < room) {
        const ssize_t got = ::read(tap_.get(), received_.get(), kReadRoom);
        if (got <= 0) break;
        found = true;
        const auto length = static_cast<std::size_t>(got);
        rte_mbuf* const frame =
            length > traits().max_frame ? nullptr : frame_of({received_.get(), length}, pool_);
        if (frame != nullptr) {
            frames[taken++] = frame;
        } else {
            tally.refused(length > traits().max_frame ? Drop::Oversize : Drop::NoBuffer, length);
        }
    }
    found ? idle_.found_something() : idle_.found_nothing();
    return taken;
}

void TapPort::send(rte_mbuf** frames, std::uint16_t count, Tally& tally) {
    std::uint64_t sent = 0;
    std::uint64_t bytes = 0;
    for (std::uint16_t i = 0; i < count; ++i) {
        const std::uint32_t length = frames[i]->pkt_len;
        if (const Drop why = write(frames[i]); why != Drop::None) {
            tally.drop(frames[i], Direction::Out, why);
            continue;
        }
        rte_pktmbuf_free(frames[i]);
        ++sent;
        bytes += length;
    }
    tally.sent(sent, bytes);
}

Drop TapPort::write(const rte_mbuf* frame) {
    if (is_unplugged_.load(std::memory_order_relaxed)) return Drop::PortDown;
    if (frame->pkt_len > traits().max_frame) return Drop::Oversize;
    std::array<iovec, kMostPieces> pieces;
    int used = 0;
    if (frame->nb_segs > kMostPieces) {
        copy_bytes(frame, sent_.get());
        pieces[used++] = {sent_.get(), frame->pkt_len};
    } else {
        for (const rte_mbuf* piece = frame; piece != nullptr; piece = piece->next) {
            pieces[used++] = {rte_pktmbuf_mtod(piece, void*), piece->data_len};
        }
    }
    if (writev(tap_.get(), pieces.data(), used) >= 0) return Drop::None;
    return errno == EAGAIN || errno == ENOBUFS || errno == ENOMEM ? Drop::QueueFull
                                                                  : Drop::PortDown;
}

void TapPort::service(Instant /*now*/, Tally& /*tally*/) { look_at_link(); }

void TapPort::look_at_link() {
    // The kernel calls a TAP writable while its interface is up, in whatever namespace it is by
    // now.
    pollfd asked{.fd = tap_.get(), .events = POLLOUT, .revents = 0};
    const bool takes = poll(&asked, 1, 0) == 1 && (asked.revents & POLLOUT) != 0;
    const bool up = takes && !is_unplugged_.load(std::memory_order_relaxed);
    if (up != up_.load(std::memory_order_relaxed)) up_.store(up, std::memory_order_relaxed);
}

Status TapPort::set_link(bool up) {
    int carrier = up ? 1 : 0;
    if (ioctl(tap_.get(), TUNSETCARRIER, &carrier) == 0) {
        is_unplugged_.store(!up, std::memory_order_relaxed);
        return done();
    }
    return Error{"can't take the carrier of " + interface_ + (up ? " up: " : " down: ") +
                 std::strerror(errno)};
}

bool TapPort::prepare_to_sleep() {
    idle_.look_now();
    return true;
}

PortState TapPort::state() const {
    const bool up = up_.load(std::memory_order_relaxed);
    return {.up = up,
            .type = "ethdev",
            .detail = "TAP interface " + interface_ + (up ? ", up" : ", down; see `ip link`")};
}

}  // namespace sealane::port
