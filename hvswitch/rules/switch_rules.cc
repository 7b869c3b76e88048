#include "hvswitch/rules/switch_rules.h"

#include <utility>

#include "dataplane/base/check.h"

namespace sealane::hvswitch {
namespace {

/// Calls `each(VlanId)` for every VLAN that the adapter carries.
template <typename Each>
void for_each_vlan(const PortRules& port, Each&& each) {
    if (port.pvid.value != 0) each(port.pvid);
    std::size_t left = port.vids.count();
    for (std::uint16_t vid = 1; vid < kVlanCount - 1 && left > 0; ++vid) {
        if (!port.vids.test(vid)) continue;
        if (VlanId{vid} != port.pvid) each(VlanId{vid});
        --left;
    }
}

bool is_receiver(const PortRules& port) { return port.present && port.enabled && !port.is_trunk; }

}  // namespace

SwitchRules::SwitchRules(Settings settings)
    : settings_(std::move(settings)), vlans_(kMaxVswitches * kVlanCount) {
    const auto& ports = settings_.ports;
    SEALANE_CHECK(ports.size() <= kMaxAdapters, "more adapters than the switch has numbers for");
    SEALANE_CHECK(ports.size() == settings_.slots.size(), "ports and slots differ in length");
    for (const PortRules& port : ports) {
        SEALANE_CHECK(port.vswitch.index < kMaxVswitches, "no such vswitch");
    }

    // Who may bridge: trunks that are disabled count too, since their slot's holder may be another.
    for (std::size_t i = 0; i < ports.size(); ++i) {
        const SlotId slot = settings_.slots[i];
        if (!ports[i].present || !ports[i].is_trunk || slot == kNoSlot) continue;
        for_each_vlan(ports[i], [&](VlanId vlan) {
            SlotId& trunk = entry(ports[i].vswitch, vlan).trunk;
            SEALANE_CHECK(trunk == kNoSlot || trunk == slot, "one VLAN in two trunk slots");
            trunk = slot;
        });
    }

    // Who receives: count, lay out, fill.  Filling in the order of adapters sorts each VLAN's list.
    for (const PortRules& port : ports) {
        if (!is_receiver(port)) continue;
        for_each_vlan(port, [&](VlanId vlan) { ++entry(port.vswitch, vlan).count; });
    }
    std::uint32_t first = 0;
    for (VlanEntry& vlan : vlans_) {
        vlan.first = first;
        first += std::exchange(vlan.count, 0);
    }
    members_.resize(first);
    for (std::size_t i = 0; i < ports.size(); ++i) {
        if (!is_receiver(ports[i])) continue;
        for_each_vlan(ports[i], [&](VlanId vlan) {
            VlanEntry& list = entry(ports[i].vswitch, vlan);
            members_[list.first + list.count++] = AdapterId{static_cast<std::uint16_t>(i)};
        });
    }
}

std::span<const AdapterId> SwitchRules::members(VswitchId vswitch, VlanId vlan) const {
    const VlanEntry& list = entry(vswitch, vlan);
    return {members_.data() + list.first, list.count};
}

}  // namespace sealane::hvswitch
