#include "control/config/notices.h"

#include <algorithm>
#include <set>

#include "control/config/index.h"
#include "control/config/words.h"

namespace sealane::config {
namespace {

/// Some peer of the real adapter's port may cut large frames itself.
bool may_take_large_frames(const SeaOf& of) {
    const Adapter* const real = find_adapter(*of.partition, of.sea->real_adapter);
    return real == nullptr || std::holds_alternative<VhostUserPort>(real->port) ||
           std::holds_alternative<RingPort>(real->port);
}

/// What a SEA is told to do and does not do yet.
void notice_sea(const SeaOf& of, std::vector<Notice>& found) {
    const Sea& sea = *of.sea;
    const auto add = [&](const std::string& what) { found.push_back({sea.place, what}); };
    if (sea.netaddr && sea.ha_mode == HaMode::Disabled)
        add(of.who() + ": netaddr is asked by a SEA of a pair only, and ha_mode is disabled");
    if (sea.adapter_reset && sea.ha_mode == HaMode::Sharing)
        add(of.who() +
            ": adapter_reset acts when it lets go of all its trunk adapters, not when it shares "
            "them; the original advises against both together");
    if (sea.largesend && !may_take_large_frames(of))
        add(of.who() + ": largesend is for a real_adapter on vhost-user or ring; before " +
            sea.real_adapter + "'s port large frames are cut in software");
    if (sea.accounting) add(of.who() + ": accounting is kept but not acted on yet");
}

/// RFC 8200, 5.
constexpr std::uint32_t kLeastIpv6Mtu = 1280;

void notice_small_wires(const Index& index, std::vector<Notice>& found) {
    for (const SeaOf& sea : index.seas) {
        const Adapter* const real = find_adapter(*sea.partition, sea.sea->real_adapter);
        if (real == nullptr || real->mtu >= kLeastIpv6Mtu) continue;
        found.push_back({real->place,
                         qualified(*sea.partition, real->name) + ": mtu " +
                             std::to_string(real->mtu) +
                             " is below 1280, which IPv6 asks of every wire: its hosts do not "
                             "follow an answer that names less"});
    }
}

/// Adapters that are there for a SEA, and are in none.
void notice_idle_adapters(const Index& index, std::vector<Notice>& found) {
    std::set<const Adapter*> used;
    for (const SeaOf& sea : index.seas) {
        used.insert(find_adapter(*sea.partition, sea.sea->real_adapter));
        for (const AdapterOf& trunk : sea.trunks) {
            used.insert(trunk.adapter);
        }
    }
    for (const AdapterOf& of : index.physicals) {
        if (used.contains(of.adapter)) continue;
        found.push_back({of.adapter->place, of.who() + ": is the real_adapter of no SEA"});
    }
    for (const AdapterOf& of : index.virtuals) {
        const bool has_port = !std::holds_alternative<NoPort>(of.adapter->port);
        if (used.contains(of.adapter) || has_port || !of.adapter->is_trunk()) continue;
        found.push_back({of.adapter->place, of.who() + ": is a trunk adapter of no SEA"});
    }
}

/// Why two SEAs for one VLAN don't do what one expects of a pair; empty: they do.
std::string unlike(const SeaOf& sea, const SeaOf& other, const VlanOf& vlan) {
    const HaMode mine = sea.sea->ha_mode, theirs = other.sea->ha_mode;
    // On PowerVM a loop.
    if (mine == HaMode::Disabled || theirs == HaMode::Disabled)
        return sea.who() + ": bridges " + to_string(vlan) + " like " + other.who() +
               ", but ha_mode is disabled: only the best trunk_priority bridges, and nobody takes "
               "over";
    const bool one_shares = (mine == HaMode::Sharing && theirs == HaMode::Auto) ||
                            (mine == HaMode::Auto && theirs == HaMode::Sharing);
    if (one_shares)
        return sea.who() + ": bridges " + to_string(vlan) + " like " + other.who() +
               ", but only one of them has ha_mode sharing: they don't share, and the better "
               "trunk_priority bridges all";
    return {};
}

void notice_unlike_partners(const Index& index, std::vector<Notice>& found) {
    std::map<VlanOf, const SeaOf*> first;
    for (const SeaOf& sea : index.seas) {
        bool noticed = false;
        for (const AdapterOf& trunk : sea.trunks) {
            for (const VlanOf& vlan : vlans_of(*trunk.adapter)) {
                const SeaOf& other = *first.try_emplace(vlan, &sea).first->second;
                if (&other == &sea || noticed) continue;
                const std::string what = unlike(sea, other, vlan);
                if (what.empty()) continue;
                noticed = true;
                found.push_back({sea.sea->place, what});
            }
        }
    }
}

}  // namespace

std::vector<Notice> notices(const System& system) {
    const Index index(system);
    std::vector<Notice> found;
    for (const SeaOf& sea : index.seas) {
        notice_sea(sea, found);
    }
    notice_idle_adapters(index, found);
    notice_small_wires(index, found);
    notice_unlike_partners(index, found);
    std::stable_sort(found.begin(), found.end(), [](const Notice& a, const Notice& b) {
        return std::tie(a.place.line, a.place.column) < std::tie(b.place.line, b.place.column);
    });
    return found;
}

}  // namespace sealane::config
