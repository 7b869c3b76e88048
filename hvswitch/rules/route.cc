#include "hvswitch/rules/route.h"

namespace sealane::hvswitch {
namespace {

Route dropped(Drop why) { return {.kind = Route::Kind::Dropped, .why = why}; }
Route to_one(AdapterId adapter) { return {.kind = Route::Kind::One, .to = adapter}; }

/// The adapter that holds the slot and may send; nobody if the slot is free.
std::optional<AdapterId> active_trunk(const SwitchRules& rules,
                                      const SlotTable& slots,
                                      SlotId slot) {
    if (slot == kNoSlot) return std::nullopt;
    const SlotTable::Holder holder = slots.holder(slot);
    if (!holder.held || !rules.port(holder.adapter).enabled) return std::nullopt;
    return holder.adapter;
}

/// An entry can outlive its adapter until the table is flushed.  What stands at its number now, if
/// it is of another vswitch, must not get the frame.
bool is_believable(const SwitchRules& rules, AdapterId from, const AddressEntry& found) {
    if (found.adapter.index >= rules.adapters()) return false;
    const PortRules& port = rules.port(found.adapter);
    return port.present && port.vswitch == rules.port(from).vswitch;
}

Route to_known(const SwitchRules& rules,
               const SlotTable& slots,
               AdapterId from,
               VlanId vlan,
               AdapterId known) {
    if (known == from) return dropped(Drop::SamePort);  // D7

    if (rules.port(known).is_trunk) {
        const auto trunk = active_trunk(rules, slots, rules.slot_of(known));
        if (!trunk) return dropped(Drop::NoDestination);
        if (*trunk == from) return dropped(Drop::SamePort);
        known = *trunk;
    }
    const PortRules& port = rules.port(known);
    if (!port.is_member(vlan)) return dropped(Drop::EgressVlan);
    if (!port.enabled) return dropped(Drop::PortDisabled);
    return to_one(known);
}

Route to_unknown(const SwitchRules& rules, const SlotTable& slots, AdapterId from, VlanId vlan) {
    const VswitchId vswitch = rules.port(from).vswitch;
    if (rules.vswitch(vswitch).flood_unknown) return {.kind = Route::Kind::Fanout};

    const auto trunk = active_trunk(rules, slots, rules.trunk_slot(vswitch, vlan));
    if (!trunk || *trunk == from) return dropped(Drop::NoDestination);  // D5
    return to_one(*trunk);
}

}  // namespace

Route route(const SwitchRules& rules,
            const SlotTable& slots,
            AdapterId from,
            VlanId vlan,
            MacAddress dst,
            const std::optional<AddressEntry>& found) {
    if (dst.is_multicast()) return {.kind = Route::Kind::Fanout};
    if (found && is_believable(rules, from, *found)) {
        return to_known(rules, slots, from, vlan, found->adapter);
    }
    return to_unknown(rules, slots, from, vlan);
}

}  // namespace sealane::hvswitch
