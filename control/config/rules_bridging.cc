#include <algorithm>
#include <set>

#include "control/config/rules.h"

namespace sealane::config {
namespace {

/// Two trunk adapters on one VLAN: of one partition never, of two with different priorities.
/// Reports the first neighbour that `trunk` can't have.
void check_beside(const AdapterOf& trunk,
                  const std::map<VlanOf, std::vector<AdapterOf>>& earlier,
                  Source& source) {
    const Adapter& adapter = *trunk.adapter;
    for (const VlanOf& vlan : vlans_of(adapter)) {
        const auto others = earlier.find(vlan);
        if (others == earlier.end()) continue;
        for (const AdapterOf& other : others->second) {
            if (other.partition == trunk.partition) {
                source.fault(place_of(adapter, vlan.vlan, source),
                             trunk.who() + ": " + to_string(vlan) + " is on trunk adapter " +
                                 other.who() + " already; a VIOS bridges a VLAN by one");
                return;
            }
            if (other.adapter->trunk_priority == adapter.trunk_priority) {
                source.fault(source.at(adapter.place, "trunk_priority"),
                             trunk.who() + ": trunk_priority " +
                                 std::to_string(adapter.trunk_priority) + " is " + other.who() +
                                 "'s too, and both are on " + to_string(vlan) +
                                 "; use another, 1 is best");
                return;
            }
        }
    }
}

void check_trunks(const Index& index, Source& source) {
    std::map<VlanOf, std::vector<AdapterOf>> trunks;
    for (const AdapterOf& of : index.virtuals) {
        if (!of.adapter->is_trunk()) continue;
        check_beside(of, trunks, source);
        for (const VlanOf& vlan : vlans_of(*of.adapter)) {
            auto& there = trunks[vlan];
            // A VLAN has at most 15 good ones, so what comes after them has been reported.
            if (there.size() <= kMaxTrunkPriority) there.push_back(of);
        }
    }
}

/// What must be equal of the trunk adapters of a pair: vswitch, PVID, and the set of VIDs.
struct TrunkVlans {
    std::string vswitch;
    VlanId pvid;
    std::set<VlanId> vids;

    explicit TrunkVlans(const Adapter& adapter)
        : vswitch(adapter.vswitch),
          pvid(adapter.pvid),
          vids(adapter.vids.begin(), adapter.vids.end()) {}
    bool operator==(const TrunkVlans&) const = default;
};

bool has_equal(const AdapterOf& trunk, const SeaOf& sea) {
    const TrunkVlans wanted(*trunk.adapter);
    return std::any_of(sea.trunks.begin(), sea.trunks.end(), [&wanted](const AdapterOf& other) {
        return TrunkVlans(*other.adapter) == wanted;
    });
}

/// "PVID 99, VIDs 1 2".
std::string list_of(const Adapter& adapter) {
    std::string text = "PVID " + std::to_string(adapter.pvid.value);
    if (!adapter.vids.empty()) text += ", VIDs";
    for (const VlanId vid : adapter.vids) {
        text += " " + std::to_string(vid.value);
    }
    return text;
}

bool is_readable(const SeaOf& sea, const Source& source) {
    if (source.is_spoilt(sea.sea->place, "virt_adapters")) return false;
    if (sea.trunks.size() != sea.sea->virt_adapters.size()) return false;
    return std::all_of(sea.trunks.begin(), sea.trunks.end(), [&source](const AdapterOf& trunk) {
        const Place place = trunk.adapter->place;
        return !source.is_spoilt(place, "vswitch") && !source.is_spoilt(place, "pvid") &&
               !source.is_spoilt(place, "vids");
    });
}

void check_same_trunks(const SeaOf& sea, const SeaOf& partner, Source& source) {
    if (!is_readable(sea, source) || !is_readable(partner, source)) return;
    const std::string right = "; the SEAs of a pair have the same trunk VLAN lists";
    for (std::size_t i = 0; i < sea.trunks.size(); ++i) {
        const AdapterOf& trunk = sea.trunks[i];
        if (has_equal(trunk, partner)) continue;
        source.fault(source.at(sea.sea->place, "virt_adapters", i),
                     sea.who() + ": partner " + partner.who() + " has no trunk adapter like " +
                         trunk.adapter->name + " (" + list_of(*trunk.adapter) + ")" + right);
    }
    for (const AdapterOf& trunk : partner.trunks) {
        if (has_equal(trunk, sea)) continue;
        source.fault(source.at(sea.sea->place, "virt_adapters"),
                     sea.who() + ": no trunk adapter is like " + trunk.who() + " of its partner (" +
                         list_of(*trunk.adapter) + ")" + right);
    }
}

void check_same_channel(const SeaOf& sea, const SeaOf& partner, Source& source) {
    const bool ours = sea.sea->ctl_chan.has_value();
    const bool theirs = partner.sea->ctl_chan.has_value();
    if (ours != theirs) {
        source.fault(source.at(sea.sea->place, "ctl_chan"),
                     sea.who() + ": partner " + partner.who() + (ours ? " has no" : " has a") +
                         " ctl_chan; give both one, or neither");
        return;
    }
    if (sea.ctl_chan == nullptr || partner.ctl_chan == nullptr) return;
    const VlanOf here{sea.ctl_chan->vswitch, sea.ctl_chan->pvid};
    const VlanOf there{partner.ctl_chan->vswitch, partner.ctl_chan->pvid};
    if (here == there || !here.vlan.is_usable() || !there.vlan.is_usable()) return;
    source.fault(source.at(sea.sea->place, "ctl_chan"),
                 sea.who() + ": ctl_chan " + sea.ctl_chan->name + " is on " + to_string(here) +
                     ", that of partner " + partner.who() + " on " + to_string(there) +
                     "; use the same");
}

/// The SEAs before `sea` that bridge one of its VLANs; none if a VLAN has two of them already,
/// which is reported.
std::set<const SeaOf*> partners_of(const SeaOf& sea,
                                   const std::map<VlanOf, std::vector<const SeaOf*>>& bridges,
                                   Source& source) {
    std::set<const SeaOf*> partners;
    for (const AdapterOf& trunk : sea.trunks) {
        for (const VlanOf& vlan : vlans_of(*trunk.adapter)) {
            const auto found = bridges.find(vlan);
            if (found == bridges.end()) continue;
            const auto& there = found->second;
            if (there.size() > 1) {
                source.fault(sea.sea->place,
                             sea.who() + ": " + to_string(vlan) + " is bridged by " +
                                 there[0]->who() + " and " + there[1]->who() +
                                 " already; at most two SEAs bridge a VLAN");
                return {};
            }
            partners.insert(there.front());
        }
    }
    return partners;
}

}  // namespace

void check_bridging(const Index& index, Source& source) {
    check_trunks(index, source);
    std::map<VlanOf, std::vector<const SeaOf*>> bridges;
    for (const SeaOf& sea : index.seas) {
        for (const SeaOf* partner : partners_of(sea, bridges, source)) {
            if (partner->partition == sea.partition) continue;  // check_trunks has said it
            check_same_trunks(sea, *partner, source);
            check_same_channel(sea, *partner, source);
        }
        for (const AdapterOf& trunk : sea.trunks) {
            for (const VlanOf& vlan : vlans_of(*trunk.adapter)) {
                auto& there = bridges[vlan];
                if (there.size() < 2 && (there.empty() || there.back() != &sea)) {
                    there.push_back(&sea);
                }
            }
        }
    }
}

}  // namespace sealane::config
