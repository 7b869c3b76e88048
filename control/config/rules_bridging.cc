#include <algorithm>
#include <set>

#include "control/config/rules.h"

namespace sealane::config {
namespace {

/// What must be equal of trunk adapters beside each other: vswitch, PVID, and the set of VIDs.
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

/// "PVID 99, VIDs 1 2".
std::string list_of(const Adapter& adapter) {
    std::string text = "PVID " + std::to_string(adapter.pvid.value);
    if (!adapter.vids.empty()) text += ", VIDs";
    for (const VlanId vid : adapter.vids) {
        text += " " + std::to_string(vid.value);
    }
    return text;
}

bool is_readable(const AdapterOf& trunk, const Source& source) {
    const Place place = trunk.adapter->place;
    return !source.is_spoilt(place, "vswitch") && !source.is_spoilt(place, "pvid") &&
           !source.is_spoilt(place, "vids");
}

/// Two trunk adapters on one VLAN: of one partition never, of two with different priorities and the
/// same VLANs, since one of them takes over all that the other has (reference 1.3).
class TrunksBeside {
  public:
    TrunksBeside(const Index& index, Source& source) : source_(source) {
        for (const SeaOf& sea : index.seas) {
            for (const AdapterOf& trunk : sea.trunks) {
                of_seas_.insert(trunk.adapter);
            }
        }
    }

    /// Reports the first neighbour that `trunk` can't have.
    void check(const AdapterOf& trunk) {
        for (const VlanOf& vlan : vlans_of(*trunk.adapter)) {
            for (const AdapterOf& other : earlier_[vlan]) {
                if (!may_be_beside(trunk, other, vlan)) return remember(trunk);
            }
        }
        remember(trunk);
    }

  private:
    bool may_be_beside(const AdapterOf& trunk, const AdapterOf& other, const VlanOf& vlan) {
        const Adapter& adapter = *trunk.adapter;
        if (other.partition == trunk.partition) {
            source_.fault(place_of(adapter, vlan.vlan, source_),
                          trunk.who() + ": " + to_string(vlan) + " is on trunk adapter " +
                              other.who() + " already; a VIOS bridges a VLAN by one");
            return false;
        }
        if (other.adapter->trunk_priority == adapter.trunk_priority) {
            source_.fault(source_.at(adapter.place, "trunk_priority"),
                          trunk.who() + ": trunk_priority " +
                              std::to_string(adapter.trunk_priority) + " is " + other.who() +
                              "'s too, and both are on " + to_string(vlan) +
                              "; use another, 1 is best");
            return false;
        }
        // Of SEAs, check_same_trunks() says it.
        if (of_seas_.contains(&adapter) && of_seas_.contains(other.adapter)) return true;
        if (!is_readable(trunk, source_) || !is_readable(other, source_)) return true;
        if (TrunkVlans(adapter) == TrunkVlans(*other.adapter)) return true;
        source_.fault(place_of(adapter, vlan.vlan, source_),
                      trunk.who() + ": " + to_string(vlan) + " is on trunk adapter " + other.who() +
                          " too, whose VLANs differ; give both the same (" +
                          list_of(*other.adapter) + "), or none in common");
        return false;
    }

    void remember(const AdapterOf& trunk) {
        for (const VlanOf& vlan : vlans_of(*trunk.adapter)) {
            auto& there = earlier_[vlan];
            // A VLAN has at most 15 good ones, so what comes after them has been reported.
            if (there.size() <= kMaxTrunkPriority) there.push_back(trunk);
        }
    }

    Source& source_;
    std::set<const Adapter*> of_seas_;
    std::map<VlanOf, std::vector<AdapterOf>> earlier_;
};

void check_trunks(const Index& index, Source& source) {
    TrunksBeside trunks(index, source);
    for (const AdapterOf& of : index.virtuals) {
        if (of.adapter->is_trunk()) trunks.check(of);
    }
}

bool has_equal(const AdapterOf& trunk, const SeaOf& sea) {
    const TrunkVlans wanted(*trunk.adapter);
    return std::any_of(sea.trunks.begin(), sea.trunks.end(), [&wanted](const AdapterOf& other) {
        return TrunkVlans(*other.adapter) == wanted;
    });
}

bool is_readable(const SeaOf& sea, const Source& source) {
    if (source.is_spoilt(sea.sea->place, "virt_adapters")) return false;
    if (sea.trunks.size() != sea.sea->virt_adapters.size()) return false;
    return std::all_of(sea.trunks.begin(), sea.trunks.end(), [&source](const AdapterOf& trunk) {
        return is_readable(trunk, source);
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

/// One that speaks seldom would be unknown to one that listens shortly, again and again.
void check_same_keepalive(const SeaOf& sea, const SeaOf& partner, Source& source) {
    if (sea.sea->ha_mode == HaMode::Disabled || partner.sea->ha_mode == HaMode::Disabled) return;
    if (sea.sea->keepalive_ms == partner.sea->keepalive_ms) return;
    source.fault(source.at(sea.sea->place, "keepalive_ms"),
                 sea.who() + ": keepalive_ms " + std::to_string(sea.sea->keepalive_ms.count()) +
                     " is not " + std::to_string(partner.sea->keepalive_ms.count()) +
                     ", that of partner " + partner.who() + "; the SEAs of a pair have the same");
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
    if (sea.sea->discovers() && partner.sea->discovers()) {
        // Reference 3.7: equal PVIDs make a pair.
        if (sea.sea->pvid == partner.sea->pvid) return;
        source.fault(
            source.at(sea.sea->place, "pvid"),
            sea.who() + ": pvid " + std::to_string(sea.sea->pvid.value) + " is not " +
                std::to_string(partner.sea->pvid.value) + ", that of partner " + partner.who() +
                ", and without ctl_chan a pair is found by it; use the same, or a ctl_chan");
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
            check_same_keepalive(sea, *partner, source);
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
