#include "dataplane/port/stream_port.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <span>
#include <sys/socket.h>
#include <system_error>

#include "dataplane/port/queueing.h"

namespace sealane::port {
namespace {

using std::chrono::milliseconds;
constexpr Duration kFirstRetry = milliseconds(100);
constexpr Duration kLastRetry =
    milliseconds(500);  // whoever comes back is there again within a second

/// Neighbouring seeds start far apart, which the plain generator does not see to.
std::minstd_rand generator(std::uint64_t seed) {
    constexpr std::uint64_t kGoldenRatio = 0x9e37'79b9'7f4a'7c15;
    return std::minstd_rand(static_cast<std::minstd_rand::result_type>(seed * kGoldenRatio >> 33));
}

}  // namespace

Result<std::unique_ptr<QemuStreamPort>> QemuStreamPort::open(const QemuStreamSettings& settings,
                                                             const Pools& pools) {
    if (Status usable = check_socket_path(settings.name, settings.path); !usable)
        return usable.error();

    WakeSet wake;
    if (!wake.is_open()) {
        return Error{settings.name + ": can't make a stream port: " + std::strerror(errno)};
    }
    std::unique_ptr<QemuStreamPort> port(new QemuStreamPort(settings, pools, std::move(wake)));
    if (!settings.listen) return port;

    Result<Listener> listener = Listener::open(settings.name, settings.path);
    if (!listener) return listener.error();
    port->listener_ = std::move(listener).value();
    if (!port->wake_.add(port->listener_.get())) {
        return Error{settings.name + ": can't watch " + settings.path + ": " +
                     std::strerror(errno)};
    }
    return port;
}

QemuStreamPort::QemuStreamPort(const QemuStreamSettings& settings, const Pools& pools, WakeSet wake)
    : settings_(settings),
      pool_(pools.frames.get()),
      wake_(std::move(wake)),
      inbox_(settings.max_frame),
      outbox_(settings.queue_frames, settings.max_frame),
      jitter_(generator(settings.seed)),
      retry_delay_(kFirstRetry) {
    settings_.max_frame = std::min(settings_.max_frame, wire::kStreamFrameLimit);
}

QemuStreamPort::~QemuStreamPort() = default;

std::uint16_t QemuStreamPort::receive(rte_mbuf** frames, std::uint16_t room, Tally& tally) {
    if (!peer_.is_open()) return 0;

    std::uint16_t taken = inbox_.take(frames, room, pool_, tally);
    if (taken < room && !broken_.load(std::memory_order_relaxed)) {
        if (!idle_.is_due()) return taken;
        read_socket();
        taken = static_cast<std::uint16_t>(
            taken +
            inbox_.take(frames + taken, static_cast<std::uint16_t>(room - taken), pool_, tally));
    }
    if (inbox_.lost()) lose(kNonsense);
    return taken;
}

void QemuStreamPort::read_socket() {
    const std::span<std::uint8_t> space = inbox_.free_space();
    const ssize_t got = recv(peer_.get(), space.data(), space.size(), MSG_DONTWAIT);
    if (got > 0) {
        inbox_.filled(static_cast<std::size_t>(got));
        idle_.found_something();
        return;
    }
    if (got < 0 && (errno == EAGAIN || errno == EINTR)) {
        idle_.found_nothing();
        return;
    }
    if (got < 0) last_fault_.store(errno, std::memory_order_relaxed);
    lose(got < 0 ? errno : kClosed);
}

void QemuStreamPort::lose(int why) {
    why_gone_.store(why, std::memory_order_relaxed);
    broken_.store(true, std::memory_order_relaxed);
}

void QemuStreamPort::send(rte_mbuf** frames, std::uint16_t count, Tally& tally) {
    send_queued(
        outbox_,
        std::span(frames, count),
        settings_.max_frame,
        tally,
        [&] { return peer_.is_open() && !broken_.load(std::memory_order_relaxed); },
        [&] { return flush(tally); });
}

bool QemuStreamPort::flush(Tally& tally) {
    if (broken_.load(std::memory_order_relaxed)) return false;
    const Flushed flushed = outbox_.flush(peer_.get(), tally);
    if (flushed == Flushed::Broken) {
        last_fault_.store(errno, std::memory_order_relaxed);
        lose(errno);
    }
    wake_.watch_for_room(peer_.get(), flushed == Flushed::Blocked);
    return flushed == Flushed::Empty;
}

void QemuStreamPort::service(Instant now, Tally& tally) {
    // What the peer sent before it went is still delivered; receive() is about to take it.
    if (broken_.load(std::memory_order_relaxed) && !inbox_.has_unit()) disconnect(now, tally);

    if (peer_.is_open()) flush(tally);
    if (settings_.listen) {
        accept_peers(now);
    } else if (!peer_.is_open() && now >= retry_at_) {
        try_to_connect(now);
    }
}

void QemuStreamPort::accept_peers(Instant now) {
    // A peer that restarted may be back before its old connection is read to its end: it waits.
    if (peer_.is_open() && has_hung_up(peer_)) return;
    for (;;) {
        Descriptor peer = listener_.accept();
        if (!peer.is_open()) return;
        if (peer_.is_open()) {
            peers_refused_.fetch_add(1, std::memory_order_relaxed);
        } else {
            adopt(std::move(peer), now);
        }
    }
}

void QemuStreamPort::try_to_connect(Instant now) {
    Descriptor peer = connect_to(settings_.path);
    if (peer.is_open()) return adopt(std::move(peer), now);

    last_fault_.store(errno, std::memory_order_relaxed);
    schedule_retry(now);
}

void QemuStreamPort::adopt(Descriptor peer, Instant now) {
    if (!wake_.add(peer.get())) {
        last_fault_.store(errno, std::memory_order_relaxed);
        return schedule_retry(now);
    }
    peer_ = std::move(peer);
    inbox_.clear();
    broken_.store(false, std::memory_order_relaxed);
    idle_ = IdleStride();
    connected_at_ = now;
    last_fault_.store(0, std::memory_order_relaxed);
    peers_.fetch_add(1, std::memory_order_relaxed);
    up_.store(true, std::memory_order_relaxed);
}

void QemuStreamPort::disconnect(Instant now, Tally& tally) {
    up_.store(false, std::memory_order_relaxed);
    outbox_.drop_all(Drop::PortDown, tally);
    inbox_.clear();
    broken_.store(false, std::memory_order_relaxed);
    peer_.close();  // which takes it out of the epoll, too
    if (now - connected_at_ >= kLastRetry) retry_delay_ = kFirstRetry;
    schedule_retry(now);
}

void QemuStreamPort::schedule_retry(Instant now) {
    // A quarter more or less, so that many ports that lost one peer do not come back at once.
    std::uniform_int_distribution<Duration::rep> spread(retry_delay_.count() * 3 / 4,
                                                        retry_delay_.count() * 5 / 4);
    retry_at_ = now + Duration(spread(jitter_));
    retry_delay_ = std::min(retry_delay_ * 2, kLastRetry);
}

bool QemuStreamPort::prepare_to_sleep() {
    idle_.look_now();
    return !inbox_.has_unit();
}

std::string QemuStreamPort::why_gone() const {
    const int why = why_gone_.load(std::memory_order_relaxed);
    if (why == 0) return "";
    if (why == kClosed) return "it closed the connection";
    if (why == kNonsense) return "it announced a frame longer than any can be";
    return std::generic_category().message(why);
}

PortState QemuStreamPort::state() const {
    const bool up = up_.load(std::memory_order_relaxed);
    const int fault = last_fault_.load(std::memory_order_relaxed);
    const std::uint64_t refused = peers_refused_.load(std::memory_order_relaxed);

    std::string detail = (settings_.listen ? "listening at " : "connecting to ") + settings_.path;
    if (up) {
        detail = "peer at " + settings_.path;
    } else if (fault != 0) {
        detail += ": " + std::generic_category().message(fault);  // strerror() is for one thread
    }
    if (refused > 0) {
        const std::string peers = refused == 1 ? " more peer" : " more peers";
        detail += ", " + std::to_string(refused) + peers + " refused";
    }
    const std::uint64_t came = peers_.load(std::memory_order_relaxed);
    return {.up = up,
            .type = "qemu-stream",
            .detail = std::move(detail),
            .pending = outbox_.size(),
            .peer = PeerHistory{.connected = up,
                                .came = came,
                                .ready = came,
                                .refused = refused,
                                .why_gone = why_gone()}};
}

}  // namespace sealane::port
