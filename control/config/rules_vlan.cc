#include <algorithm>
#include <set>

#include "control/config/rules.h"

namespace sealane::config {
namespace {

bool share_a_vlan(const SeaOf& a, const SeaOf& b) {
    std::set<VlanOf> vlans;
    for (const AdapterOf& trunk : a.trunks) {
        const auto of_trunk = vlans_of(*trunk.adapter);
        vlans.insert(of_trunk.begin(), of_trunk.end());
    }
    return std::any_of(b.trunks.begin(), b.trunks.end(), [&vlans](const AdapterOf& trunk) {
        const auto of_trunk = vlans_of(*trunk.adapter);
        return std::any_of(of_trunk.begin(), of_trunk.end(), [&vlans](const VlanOf& vlan) {
            return vlans.contains(vlan);
        });
    });
}

/// Control channels by VLAN.  A second one there must be the partner's (reference 3.1).
std::map<VlanOf, const SeaOf*> control_vlans(const Index& index, Source& source) {
    std::map<VlanOf, const SeaOf*> channels;
    for (const SeaOf& sea : index.seas) {
        if (sea.ctl_chan == nullptr || sea.ctl_chan->is_trunk()) continue;
        if (sea.ctl_chan->vswitch.empty() || !sea.ctl_chan->pvid.is_usable()) continue;
        const VlanOf vlan{sea.ctl_chan->vswitch, sea.ctl_chan->pvid};
        const auto [other, is_new] = channels.try_emplace(vlan, &sea);
        const bool same = other->second->ctl_chan == sea.ctl_chan;  // check_seas has said it
        if (is_new || same || share_a_vlan(sea, *other->second)) continue;
        source.fault(source.at(sea.ctl_chan->place, "pvid"),
                     qualified(*sea.partition, sea.ctl_chan->name) + ": " + to_string(vlan) +
                         " is the control channel of " + other->second->who() +
                         ", which is no partner of " + sea.who() + "; use a VLAN of its own");
    }
    return channels;
}

void check_control_vlans(const Index& index, Source& source) {
    const auto channels = control_vlans(index, source);
    std::set<const Adapter*> ctl_chans;
    for (const SeaOf& sea : index.seas) {
        ctl_chans.insert(sea.ctl_chan);
    }
    for (const AdapterOf& of : index.virtuals) {
        if (ctl_chans.contains(of.adapter)) continue;
        for (const VlanOf& vlan : vlans_of(*of.adapter)) {
            const auto found = channels.find(vlan);
            if (found == channels.end()) continue;
            source.fault(place_of(*of.adapter, vlan.vlan, source),
                         of.who() + ": " + to_string(vlan) + " is the control channel of " +
                             found->second->who() +
                             " and is used for nothing else; use another VLAN");
        }
    }
}

/// PVIDs of trunk adapters that are not their SEA's pvid_adapter.  Their frames reach the SEA
/// without a tag and would leave into the outside's default VLAN (reference 2.2).
std::map<VlanOf, AdapterOf> placeholders(const Index& index, const Source& source) {
    std::map<VlanOf, AdapterOf> pvids;
    for (const SeaOf& sea : index.seas) {
        if (sea.sea->pvid_adapter.empty()) continue;
        if (source.is_spoilt(sea.sea->place, "pvid_adapter")) continue;
        for (const AdapterOf& trunk : sea.trunks) {
            const Adapter& adapter = *trunk.adapter;
            if (adapter.name == sea.sea->pvid_adapter || !adapter.pvid.is_usable()) continue;
            pvids.try_emplace({adapter.vswitch, adapter.pvid}, trunk);
        }
    }
    return pvids;
}

void check_placeholders(const Index& index, Source& source) {
    const auto pvids = placeholders(index, source);
    for (const AdapterOf& of : index.virtuals) {
        const Adapter& adapter = *of.adapter;
        if (adapter.is_trunk() || source.is_spoilt(adapter.place, "trunk_priority")) continue;
        for (const VlanOf& vlan : vlans_of(adapter)) {
            const auto found = pvids.find(vlan);
            if (found == pvids.end()) continue;
            source.fault(place_of(adapter, vlan.vlan, source),
                         of.who() + ": " + to_string(vlan) + " is the PVID of trunk adapter " +
                             found->second.who() +
                             ", which is not its SEA's pvid_adapter: frames would leave untagged "
                             "into another VLAN; use one of its VIDs");
        }
    }
}

}  // namespace

void check_reserved_vlans(const Index& index, Source& source) {
    check_control_vlans(index, source);
    check_placeholders(index, source);
}

}  // namespace sealane::config
