#include "control/runtime/switch_settings.h"

#include <map>
#include <set>
#include <utility>

#include "dataplane/base/check.h"

namespace sealane::runtime {
namespace {

hvswitch::VlanSet set_of(const std::vector<VlanId>& vlans) {
    hvswitch::VlanSet set;
    for (const VlanId vlan : vlans) {
        set.set(vlan.value);
    }
    return set;
}

hvswitch::PortRules port_rules(const config::System& model, const Seat& seat) {
    if (seat.is_free()) return {};
    if (seat.role != AdapterRole::Client && seat.role != AdapterRole::Trunk) return {};

    const config::Adapter& adapter = *seat.adapter;
    const auto vswitch = find_vswitch(model, adapter.vswitch);
    SEALANE_CHECK(vswitch.has_value(), "an adapter names a vswitch that the loader did not see");
    hvswitch::PortRules rules;
    rules.present = true;
    rules.enabled = adapter.enabled;
    rules.vswitch = *vswitch;
    rules.pvid = adapter.pvid;
    rules.vids = set_of(adapter.vids);
    rules.tag_pvid = adapter.tag_pvid;
    rules.tpid = adapter.tpid;
    rules.tunnel = adapter.tunnel;
    if (!adapter.tunnel_vids.empty()) rules.tunnel_vids = set_of(adapter.tunnel_vids);
    rules.qos_priority = adapter.qos_priority;
    rules.is_trunk = adapter.is_trunk();
    rules.mac = mac_of(model, seat);
    rules.any_mac = adapter.allowed_macs.all;
    rules.allowed_macs = adapter.allowed_macs.list;
    rules.max_macs = adapter.max_macs;
    rules.storm = {.broadcast = adapter.storm_control.broadcast,
                   .multicast = adapter.storm_control.multicast,
                   .unknown = adapter.storm_control.unknown};
    return rules;
}

}  // namespace

MacAddress mac_of(const config::System& model, const Seat& seat) {
    if (seat.adapter->mac) return *seat.adapter->mac;
    return config::auto_mac(model, *seat.partition, *seat.adapter);
}

hvswitch::Switch::Settings make_switch_settings(const config::System& model,
                                                const Layout& layout,
                                                std::uint64_t seed) {
    hvswitch::Switch::Settings settings;
    settings.workers = model.runtime.workers;
    settings.seed = seed;
    for (std::size_t i = 0; i < model.vswitches.size(); ++i) {
        const config::Vswitch& vswitch = model.vswitches[i];
        settings.rules.vswitches[i].flood_unknown =
            vswitch.unknown_unicast == config::UnknownUnicast::Flood;
        settings.tables.push_back(
            {.capacity = vswitch.address_table.capacity, .age = vswitch.address_table.age});
    }

    using VlansOfSwitch = std::pair<std::string, std::set<std::uint16_t>>;
    std::map<VlansOfSwitch, hvswitch::SlotId> slots;
    for (const Seat& seat : layout.seats) {
        settings.rules.ports.push_back(port_rules(model, seat));
        settings.rules.slots.push_back(hvswitch::kNoSlot);
        if (seat.role != AdapterRole::Trunk) continue;

        VlansOfSwitch key{seat.adapter->vswitch, {seat.adapter->pvid.value}};
        for (const VlanId vlan : seat.adapter->vids) {
            key.second.insert(vlan.value);
        }
        const hvswitch::SlotId fresh{static_cast<std::uint16_t>(slots.size())};
        settings.rules.slots.back() = slots.try_emplace(std::move(key), fresh).first->second;
    }
    settings.slots = slots.size();
    return settings;
}

void give_slots(const Layout& layout, hvswitch::Switch& shared) {
    for (std::size_t index = 0; index < shared.slots().size(); ++index) {
        const hvswitch::SlotId slot{static_cast<std::uint16_t>(index)};
        const Seat* best = nullptr;
        bool contended = false;
        for (const Seat& seat : layout.seats) {
            if (seat.role != AdapterRole::Trunk || !seat.adapter->enabled) continue;
            if (shared.rules().slot_of(seat.id) != slot) continue;
            contended = contended || (seat.sea != nullptr && is_paired(*seat.sea));
            if (best == nullptr || seat.adapter->trunk_priority < best->adapter->trunk_priority)
                best = &seat;
        }
        if (best != nullptr && !contended) shared.slots().give(slot, best->id);
    }
}

}  // namespace sealane::runtime
