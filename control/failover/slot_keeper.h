// The hypervisor's side of the trunk slots: who owns each, and who is told (design 5).
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "control/ha/types.h"
#include "dataplane/base/ids.h"
#include "dataplane/base/time.h"
#include "hvswitch/rules/lease.h"
#include "hvswitch/rules/slot.h"

namespace sealane::failover {

/// A SEA with high availability, by its place in the hypervisor's list of them.
struct SeaIndex {
    std::size_t value = 0;
    constexpr auto operator<=>(const SeaIndex&) const = default;
};

/// A trunk adapter that competes for a slot.  A disabled one does not, and its SEA hears nothing of
/// its slot.
struct Contender {
    AdapterId adapter;
    hvswitch::SlotId slot;
    SeaIndex sea;
    std::uint8_t place = 0;  ///< Among the trunk adapters of its SEA, by rising PVID.
    Duration lease{};
};

/// What a SEA is to be told of one of its slots.
struct SlotNews {
    SeaIndex sea;
    ha::SlotChanged change;
    bool operator==(const SlotNews&) const = default;
};

/// Keeps the leases of all slots that SEAs compete for, and shows workers their owners.  Every
/// change is news to each connected SEA that has an adapter there, in the order of the changes.
/// A call for a slot that is not the caller's to change changes nothing; the answer says how
/// things are.
///
/// No clock is read here: `now` is the hypervisor's.  Owned by one thread.
class SlotKeeper {
  public:
    using News = std::vector<SlotNews>;

    /// `shown` outlives it; the slots of contenders are written by it alone.
    SlotKeeper(std::vector<Contender> contenders, std::size_t seas, hvswitch::SlotTable& shown);

    /// The SEA is there and hears how each of its slots stands.
    [[nodiscard]] News connect(SeaIndex sea);
    /// It is gone: what it owned is free at once.
    [[nodiscard]] News disconnect(SeaIndex sea);

    [[nodiscard]] News acquire(SeaIndex sea, ha::TrunkSet trunks, Instant now);
    /// Offers the slots to the other SEA there, connected or not.
    [[nodiscard]] News hand_over(SeaIndex sea, ha::TrunkSet trunks);
    [[nodiscard]] News withdraw(SeaIndex sea, ha::TrunkSet trunks);
    [[nodiscard]] News release(SeaIndex sea, ha::TrunkSet trunks);

    /// The hypervisor looked: `progress` is how far each SEA's dataplane has come, by SeaIndex.  To
    /// be called often within a lease, and before acquire() of the same turn.
    [[nodiscard]] News observe(std::span<const std::uint64_t> progress, Instant now);

  private:
    [[nodiscard]] const Contender* find(SeaIndex sea, std::size_t place) const;
    [[nodiscard]] AdapterId other_than(const Contender& one) const;
    [[nodiscard]] hvswitch::SlotLease& lease_of(const Contender& one) {
        return leases_[one.slot.index];
    }
    [[nodiscard]] ha::SlotChanged as_seen_by(const Contender& one) const;
    void change(hvswitch::SlotId slot, const hvswitch::SlotLease& after, News& news);

    template <typename Deed>
    void for_each_of(SeaIndex sea, ha::TrunkSet trunks, Deed&& deed) const;

    std::vector<Contender> contenders_;
    std::vector<hvswitch::SlotLease> leases_;  ///< By SlotId; those without contenders stay free.
    std::vector<bool> connected_;              ///< By SeaIndex.
    std::vector<std::uint64_t> progress_;      ///< By SeaIndex, when last observed.
    hvswitch::SlotTable& shown_;
};

}  // namespace sealane::failover
