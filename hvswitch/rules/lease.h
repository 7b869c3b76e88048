// The rules of a trunk slot with a lease: who may bridge, since when, how long still (design 5).
#pragma once

#include <cstdint>

#include "dataplane/base/ids.h"
#include "dataplane/base/time.h"
#include "hvswitch/rules/slot.h"

namespace sealane::hvswitch {

/// One slot, as the hypervisor's control keeps it.  SlotTable shows workers its owner and epoch.
///
/// The owner's dataplane raises a counter; the hypervisor reads it with its own clock (observe()).
/// So an owner that hangs loses the slot though its control still talks, and no VIOS's clock
/// matters.  A change of owner raises the epoch by one; nothing else does.
struct SlotLease {
    AdapterId owner = kNoAdapter;  ///< kNoAdapter: free.
    AdapterId heir = kNoAdapter;  ///< To whom the owner hands it over; it owns until that one acts.
    std::uint32_t epoch = 0;
    std::uint64_t progress = 0;  ///< The owner's counter when last seen to move.
    Instant expires{};           ///< Unless the counter moves before.

    [[nodiscard]] bool is_free() const { return owner == kNoAdapter; }
    bool operator==(const SlotLease&) const = default;
};

/// How long an owner's counter may stand still, and what it reads now.
struct LeaseTerms {
    Duration lease{};
    std::uint64_t progress = 0;
};

enum class Grant : std::uint8_t { Granted, OwnedAlready, HeldByAnother };

struct Acquired {
    SlotLease slot;
    Grant grant = Grant::HeldByAnother;
};

/// Gives `who` the slot if it is free, expired or handed over to it.  The owner that asks again is
/// told that it owns: its first answer may have been lost.
[[nodiscard]] Acquired acquire(const SlotLease& slot,
                               AdapterId who,
                               const LeaseTerms& terms,
                               Instant now);

/// The owner offers the slot to `heir`, kNoAdapter: to nobody any more.  Forwarding goes on at the
/// owner's until the heir acquires, so a hand-over to a dead heir darkens nothing.
[[nodiscard]] SlotLease hand_over(const SlotLease& slot, AdapterId owner, AdapterId heir);

/// The owner lets go.
[[nodiscard]] SlotLease release(const SlotLease& slot, AdapterId owner);

/// The connection of `who` ended: what it owned is free at once, what it was offered is no more.
[[nodiscard]] SlotLease end(const SlotLease& slot, AdapterId who);

/// The hypervisor looked at the owner's counter.  One that moved renews, even past the end: a late
/// look is the hypervisor's fault, not the owner's.  One that stood still too long frees the slot.
[[nodiscard]] SlotLease observe(const SlotLease& slot, const LeaseTerms& terms, Instant now);

/// How far a hand-over is, and who beside the owner is in it (SlotWord).
struct Passage {
    SlotPhase phase = SlotPhase::Settled;
    AdapterId other = kNoAdapter;
    bool operator==(const Passage&) const = default;
};

/// Shows workers how a slot stands, so that their epoch is this one's.
void show(SlotTable& table, SlotId id, const SlotLease& lease, const Passage& passage = {});

}  // namespace sealane::hvswitch
