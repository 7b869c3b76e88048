// A SEA's part in the hand-over of a slot (design 6): keep, let go in order, and say when what had
// come before is gone.
#include <array>

#include "dataplane/port/frame.h"
#include "dataplane/sea/bridge.h"

namespace sealane::sea {
namespace {

/// Bursts of what was kept that go on in one turn, while at most one new one is kept behind them.
constexpr int kBurstsATurn = 2;

}  // namespace

Bridge::Carried Bridge::divert(std::size_t trunk,
                               Right right,
                               std::span<rte_mbuf* const> burst,
                               Instant now) {
    const Way way = way_of(trunk, right);
    Hold& hold = hand_overs_[trunk].outward;
    if (way == Way::Go && hold.is_empty()) return carry_out(trunk, burst, now);
    if (way == Way::Refuse) {
        refuse(burst);
    } else {
        for (rte_mbuf* const frame : burst) {
            keep(hold, frame, sea_tally());
        }
    }
    return {.taken = static_cast<unsigned>(burst.size())};
}

Bridge::Carried Bridge::resume(std::size_t trunk, Instant now) {
    const Permit& permit = parts_.permits[trunk];
    const Way way = way_of(trunk, permit.right(permit.look()));
    if (way == Way::Wait) return {};
    std::array<rte_mbuf*, port::kBurst> burst;
    const std::uint16_t count = hand_overs_[trunk].outward.take(burst, hold_room_);
    if (way == Way::Go) return carry_out(trunk, {burst.data(), count}, now);
    refuse({burst.data(), count});
    return {.taken = count};
}

Bridge::Way Bridge::way_of(std::size_t trunk, Right right) const {
    switch (right) {
        case Right::Owner:
        case Right::Draining:
            return Way::Go;
        case Right::Successor:
            // What the outside turns round for our first frame must not be taken for an older one.
            return inlets_[trunk].is_fresh() ? Way::Go : Way::Wait;
        case Right::Heir:
            return Way::Wait;
        case Right::None:
        case Right::Former:
        case Right::Closing:
            break;
    }
    return Way::Refuse;
}

/// Two looks that found nothing, the word between them: what the switch sent before it was said
/// that nothing more comes would have been found by the second.
void Bridge::note_drained(std::size_t trunk, std::uint64_t looked) {
    HandOver& it = hand_overs_[trunk];
    if (parts_.permits[trunk].right(looked) != Right::Draining) return;
    if (it.empty_at == looked && it.answered != looked) answer(trunk, looked);
    it.empty_at = looked;
}

void Bridge::forget(std::size_t trunk) {
    hand_overs_[trunk].empty_at = 0;
    if (hand_overs_[trunk].answered != 0) answer(trunk, 0);
}

std::uint16_t Bridge::set_aside(std::span<rte_mbuf*> received) {
    std::uint16_t left = 0;
    for (rte_mbuf* const frame : received) {
        const wire::FrameHead head = port::parse(frame);
        const Inward inward = rules_.from_wire(head);
        Hold& hold = hand_overs_[inward.trunk].inward;
        const bool must_wait = inlets_[inward.trunk].keeps() || !hold.is_empty();
        if (inward.drop != Drop::None || !must_wait) {
            received[left++] = frame;
        } else {
            keep(hold, frame, real_tally());
        }
    }
    return left;
}

void Bridge::let_in(port::Spending& spent) {
    for (std::size_t trunk = 0; trunk < trunks(); ++trunk) {
        Hold& hold = hand_overs_[trunk].inward;
        if (inlets_[trunk].keeps()) continue;
        for (int i = 0; i < kBurstsATurn && !hold.is_empty(); ++i) {
            std::array<rte_mbuf*, port::kBurst> burst;
            const std::uint16_t count = hold.take(burst, hold_room_);
            bring_in({burst.data(), count}, spent);
            spent.taken = static_cast<std::uint16_t>(spent.taken + count);
        }
    }
}

void Bridge::note_closed() {
    for (std::size_t trunk = 0; trunk < trunks(); ++trunk) {
        const std::uint64_t ended = inlets_[trunk].ended_by();
        if (ended != 0 && hand_overs_[trunk].answered != ended) answer(trunk, ended);
    }
}

void Bridge::answer(std::size_t trunk, std::uint64_t looked) {
    hand_overs_[trunk].answered = looked;
    // What was sent before it is seen before it.
    if (std::atomic<std::uint64_t>* const to = parts_.permits[trunk].answer)
        to->store(looked, std::memory_order_release);
}

void Bridge::keep(Hold& hold, rte_mbuf* frame, port::Tally tally) {
    if (hold.put(frame, hold_room_)) return;
    tally.received(1, port::length_of(frame));
    tally.drop(frame, Direction::In, Drop::HandOverFull);
}

bool Bridge::keeps_frames() const {
    for (const HandOver& it : hand_overs_) {
        if (!it.outward.is_empty() || !it.inward.is_empty()) return true;
    }
    return false;
}

}  // namespace sealane::sea
