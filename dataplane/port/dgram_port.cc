#include "dataplane/port/dgram_port.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <poll.h>
#include <span>
#include <sys/socket.h>
#include <system_error>

#include "dataplane/port/queueing.h"

namespace sealane::port {
namespace {

constexpr Duration kLookEvery = std::chrono::milliseconds(50);

bool has_input(const BoundSocket& socket) {
    pollfd asked{.fd = socket.get(), .events = POLLIN, .revents = 0};
    return poll(&asked, 1, 0) == 1 && (asked.revents & POLLIN) != 0;
}

/// 0, or errno.
int connect_to_peer(const BoundSocket& socket, const std::string& path) {
    const sockaddr_un address = *unix_address(path);
    return connect(socket.get(), generic(address), sizeof address) == 0 ? 0 : errno;
}

/// From now on it takes from anybody, a new peer among them.  Such a connect() can't fail.
void forget_peer(const BoundSocket& socket) {
    sockaddr nobody{};
    nobody.sa_family = AF_UNSPEC;
    [[maybe_unused]] const int done = connect(socket.get(), &nobody, sizeof nobody);
}

}  // namespace

Result<std::unique_ptr<QemuDgramPort>> QemuDgramPort::open(const QemuDgramSettings& settings,
                                                           const Pools& pools) {
    if (Status usable = check_socket_path(settings.name, settings.remote); !usable)
        return usable.error();
    Result<BoundSocket> bound = BoundSocket::open(settings.name, settings.local, SOCK_DGRAM);
    if (!bound) return bound.error();
    BoundSocket socket = std::move(bound).value();
    WakeSet wake;
    if (!wake.is_open() || !wake.add(socket.get())) {
        return Error{settings.name + ": can't watch " + settings.local + ": " +
                     std::strerror(errno)};
    }
    return std::unique_ptr<QemuDgramPort>(
        new QemuDgramPort(settings, std::move(socket), std::move(wake), pools));
}

QemuDgramPort::QemuDgramPort(const QemuDgramSettings& settings,
                             BoundSocket socket,
                             WakeSet wake,
                             const Pools& pools)
    : settings_(settings),
      socket_(std::move(socket)),
      wake_(std::move(wake)),
      pool_(pools.frames.get()),
      inbox_(settings.max_frame),
      outbox_(settings.queue_frames, settings.max_frame) {}

std::uint16_t QemuDgramPort::receive(rte_mbuf** frames, std::uint16_t room, Tally& tally) {
    if (!is_up() || !idle_.is_due()) return 0;
    const DgramInbox::Taken taken = inbox_.take(socket_.get(), frames, room, pool_, tally);
    taken.any ? idle_.found_something() : idle_.found_nothing();
    return taken.frames;
}

void QemuDgramPort::send(rte_mbuf** frames, std::uint16_t count, Tally& tally) {
    send_queued(
        outbox_,
        std::span(frames, count),
        settings_.max_frame,
        tally,
        [&] { return is_up(); },
        [&] { return flush(tally); });
}

bool QemuDgramPort::flush(Tally& tally) {
    const Flushed flushed = outbox_.flush(socket_.get(), tally);
    if (flushed == Flushed::Broken) lose(errno, tally);
    wake_.watch_for_room(socket_.get(), flushed == Flushed::Blocked);
    return flushed == Flushed::Empty;
}

void QemuDgramPort::service(Instant now, Tally& tally) {
    if (is_up()) flush(tally);
    // A new peer would cost what the old one sent and nobody has read: so that is read first.
    const bool due = now >= look_at_;
    if (is_up() ? !due || has_input(socket_) : !due && !has_input(socket_)) return;
    look_at_ = now + kLookEvery;
    look_for_peer(tally);
}

void QemuDgramPort::look_for_peer(Tally& tally) {
    const std::optional<SocketFile> there = find_socket_file(settings_.remote);
    if (is_up() && there && there != peer_) lose(kReplaced, tally);
    // To the one that it is connected to already, this changes nothing.
    const int fault = connect_to_peer(socket_, settings_.remote);
    if (fault == 0) {
        if (!is_up()) adopt(there);
        return;
    }
    if (is_up()) lose(fault, tally);
    last_fault_.store(fault, std::memory_order_relaxed);
    forget_peer(socket_);
    inbox_.refuse(socket_.get(), Drop::PortDown, tally);
}

void QemuDgramPort::adopt(const std::optional<SocketFile>& peer) {
    peer_ = peer;
    idle_ = IdleStride();
    last_fault_.store(0, std::memory_order_relaxed);
    peers_.fetch_add(1, std::memory_order_relaxed);
    up_.store(true, std::memory_order_relaxed);
}

void QemuDgramPort::lose(int why, Tally& tally) {
    up_.store(false, std::memory_order_relaxed);
    why_gone_.store(why, std::memory_order_relaxed);
    if (why > 0) last_fault_.store(why, std::memory_order_relaxed);
    outbox_.drop_all(Drop::PortDown, tally);
}

bool QemuDgramPort::prepare_to_sleep() {
    idle_.look_now();
    return true;
}

std::string QemuDgramPort::why_gone() const {
    const int why = why_gone_.load(std::memory_order_relaxed);
    if (why == 0) return "";
    if (why == ECONNREFUSED) return "it closed its socket";
    if (why == ENOENT) return "its socket is gone";
    if (why == kReplaced) return "another took its place";
    return std::generic_category().message(why);
}

PortState QemuDgramPort::state() const {
    const bool up = is_up();
    const int fault = last_fault_.load(std::memory_order_relaxed);
    std::string detail = "peer at " + settings_.remote + ", here at " + settings_.local;
    if (!up) {
        detail = "here at " + settings_.local + ", nobody at " + settings_.remote;
        if (fault != 0) detail += ": " + std::generic_category().message(fault);
    }
    const std::uint64_t came = peers_.load(std::memory_order_relaxed);
    return {
        .up = up,
        .type = "qemu-dgram",
        .detail = std::move(detail),
        .pending = outbox_.size(),
        .peer = PeerHistory{.connected = up, .came = came, .ready = came, .why_gone = why_gone()}};
}

}  // namespace sealane::port
