#include "dataplane/port/shm_port.h"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <utility>

#include "dataplane/port/frame_copy.h"
#include "dataplane/wire/tag.h"

namespace sealane::port {
namespace {

/// A client says hello as soon as it is connected.
constexpr Duration kSilence = std::chrono::seconds(2);

}  // namespace

Result<std::unique_ptr<ShmPort>> ShmPort::open(const ShmSettings& settings, const Pools& pools) {
    Result<Listener> listener = Listener::open(settings.name, settings.path);
    if (!listener) return listener.error();
    WakeSet wake;
    if (!wake.is_open() || !wake.add(listener.value().get())) {
        return Error{settings.name + ": can't watch " + settings.path + ": " +
                     std::strerror(errno)};
    }
    return std::unique_ptr<ShmPort>(
        new ShmPort(settings, pools, std::move(wake), std::move(listener).value()));
}

ShmPort::ShmPort(const ShmSettings& settings, const Pools& pools, WakeSet wake, Listener listener)
    : settings_(settings),
      pool_(pools.frames.get()),
      wake_(std::move(wake)),
      listener_(std::move(listener)) {
    settings_.max_frame = std::min(settings_.max_frame, wire::kMaxStreamFrame);
}

std::uint16_t ShmPort::receive(rte_mbuf** frames, std::uint16_t room, Tally& tally) {
    using Kind = wire::SharedReader::Record::Kind;
    if (rings_ == nullptr || loss() == Loss::BadRing) return 0;
    wire::SharedReader& in = rings_->in;
    // Of a client that has gone, service() has seen the last.
    if (loss() == Loss::None && !in.look()) {
        lose_for_nonsense(tally);
        return 0;
    }
    std::uint16_t taken = 0;
    while (taken < room) {
        const wire::SharedReader::Record record = in.next();
        if (record.kind == Kind::None) break;
        if (record.kind == Kind::Nonsense) [[unlikely]] {
            lose_for_nonsense(tally);
            break;
        }
        const std::size_t length = record.bytes.size();
        if (length < wire::kHeaderLength || length > settings_.max_frame) [[unlikely]] {
            tally.refused(length < wire::kHeaderLength ? Drop::Runt : Drop::Oversize, length);
        } else if (rte_mbuf* const made = frame_of(record.bytes, pool_); made != nullptr) {
            frames[taken++] = made;
        } else {
            tally.refused(Drop::NoBuffer, length);
        }
    }
    if (in.give_back()) wake_client(peer_.get());
    return taken;
}

void ShmPort::send(rte_mbuf** frames, std::uint16_t count, Tally& tally) {
    if (is_up()) settle(tally);
    std::uint16_t copied = 0;
    for (std::uint16_t i = 0; i < count; ++i) {
        if (put(frames[i], tally)) frames[copied++] = frames[i];
    }
    if (copied == 0) return;
    rte_pktmbuf_free_bulk(frames, copied);
    if (rings_->out.publish()) wake_client(peer_.get());
    pending_.store(rings_->out.waiting(), std::memory_order_relaxed);
}

bool ShmPort::put(rte_mbuf* frame, Tally& tally) {
    Drop why = Drop::PeerBackpressure;
    if (!is_up() || loss() != Loss::None) {
        why = Drop::PortDown;
    } else if (frame->pkt_len > settings_.max_frame) {
        why = Drop::Oversize;
    } else if (std::uint8_t* const room = rings_->out.reserve(frame->pkt_len); room != nullptr) {
        copy_bytes(frame, room);
        rings_->out.commit(frame->pkt_len);
        return true;
    }
    tally.drop(frame, Direction::Out, why);
    return false;
}

void ShmPort::settle(Tally& tally) {
    wire::SharedWriter::Taken taken;
    const bool sound = rings_->out.settle(taken);
    if (taken.frames > 0) tally.sent(taken.frames, taken.bytes);
    pending_.store(rings_->out.waiting(), std::memory_order_relaxed);
    if (!sound && loss() != Loss::BadRing) lose_for_nonsense(tally);
}

void ShmPort::service(Instant now, Tally& tally) {
    if (rings_ != nullptr) {
        if (loss() == Loss::None && !drain_wakes(peer_.get())) {
            const bool sound = rings_->in.look();
            sound ? lose(Loss::Closed) : lose_for_nonsense(tally);
        }
        settle(tally);
        if (loss() != Loss::None && !(loss() == Loss::Closed && rings_->in.has_more()))
            disconnect(tally);
    }
    accept_peers(now);
    if (peer_.is_open() && rings_ == nullptr) {
        greet(now);
        if (loss() != Loss::None) disconnect(tally);
    }
}

void ShmPort::accept_peers(Instant now) {
    // A client that restarted may be back before its old memory is read to the end: it waits.
    if (peer_.is_open() && has_hung_up(peer_)) return;
    for (;;) {
        Descriptor peer = listener_.accept();
        if (!peer.is_open()) return;
        if (peer_.is_open() || !wake_.add(peer.get())) {
            refused_.fetch_add(1, std::memory_order_relaxed);
            answer_hello(peer.get(), wire::SharedStatus::Busy, settings_.max_frame, nullptr);
            continue;
        }
        peer_ = std::move(peer);
        greeting_.clear();
        silent_until_ = now + kSilence;
        peers_.fetch_add(1, std::memory_order_relaxed);
    }
}

void ShmPort::greet(Instant now) {
    switch (greeting_.hear(peer_.get())) {
        case ShmGreeting::Outcome::Understood:
            return admit();
        case ShmGreeting::Outcome::Refused:
            answer_hello(
                peer_.get(), wire::SharedStatus::OtherVersion, settings_.max_frame, nullptr);
            return lose(Loss::OtherVersion);
        case ShmGreeting::Outcome::Nonsense:
            return lose(Loss::BadHello);
        case ShmGreeting::Outcome::Gone:
            return lose(Loss::Closed);
        case ShmGreeting::Outcome::Incomplete:
            if (now >= silent_until_) lose(Loss::Silent);
    }
}

void ShmPort::admit() {
    std::unique_ptr<SharedMemory> memory = SharedMemory::make();
    if (memory == nullptr) {
        answer_hello(peer_.get(), wire::SharedStatus::NoMemory, settings_.max_frame, nullptr);
        return lose(Loss::NoMemory);
    }
    if (!answer_hello(peer_.get(), wire::SharedStatus::Welcome, settings_.max_frame, memory.get()))
        return lose(Loss::Closed);
    memory->close_descriptor();
    rings_ = std::make_unique<Rings>(std::move(memory), settings_.queue_frames);
    ready_.fetch_add(1, std::memory_order_relaxed);
    up_.store(true, std::memory_order_relaxed);
}

void ShmPort::lose(Loss why) {
    why_gone_.store(why, std::memory_order_relaxed);
    loss_.store(why, std::memory_order_relaxed);
}

void ShmPort::lose_for_nonsense(Tally& tally) {
    tally.refused(Drop::BadRing, 0);  // of what it wrote nothing is believed
    lose(Loss::BadRing);
}

void ShmPort::disconnect(Tally& tally) {
    up_.store(false, std::memory_order_relaxed);
    if (rings_ != nullptr && rings_->out.waiting() > 0)
        tally.drop_unmade(Direction::Out, Drop::PortDown, rings_->out.waiting());
    pending_.store(0, std::memory_order_relaxed);
    rings_.reset();
    peer_.close();  // which takes it out of the epoll, too
    loss_.store(Loss::None, std::memory_order_relaxed);
}

bool ShmPort::prepare_to_sleep() {
    if (rings_ == nullptr) return true;
    if (loss() != Loss::None) return false;
    rings_->in.arm();
    if (rings_->in.look() && !rings_->in.has_more()) return true;
    rings_->in.disarm();
    return false;
}

void ShmPort::awake() {
    if (rings_ == nullptr || loss() != Loss::None) return;
    rings_->in.disarm();
    if (!drain_wakes(peer_.get()) && rings_->in.look()) lose(Loss::Closed);
}

std::string ShmPort::why_gone() const {
    switch (why_gone_.load(std::memory_order_relaxed)) {
        case Loss::None:
            return "";
        case Loss::Closed:
            return "it closed the connection";
        case Loss::BadRing:
            return "it wrote an index or a length that can't be into the memory";
        case Loss::BadHello:
            return "what it said first is no client's of shared memory";
        case Loss::OtherVersion:
            return "it speaks another version";
        case Loss::Silent:
            return "it didn't say hello";
        case Loss::NoMemory:
            return "there was no memory for its rings";
    }
    return "";
}

PortState ShmPort::state() const {
    const bool up = is_up();
    const std::uint64_t refused = refused_.load(std::memory_order_relaxed);
    std::string detail = (up ? "client at " : "listening at ") + settings_.path;
    if (refused > 0) {
        const std::string clients = refused == 1 ? " more client" : " more clients";
        detail += ", " + std::to_string(refused) + clients + " refused";
    }
    return {.up = up,
            .type = "shm",
            .detail = std::move(detail),
            .pending = pending_.load(std::memory_order_relaxed),
            .peer = PeerHistory{.connected = up,
                                .came = peers_.load(std::memory_order_relaxed),
                                .ready = ready_.load(std::memory_order_relaxed),
                                .refused = refused,
                                .why_gone = why_gone()}};
}

}  // namespace sealane::port
