#include "control/failover/slot_keeper.h"

#include <algorithm>

namespace sealane::failover {

using hvswitch::SlotLease;

namespace {

bool is_turning(const hvswitch::Passage& passage) {
    return passage.phase == SlotPhase::Turning || passage.phase == SlotPhase::Turned;
}

}  // namespace

SlotKeeper::SlotKeeper(std::vector<Contender> contenders,
                       std::size_t seas,
                       hvswitch::SlotTable& shown,
                       Traffic& traffic)
    : contenders_(std::move(contenders)),
      leases_(shown.size()),
      hand_overs_(shown.size()),
      connected_(seas),
      progress_(seas),
      shown_(shown),
      traffic_(traffic) {}

SlotKeeper::News SlotKeeper::connect(SeaIndex sea) {
    connected_[sea.value] = true;
    News news;
    for (const Contender& one : contenders_) {
        if (one.sea == sea) news.push_back({sea, as_seen_by(one)});
    }
    return news;
}

SlotKeeper::News SlotKeeper::disconnect(SeaIndex sea) {
    connected_[sea.value] = false;
    News news;
    for (const Contender& one : contenders_) {
        if (one.sea != sea) continue;
        if (hand_over_of(one).passage.other == one.adapter) hand_over_of(one) = {};
        change(one.slot, end(lease_of(one), one.adapter), news);
    }
    return news;
}

SlotKeeper::News SlotKeeper::acquire(SeaIndex sea, ha::TrunkSet trunks, Instant now) {
    now_ = now;
    News news;
    for_each_of(sea, trunks, [&](const Contender& one) {
        const SlotLease& lease = lease_of(one);
        if (lease.heir == one.adapter && !lease.is_free() && now < lease.expires)
            return begin(one, now);
        const hvswitch::Acquired got = hvswitch::acquire(lease, one.adapter, terms_of(one), now);
        if (got.grant == hvswitch::Grant::Granted) {
            change(one.slot, got.slot, news);
        } else {
            news.push_back({sea, as_seen_by(one)});
        }
    });
    return news;
}

SlotKeeper::News SlotKeeper::hand_over(SeaIndex sea, ha::TrunkSet trunks) {
    News news;
    for_each_of(sea, trunks, [&](const Contender& one) {
        if (is_turning(hand_over_of(one).passage)) return;  // it is as good as done
        change(one.slot, hvswitch::hand_over(lease_of(one), one.adapter, other_than(one)), news);
    });
    return news;
}

SlotKeeper::News SlotKeeper::withdraw(SeaIndex sea, ha::TrunkSet trunks) {
    News news;
    for_each_of(sea, trunks, [&](const Contender& one) {
        if (is_turning(hand_over_of(one).passage)) return;  // it is as good as done
        change(one.slot, hvswitch::hand_over(lease_of(one), one.adapter, kNoAdapter), news);
    });
    return news;
}

SlotKeeper::News SlotKeeper::release(SeaIndex sea, ha::TrunkSet trunks) {
    News news;
    for_each_of(sea, trunks, [&](const Contender& one) {
        change(one.slot, hvswitch::release(lease_of(one), one.adapter), news);
    });
    return news;
}

SlotKeeper::News SlotKeeper::observe(std::span<const std::uint64_t> progress, Instant now) {
    now_ = now;
    std::ranges::copy(progress, progress_.begin());
    News news;
    for (const Contender& one : contenders_) {
        if (lease_of(one).owner != one.adapter) continue;
        change(one.slot, hvswitch::observe(lease_of(one), terms_of(one), now), news);
    }
    return news;
}

const Contender* SlotKeeper::find(SeaIndex sea, std::size_t place) const {
    const auto found = std::ranges::find_if(
        contenders_, [&](const Contender& one) { return one.sea == sea && one.place == place; });
    return found == contenders_.end() ? nullptr : &*found;
}

/// A pair has two; of more (which the rules of a file don't allow) the first.
AdapterId SlotKeeper::other_than(const Contender& one) const {
    const auto found = std::ranges::find_if(contenders_, [&](const Contender& other) {
        return other.slot == one.slot && other.adapter != one.adapter;
    });
    return found == contenders_.end() ? kNoAdapter : found->adapter;
}

ha::SlotChanged SlotKeeper::as_seen_by(const Contender& one) const {
    const SlotLease& lease = leases_[one.slot.index];
    const ha::Owner owner = lease.is_free()              ? ha::Owner::Nobody
                            : lease.owner == one.adapter ? ha::Owner::Me
                                                         : ha::Owner::Partner;
    return {.trunk = one.place,
            .owner = owner,
            .offered = lease.heir == one.adapter,
            .epoch = lease.epoch};
}

void SlotKeeper::change(hvswitch::SlotId slot,
                        const SlotLease& wanted,
                        News& news,
                        const HandOver& next) {
    const SlotLease before = leases_[slot.index];
    HandOver& hand_over = hand_overs_[slot.index];
    SlotLease after = wanted;
    if (after.is_free() && is_turning(hand_over.passage)) {  // its owner went: the heir is ready
        const Contender& heir = contender(hand_over.passage.other);
        after = hvswitch::acquire(before, heir.adapter, terms_of(heir), now_).slot;
    }
    leases_[slot.index] = after;
    if (after.epoch != before.epoch) hand_over = next;
    show(slot);
    if (after.epoch == before.epoch && after.heir == before.heir) return;
    for (const Contender& one : contenders_) {
        if (one.slot == slot && connected_[one.sea.value])
            news.push_back({one.sea, as_seen_by(one)});
    }
}

template <typename Deed>
void SlotKeeper::for_each_of(SeaIndex sea, ha::TrunkSet trunks, Deed&& deed) const {
    for (std::size_t place = 0; place < ha::kMaxTrunks; ++place) {
        if (!trunks.contains(place) || !connected_[sea.value]) continue;
        if (const Contender* one = find(sea, place)) deed(*one);
    }
}

}  // namespace sealane::failover
