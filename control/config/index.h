// A system as the rules look at it: adapters and SEAs of all partitions in the file's order, with
// names resolved.  Borrows from the system.  Internal to this folder.
#pragma once

#include <compare>
#include <map>
#include <string>
#include <vector>

#include "control/config/source.h"

namespace sealane::config {

struct AdapterOf {
    const Partition* partition;
    const Adapter* adapter;

    [[nodiscard]] std::string who() const { return qualified(*partition, adapter->name); }
};

struct SeaOf {
    const Partition* partition;
    const Sea* sea;
    std::vector<AdapterOf> trunks;  ///< Those of `virt_adapters` that are trunk adapters.
    const Adapter* ctl_chan;        ///< Null where there is none, or no such adapter.

    [[nodiscard]] std::string who() const { return qualified(*partition, sea->name); }
};

/// A VLAN of one vswitch: the same VLAN of another is another.
struct VlanOf {
    std::string vswitch;
    VlanId vlan;

    auto operator<=>(const VlanOf&) const = default;
};

/// "VLAN 10 of ETHERNET0".
[[nodiscard]] std::string to_string(const VlanOf& vlan);

/// PVID and VIDs of a virtual adapter, as far as they could be read and may be.
[[nodiscard]] std::vector<VlanOf> vlans_of(const Adapter& adapter);

/// Where in the file `adapter` says that it is on `vlan`.
[[nodiscard]] Place place_of(const Adapter& adapter, VlanId vlan, const Source& source);

[[nodiscard]] const Adapter* find_adapter(const Partition& partition, const std::string& name);

struct Index {
    explicit Index(const System& system);

    std::vector<AdapterOf> physicals;
    std::vector<AdapterOf> virtuals;
    std::vector<SeaOf> seas;
};

}  // namespace sealane::config
