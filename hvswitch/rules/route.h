// To whom does an admitted frame go?
#pragma once

#include "dataplane/base/drop.h"
#include "dataplane/base/ids.h"
#include "dataplane/base/mac.h"
#include "hvswitch/rules/address_table.h"
#include "hvswitch/rules/slot.h"
#include "hvswitch/rules/storm.h"
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

    static Route dropped(Drop why) { return {.kind = Kind::Dropped, .why = why}; }
    static Route to_one(AdapterId adapter) { return {.kind = Kind::One, .to = adapter}; }

    bool operator==(const Route&) const = default;
};

// All of it is inlined: a Route, or an optional, that is returned through memory, written in small
// pieces and read in one, stalls the processor for longer than the whole decision takes.

/// The adapter that outward frames of the slot go to, or kNoAdapter.
[[nodiscard, gnu::always_inline]] inline AdapterId active_trunk(const SwitchRules& rules,
                                                                const SlotTable& slots,
                                                                SlotId slot) {
    if (slot == kNoSlot) return kNoAdapter;
    const AdapterId trunk = slots.outward(slot);
    if (trunk == kNoAdapter || !rules.port(trunk).enabled) return kNoAdapter;
    return trunk;
}

/// `from` is a trunk adapter of this slot.  What it brought in must not go out again, by whichever
/// of them: during a hand-over one brings in and the other carries out.
[[nodiscard, gnu::always_inline]] inline bool came_by(const SwitchRules& rules,
                                                      AdapterId from,
                                                      SlotId slot) {
    return rules.slot_of(from) == slot;
}

[[nodiscard, gnu::always_inline]] inline Route to_unknown(const SwitchRules& rules,
                                                          const SlotTable& slots,
                                                          AdapterId from,
                                                          VlanId vlan) {
    const VswitchId vswitch = rules.port(from).vswitch;
    if (rules.vswitch(vswitch).flood_unknown) return {.kind = Route::Kind::Fanout};

    const SlotId slot = rules.trunk_slot(vswitch, vlan);
    const AdapterId trunk = active_trunk(rules, slots, slot);
    if (trunk == kNoAdapter || came_by(rules, from, slot))
        return Route::dropped(Drop::NoDestination);  // D5
    return Route::to_one(trunk);
}

/// An entry can outlive its adapter until the table is flushed.  What stands at its number now, if
/// it is of another vswitch, must not get the frame.
[[nodiscard]] inline bool is_believable(const SwitchRules& rules,
                                        AdapterId from,
                                        const AddressEntry& found) {
    if (found.adapter.index >= rules.adapters()) return false;
    const PortRules& port = rules.port(found.adapter);
    return port.present && port.vswitch == rules.port(from).vswitch;
}

[[nodiscard, gnu::always_inline]] inline Route to_known(const SwitchRules& rules,
                                                        const SlotTable& slots,
                                                        AdapterId from,
                                                        VlanId vlan,
                                                        AdapterId known) {
    if (known == from) return Route::dropped(Drop::SamePort);  // D7

    if (rules.port(known).is_trunk) {
        const SlotId slot = rules.slot_of(known);
        const AdapterId trunk = active_trunk(rules, slots, slot);
        if (trunk == kNoAdapter) return Route::dropped(Drop::NoDestination);
        if (came_by(rules, from, slot)) return Route::dropped(Drop::SamePort);
        known = trunk;
    }
    const PortRules& port = rules.port(known);
    if (!port.is_member(vlan)) return Route::dropped(Drop::EgressVlan);
    if (!port.enabled) return Route::dropped(Drop::PortDisabled);
    return Route::to_one(known);
}

/// Routes a frame of (`from`'s vswitch, `vlan`) to `dst`.  `found` is what the address table has
/// for it.  Pure; `from` is an adapter that the frame was admitted at.
///
/// Group addresses: Fanout.  Known unicast: its adapter if it is a member of the VLAN (EgressVlan
/// if not), a trunk's address: the holder of that trunk's slot; never back to `from` (SamePort,
/// decision D7).  Unknown unicast: the VLAN's active trunk; from the trunk itself, or without an
/// active trunk: NoDestination (decision D5).  On a flood_unknown vswitch unknown unicast is
/// Fanout.
[[nodiscard, gnu::always_inline]] inline Route route(const SwitchRules& rules,
                                                     const SlotTable& slots,
                                                     AdapterId from,
                                                     VlanId vlan,
                                                     MacAddress dst,
                                                     FoundEntry found) {
    if (dst.is_multicast()) return {.kind = Route::Kind::Fanout};
    if (found && is_believable(rules, from, *found)) {
        return to_known(rules, slots, from, vlan, (*found).adapter);
    }
    return to_unknown(rules, slots, from, vlan);
}

/// As what an admitted frame to `dst` counts where storms are limited.  `find()` asks the address
/// table, if it comes to that.
template <typename Find>
[[nodiscard]] Storm storm_of(const SwitchRules& rules,
                             AdapterId from,
                             MacAddress dst,
                             Find&& find) {
    if (dst.is_broadcast()) return Storm::Broadcast;
    if (dst.is_multicast()) return Storm::Multicast;
    if (!rules.vswitch(rules.port(from).vswitch).flood_unknown) return Storm::None;
    const FoundEntry found = find();
    return found && is_believable(rules, from, *found) ? Storm::None : Storm::Unknown;
}

/// Calls `each(AdapterId)` for every receiver of a Fanout, trunk last.
template <typename Each>
void for_each_receiver(
    const SwitchRules& rules, const SlotTable& slots, AdapterId from, VlanId vlan, Each&& each) {
    const VswitchId vswitch = rules.port(from).vswitch;
    for (const AdapterId member : rules.members(vswitch, vlan)) {
        if (member != from) each(member);
    }
    const SlotId slot = rules.trunk_slot(vswitch, vlan);
    if (slot == kNoSlot || came_by(rules, from, slot)) return;
    const AdapterId trunk = slots.outward(slot);
    if (trunk != kNoAdapter && rules.port(trunk).enabled) each(trunk);
}

}  // namespace sealane::hvswitch
