#include "control/config/index.h"

#include <algorithm>

namespace sealane::config {

std::string to_string(const VlanOf& vlan) {
    return "VLAN " + std::to_string(vlan.vlan.value) + " of " + vlan.vswitch;
}

std::vector<VlanOf> vlans_of(const Adapter& adapter) {
    std::vector<VlanOf> vlans;
    if (adapter.vswitch.empty()) return vlans;
    if (adapter.pvid.is_usable()) vlans.push_back({adapter.vswitch, adapter.pvid});
    // Where there are more, check_adapters() has said so.
    for (std::size_t i = 0; i < std::min(adapter.vids.size(), kMaxVids); ++i) {
        vlans.push_back({adapter.vswitch, adapter.vids[i]});
    }
    return vlans;
}

Place place_of(const Adapter& adapter, VlanId vlan, const Source& source) {
    if (vlan == adapter.pvid) return source.at(adapter.place, "pvid");
    const auto found = std::find(adapter.vids.begin(), adapter.vids.end(), vlan);
    return source.at(adapter.place, "vids", static_cast<std::size_t>(found - adapter.vids.begin()));
}

const Adapter* find_adapter(const Partition& partition, const std::string& name) {
    const auto found = std::find_if(partition.adapters.begin(),
                                    partition.adapters.end(),
                                    [&name](const Adapter& a) { return a.name == name; });
    return found == partition.adapters.end() ? nullptr : &*found;
}

Index::Index(const System& system) {
    for (const Partition& partition : system.partitions) {
        for (const Adapter& adapter : partition.adapters) {
            auto& list = adapter.kind == AdapterKind::Physical ? physicals : virtuals;
            list.push_back({&partition, &adapter});
        }
        for (const Sea& sea : partition.seas) {
            SeaOf of{&partition, &sea, {}, nullptr};
            // Where there are more, check_seas() says so.
            const std::size_t members = std::min(sea.virt_adapters.size(), kMaxTrunksOfSea);
            for (std::size_t i = 0; i < members; ++i) {
                const Adapter* adapter = find_adapter(partition, sea.virt_adapters[i]);
                if (adapter != nullptr && adapter->is_trunk()) {
                    of.trunks.push_back({&partition, adapter});
                }
            }
            if (sea.ctl_chan) of.ctl_chan = find_adapter(partition, *sea.ctl_chan);
            seas.push_back(std::move(of));
        }
    }
}

}  // namespace sealane::config
