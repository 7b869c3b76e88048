#include "hvswitch/rules/route.h"

namespace sealane::hvswitch {

std::optional<AdapterId> active_trunk(const SwitchRules& rules,
                                      const SlotTable& slots,
                                      SlotId slot) {
    if (slot == kNoSlot) return std::nullopt;
    const SlotTable::Holder holder = slots.holder(slot);
    if (!holder.held || !rules.port(holder.adapter).enabled) return std::nullopt;
    return holder.adapter;
}

Route to_unknown(const SwitchRules& rules, const SlotTable& slots, AdapterId from, VlanId vlan) {
    const VswitchId vswitch = rules.port(from).vswitch;
    if (rules.vswitch(vswitch).flood_unknown) return {.kind = Route::Kind::Fanout};

    const auto trunk = active_trunk(rules, slots, rules.trunk_slot(vswitch, vlan));
    if (!trunk || *trunk == from) return Route::dropped(Drop::NoDestination);  // D5
    return Route::to_one(*trunk);
}

}  // namespace sealane::hvswitch
