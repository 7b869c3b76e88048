// The steps of a hand-over (SlotPhase): which comes next is decided by where frames have got to.
#include <algorithm>

#include "control/failover/slot_keeper.h"
#include "dataplane/base/check.h"

namespace sealane::failover {

void SlotKeeper::begin(const Contender& heir, Instant now) {
    HandOver& it = hand_over_of(heir);
    // Under way; or the last one, not for long.
    if (it.passage.phase != SlotPhase::Settled || now < it.rests_until) return;
    it.passage.other = heir.adapter;
    enter(heir.slot, SlotPhase::Noting, now + kNoting);
}

void SlotKeeper::begin_turning(const Contender& owner, Instant now) {
    HandOver& it = hand_over_of(owner);
    if (lease_of(owner).heir != it.passage.other) {  // it is not offered any more
        it = {};
        return show(owner.slot);
    }
    if (now < it.until) return;
    enter(owner.slot, SlotPhase::Turning, now + kMostTurning);
    it.mark = traffic_.mark();
}

void SlotKeeper::announced(SeaIndex sea, ha::TrunkSet trunks, Instant now) {
    for (const Contender& one : contenders_) {
        HandOver& it = hand_over_of(one);
        const bool is_owner = one.sea == sea && lease_of(one).owner == one.adapter;
        if (!is_owner || !trunks.contains(one.place)) continue;
        if (it.passage.phase == SlotPhase::Lingering && !it.settled) it.settled = now + kSettling;
    }
}

SlotKeeper::News SlotKeeper::advance(Instant now) {
    now_ = now;
    News news;
    for (const Contender& one : contenders_) {
        const HandOver& it = hand_over_of(one);
        switch (it.passage.phase) {
            case SlotPhase::Settled:
                break;
            case SlotPhase::Noting:
                if (lease_of(one).owner == one.adapter) begin_turning(one, now);
                break;
            case SlotPhase::Turning:
            case SlotPhase::Turned:
                if (lease_of(one).owner == one.adapter) turn(one, now, news);
                break;
            case SlotPhase::Lingering:
            case SlotPhase::Closing:
                if (it.passage.other == one.adapter) close(one, now);
                break;
        }
    }
    return news;
}

bool SlotKeeper::is_handing_over() const {
    return std::ranges::any_of(
        hand_overs_, [](const HandOver& it) { return it.passage.phase != SlotPhase::Settled; });
}

/// Outward frames: they go by the heir once the owner's are out.
void SlotKeeper::turn(const Contender& owner, Instant now, News& news) {
    HandOver& it = hand_over_of(owner);
    if (it.passage.phase == SlotPhase::Turning && traffic_.have_passed(it.mark))
        enter(owner.slot, SlotPhase::Turned, it.until);
    const bool is_drained = it.passage.phase == SlotPhase::Turned &&
                            traffic_.answer(owner) == shown_.word(owner.slot)->load();
    if (!is_drained && now < it.until) return;
    const Contender& heir = contender(it.passage.other);
    const hvswitch::Acquired got =
        hvswitch::acquire(lease_of(owner), heir.adapter, terms_of(heir), now);
    change(owner.slot,
           got.slot,
           news,
           {.passage = {.phase = SlotPhase::Lingering, .other = owner.adapter},
            .until = now + kMostLingering});
}

/// Inward frames: those of the former owner first, then what the new one has kept.
void SlotKeeper::close(const Contender& former, Instant now) {
    HandOver& it = hand_over_of(former);
    if (it.passage.phase == SlotPhase::Lingering) {
        if (now >= it.until || (it.settled && now >= *it.settled))
            enter(former.slot, SlotPhase::Closing, now + kMostClosing);
        return;
    }
    bool is_over = now >= it.until;
    if (!it.is_closed) {
        it.is_closed = traffic_.answer(former) == shown_.word(former.slot)->load();
        if (it.is_closed) it.mark = traffic_.mark();
    } else if (!it.empty_polls) {
        if (traffic_.have_passed(it.mark)) it.empty_polls = traffic_.empty_polls(former.adapter);
    } else {
        is_over = is_over || traffic_.empty_polls(former.adapter) > *it.empty_polls;
    }
    if (!is_over) return;
    it = {.rests_until = now + kRest};
    show(former.slot);
}

void SlotKeeper::enter(hvswitch::SlotId slot, SlotPhase phase, Instant until) {
    hand_overs_[slot.index].passage.phase = phase;
    hand_overs_[slot.index].until = until;
    show(slot);
}

void SlotKeeper::show(hvswitch::SlotId slot) {
    hvswitch::show(shown_, slot, leases_[slot.index], hand_overs_[slot.index].passage);
}

const Contender& SlotKeeper::contender(AdapterId adapter) const {
    const auto found = std::ranges::find(contenders_, adapter, &Contender::adapter);
    SEALANE_CHECK(found != contenders_.end(), "a slot is handed over to who does not compete");
    return *found;
}

}  // namespace sealane::failover
