// To whom does an admitted frame go?
#pragma once

#include <optional>

#include "dataplane/base/drop.h"
#include "dataplane/base/ids.h"
#include "dataplane/base/mac.h"
#include "hvswitch/rules/address_table.h"
#include "hvswitch/rules/slot.h"
#include "hvswitch/rules/switch_rules.h"

namespace sealane::hvswitch {

/// Where one frame goes.  Fanout: to every member of its VLAN and the VLAN's active trunk, except
/// where it came from; the caller makes the copies.
struct Route {
    enum class Kind : std::uint8_t { One, Fanout, Dropped };

    Kind kind = Kind::Dropped;
    AdapterId to{};                          ///< For One.
    Drop why = Drop::None;                   ///< For Dropped.
    Direction charged = Direction::Between;  ///< Of a drop.

    bool operator==(const Route&) const = default;
};

/// Routes a frame of (`from`'s vswitch, `vlan`) to `dst`.  `found` is what the address table has
/// for it.  Pure; `from` is an adapter that the frame was admitted at.
///
/// Group addresses: Fanout.  Known unicast: its adapter if it is a member of the VLAN (EgressVlan
/// if not), a trunk's address: the holder of that trunk's slot; never back to `from` (SamePort,
/// decision D7).  Unknown unicast: the VLAN's active trunk; from the trunk itself, or without an
/// active trunk: NoDestination (decision D5).  On a flood_unknown vswitch unknown unicast is
/// Fanout.
[[nodiscard]] Route route(const SwitchRules& rules,
                          const SlotTable& slots,
                          AdapterId from,
                          VlanId vlan,
                          MacAddress dst,
                          const std::optional<AddressEntry>& found);

/// Calls `each(AdapterId)` for every receiver of a Fanout, trunk last.
template <typename Each>
void for_each_receiver(
    const SwitchRules& rules, const SlotTable& slots, AdapterId from, VlanId vlan, Each&& each) {
    const VswitchId vswitch = rules.port(from).vswitch;
    for (const AdapterId member : rules.members(vswitch, vlan)) {
        if (member != from) each(member);
    }
    const SlotId slot = rules.trunk_slot(vswitch, vlan);
    if (slot == kNoSlot) return;
    const SlotTable::Holder holder = slots.holder(slot);
    if (holder.held && holder.adapter != from && rules.port(holder.adapter).enabled)
        each(holder.adapter);
}

}  // namespace sealane::hvswitch
