#include <set>

#include "control/config/rules.h"

namespace sealane::config {

void check_room(const System& system, const Index& index, Source& source) {
    std::map<std::string, std::size_t> addresses;
    for (const AdapterOf& of : index.virtuals) {
        const std::vector<VlanOf> vlans = vlans_of(*of.adapter);
        addresses[of.adapter->vswitch] += std::set(vlans.begin(), vlans.end()).size();
    }
    for (const SeaOf& of : index.seas) {
        const Adapter* const trunk = find_adapter(*of.partition, of.sea->pvid_adapter);
        if (of.sea->discovers() && trunk != nullptr) ++addresses[trunk->vswitch];
    }
    for (const Vswitch& vswitch : system.vswitches) {
        const std::size_t needed = addresses[vswitch.name];
        if (needed <= vswitch.address_table.capacity) continue;
        const Place table = source.at(vswitch.place, "address_table");
        if (source.is_spoilt(table, "capacity")) continue;
        source.fault(source.at(table, "capacity"),
                     vswitch.name + ": address_table: capacity " +
                         std::to_string(vswitch.address_table.capacity) +
                         " is too small for the own addresses of its adapters, one in each of "
                         "their VLANs; use " +
                         std::to_string(needed) + " or more, and room for what is learned");
    }
}

}  // namespace sealane::config
