#include "dataplane/port/impaired_port.h"

#include <algorithm>
#include <array>
#include <limits>

#include "dataplane/port/batch.h"
#include "dataplane/port/frame.h"

namespace sealane::port {
namespace {

rte_mbuf* copy_of(const rte_mbuf* frame, rte_mempool* pool) {
    return rte_pktmbuf_copy(frame, pool, 0, std::numeric_limits<std::uint32_t>::max());
}

/// Flips a bit of the frame's bytes; those of a tag beside it count as behind them and stay.
void flip(rte_mbuf* frame, std::uint64_t bit) {
    std::uint64_t byte = bit / 8;
    for (rte_mbuf* piece = frame; piece != nullptr; piece = piece->next) {
        if (byte < piece->data_len) {
            rte_pktmbuf_mtod(piece, std::uint8_t*)[byte] ^=
                static_cast<std::uint8_t>(1U << (bit % 8));
            return;
        }
        byte -= piece->data_len;
    }
}

void drop_inward(rte_mbuf* frame, Drop why, Tally& tally) {
    tally.received(1, length_of(frame));
    tally.drop(frame, Direction::In, why);
}

/// A heap's order: what is due first is on top.
constexpr auto kLater = [](const auto& a, const auto& b) {
    return a.due != b.due ? a.due > b.due : a.number > b.number;
};

}  // namespace

bool ImpairedPort::Way::hold(rte_mbuf* frame, Instant due) {
    if (buffers + frame->nb_segs > kMostHeld) return false;
    buffers += frame->nb_segs;
    held.push_back({due, numbers++, frame});
    std::push_heap(held.begin(), held.end(), kLater);
    length.store(held.size(), std::memory_order_relaxed);
    return true;
}

rte_mbuf* ImpairedPort::Way::take(Instant now) {
    if (held.empty() || held.front().due > now) return nullptr;
    std::pop_heap(held.begin(), held.end(), kLater);
    rte_mbuf* const frame = held.back().frame;
    held.pop_back();
    buffers -= frame->nb_segs;
    length.store(held.size(), std::memory_order_relaxed);
    return frame;
}

bool ImpairedPort::Way::is_idle() const {
    return held.empty() && wire.impairment() == Impairment{};
}

ImpairedPort::ImpairedPort(Port& port, rte_mempool* frames, const Settings& settings)
    : port_(port),
      frames_(frames),
      now_(settings.now),
      in_(settings.impairments.in, settings.seed),
      out_(settings.impairments.out, ~settings.seed),
      link_down_(settings.impairments.link_down),
      asked_(settings.impairments) {}

ImpairedPort::~ImpairedPort() {
    for (const Way* way : {&in_, &out_}) {
        for (const Held& held : way->held) {
            rte_pktmbuf_free(held.frame);
        }
    }
}

void ImpairedPort::change(const Impairments& impairments) {
    const std::lock_guard lock(asked_lock_);
    asked_ = impairments;
    was_asked_.store(true, std::memory_order_release);
}

Impairments ImpairedPort::impairments() const {
    const std::lock_guard lock(asked_lock_);
    return asked_;
}

std::uint64_t ImpairedPort::count(Direction direction, wire::WireEvent event) const {
    return (direction == Direction::In ? in_ : out_).wire.count(event);
}

std::uint16_t ImpairedPort::receive(rte_mbuf** frames, std::uint16_t room, Tally& tally) {
    const bool down = link_down_.load(std::memory_order_relaxed);
    if (!down && in_.is_idle()) return port_.receive(frames, room, tally);

    const Instant now = now_();
    const std::uint16_t came = port_.receive(frames, room, tally);
    for (std::uint16_t i = 0; i < came; ++i) {
        if (down) {
            drop_inward(frames[i], Drop::PortDown, tally);
        } else {
            take_in(frames[i], now, tally);
        }
    }
    if (down) {
        while (rte_mbuf* const frame = in_.take(Instant::max())) {
            drop_inward(frame, Drop::PortDown, tally);
        }
        return 0;
    }
    std::uint16_t count = 0;
    while (count < room) {
        rte_mbuf* const frame = in_.take(now);
        if (frame == nullptr) break;
        frames[count++] = frame;
    }
    return count;
}

void ImpairedPort::take_in(rte_mbuf* frame, Instant now, Tally& tally) {
    const wire::Passage passage = in_.wire.pass(frame->pkt_len, now);
    const auto lose = [&](rte_mbuf* lost) { drop_inward(lost, Drop::Impaired, tally); };
    if (passage.lost) return lose(frame);
    rte_mbuf* const second = passage.twice ? copy_of(frame, frames_) : nullptr;
    frame = spoilt(frame, passage);
    if (!in_.hold(frame, passage.due)) lose(frame);
    if (second != nullptr && !in_.hold(second, passage.due)) lose(second);
}

void ImpairedPort::send(rte_mbuf** frames, std::uint16_t count, Tally& tally) {
    if (link_down_.load(std::memory_order_relaxed)) {
        for (std::uint16_t i = 0; i < count; ++i) {
            tally.drop(frames[i], Direction::Out, Drop::PortDown);
        }
        return;
    }
    if (out_.is_idle()) return port_.send(frames, count, tally);
    const Instant now = now_();
    for (std::uint16_t i = 0; i < count; ++i) {
        take_out(frames[i], now, tally);
    }
    let_out(now, tally);
}

void ImpairedPort::take_out(rte_mbuf* frame, Instant now, Tally& tally) {
    const wire::Passage passage = out_.wire.pass(frame->pkt_len, now);
    if (passage.lost) return tally.drop(frame, Direction::Out, Drop::Impaired);
    rte_mbuf* const second = passage.twice ? copy_of(frame, frames_) : nullptr;
    frame = spoilt(frame, passage);
    if (!out_.hold(frame, passage.due)) tally.drop(frame, Direction::Out, Drop::Impaired);
    if (second == nullptr) return;
    tally.copied(1);
    tally.offered(1);
    if (!out_.hold(second, passage.due)) tally.drop(second, Direction::Out, Drop::Impaired);
}

void ImpairedPort::let_out(Instant now, Tally& tally) {
    std::array<rte_mbuf*, kBurst> burst;
    std::uint16_t count = 0;
    while (rte_mbuf* const frame = out_.take(now)) {
        burst[count++] = frame;
        if (count < burst.size()) continue;
        port_.send(burst.data(), count, tally);
        count = 0;
    }
    if (count > 0) port_.send(burst.data(), count, tally);
}

rte_mbuf* ImpairedPort::spoilt(rte_mbuf* frame, const wire::Passage& passage) const {
    if (!passage.flipped) return frame;
    if (rte_mbuf* const own = copy_of(frame, frames_)) {  // others may refer to its bytes
        rte_pktmbuf_free(frame);
        frame = own;
        flip(frame, *passage.flipped);
    }
    return frame;
}

void ImpairedPort::service(Instant now, Tally& tally) {
    if (was_asked_.exchange(false, std::memory_order_acquire)) {
        const Impairments asked = impairments();
        in_.wire.change(asked.in);
        out_.wire.change(asked.out);
        link_down_.store(asked.link_down, std::memory_order_relaxed);
    }
    if (link_down_.load(std::memory_order_relaxed)) {
        while (rte_mbuf* const frame = out_.take(Instant::max())) {
            tally.drop(frame, Direction::Out, Drop::PortDown);
        }
    } else {
        let_out(now, tally);
    }
    port_.service(now, tally);
}

bool ImpairedPort::prepare_to_sleep() {
    return in_.length.load(std::memory_order_relaxed) == 0 &&
           out_.length.load(std::memory_order_relaxed) == 0 && port_.prepare_to_sleep();
}

PortState ImpairedPort::state() const {
    PortState state = port_.state();
    state.pending += out_.length.load(std::memory_order_relaxed);
    if (link_down_.load(std::memory_order_relaxed)) {
        state.up = false;
        state.detail += ", unplugged by its impair settings";
    } else if (const Impairments now = impairments(); now != Impairments{}) {
        state.detail += ", impaired";
    }
    return state;
}

}  // namespace sealane::port
