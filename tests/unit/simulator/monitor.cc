#include "tests/unit/simulator/monitor.h"

#include <chrono>
#include <utility>

namespace sealane::simulator {
namespace {

std::string of_trunk(std::size_t trunk) { return " of trunk " + std::to_string(trunk); }
std::string node_text(std::size_t node) { return "node " + std::to_string(node); }

}  // namespace

void Monitor::saw_word(std::size_t trunk, const SlotWord& word, Instant now) {
    const SlotWord before = std::exchange(trunks_[trunk].word, word);
    if (word.owner != kNoAdapter && word.owner != adapter_of(node_of(word.owner), trunk))
        fail("I5: the slot" + of_trunk(trunk) + " is owned by an adapter of other VLANs");
    if (word.epoch < before.epoch) fail("I3: the epoch" + of_trunk(trunk) + " went back");
    saw_step(trunk, before, now);
    if (word.owner == before.owner) return;
    ++changes_;
    if (word.epoch == before.epoch)
        fail("I3: the owner" + of_trunk(trunk) + " changed within an epoch");
    saw_owner_change(trunk, before, now);
}

void Monitor::saw_step(std::size_t trunk, const SlotWord& before, Instant now) {
    constexpr Duration kWorkOff = std::chrono::milliseconds{30};  // full queues
    Trunk& it = trunks_[trunk];
    const bool changed = it.word.owner != before.owner;
    if (before.phase == SlotPhase::Settled && it.word.phase != SlotPhase::Settled)
        it.is_disturbed = now - disturbed_ < kWorkOff;
    if (changed) it.was_handed_over = it.word.phase == SlotPhase::Lingering;
    if (it.is_disturbed || (changed && !it.was_handed_over)) it.last = {};
    if (it.word.phase == SlotPhase::Settled) it.is_disturbed = false;
}

void Monitor::disturbed(Instant now) {
    disturbed_ = now;
    for (Trunk& it : trunks_) {
        it.is_disturbed = it.word.phase != SlotPhase::Settled;
        it.last = {};
    }
}

void Monitor::saw_owner_change(std::size_t trunk, const SlotWord& before, Instant now) {
    Trunk& it = trunks_[trunk];
    if (it.word.owner == kNoAdapter || before.owner == kNoAdapter) return;
    if (!before.is_turning())
        return fail("I9: the slot" + of_trunk(trunk) + " was taken from its owner");
    // An owner that went in the middle leaves it Settled: that is no pre-emption.
    if (it.word.phase != SlotPhase::Lingering) return;
    if (now - it.preempted < hold_down_ && now - commanded_ > hold_down_ * 4)
        fail("I9: two pre-emptions" + of_trunk(trunk) + " within a hold-down");
    it.preempted = now;
}

void Monitor::carried_out(std::size_t node, std::size_t trunk, const SlotWord& word) {
    Trunk& it = trunks_[trunk];
    if (node_of(word.owner) != node)
        fail("I2: " + node_text(node) + " carries frames" + of_trunk(trunk) +
             " out and does not own its slot");
    if (it.carrier != node && it.carried_epoch == word.epoch && it.carrier != kNodes)
        fail("I1: both nodes carry frames" + of_trunk(trunk) + " out in one epoch");
    it.carrier = node;
    it.carried_epoch = word.epoch;
}

void Monitor::brought_in(std::size_t node,
                         std::size_t trunk,
                         const SlotWord& word,
                         const Probe& probe) {
    // In a hand-over both may: delivered() sees doubles.
    if (word.phase != SlotPhase::Settled && word.phase != SlotPhase::Noting) return;
    Trunk& it = trunks_[trunk];
    if (it.bringer != node && it.inward_epoch == word.epoch && it.bringer != kNodes)
        fail("I1: both nodes bring frames" + of_trunk(trunk) + " in, in one epoch");
    it.bringer = node;
    it.inward_epoch = word.epoch;
    // After a hand-over it brings in what it kept, as the switch's Drop::LocalSource allows.
    if (probe.is_from_client() && !it.was_handed_over)
        fail("I12: " + node_text(node) + " brings in a client's own frame" + of_trunk(trunk) +
             ": a loop");
}

/// Every frame comes once, and in the order of its kind.
void Monitor::delivered(std::size_t trunk, const Probe& probe) {
    const auto name = [&] {
        return (probe.is_to_all() ? "broadcast " : "frame ") + std::to_string(probe.number) +
               of_trunk(trunk);
    };
    if (came_.size() <= probe.number) came_.resize(probe.number * 2);
    // A known gap: of what both nodes bring in, in a hand-over, the switch leaves out doubles of
    // frames to group addresses only.
    const bool may_be_double =
        probe.is_flooded && !probe.is_to_all() && trunks_[trunk].was_handed_over;
    if (came_[probe.number] && !may_be_double)
        fail((probe.is_to_all() ? "I12: " : "I11: ") + name() + " came twice");
    came_[probe.number] = true;
    std::uint64_t& last = trunks_[trunk].last[static_cast<std::size_t>(probe.kind)];
    if (probe.number < last && !may_be_double)
        fail("I11: " + name() + " came after " + std::to_string(last));
    last = probe.number;
    if (probe.kind == Probe::Kind::Outward) ++delivered_.outward;
    if (probe.kind == Probe::Kind::Inward) ++delivered_.inward;
}

void Monitor::saw_fit(std::size_t trunk, unsigned fit, bool owned, Duration bound, Instant now) {
    Trunk& it = trunks_[trunk];
    const unsigned still = owned ? 0 : it.fit & fit;
    if (still == 0) {
        it.fit = owned ? 0 : fit;
        it.free_since = now;
        return;
    }
    it.fit = still;
    if (now - it.free_since > bound)
        fail("I10: nobody owns the slot" + of_trunk(trunk) + " though " +
             node_text(still == 2 ? 1 : 0) + " could");
}

}  // namespace sealane::simulator
