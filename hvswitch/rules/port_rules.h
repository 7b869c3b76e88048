// What one virtual adapter may send and receive.  Immutable once published; part of SwitchRules.
#pragma once

#include <bitset>
#include <cstdint>
#include <optional>
#include <vector>

#include "dataplane/base/ids.h"
#include "dataplane/base/mac.h"
#include "dataplane/wire/tag.h"
#include "hvswitch/rules/storm.h"

namespace sealane::hvswitch {

using VlanSet = std::bitset<kVlanCount>;

/// The rules of one adapter of a virtual switch, as the management side sets them.  What every
/// frame is asked comes first, so that it shares a cache line.
struct PortRules {
    bool present = false;   ///< False: this AdapterId is no adapter of a virtual switch.
    bool enabled = true;    ///< False: no traffic either way (LoPAR attribute bit 49).
    bool is_trunk = false;  ///< Bridges to the outside: any source address, never learned from.
    bool any_mac = true;    ///< Source addresses are not restricted.
    bool tag_pvid = false;  ///< The PVID leaves with a tag too ("native-tagged").
    /// Provider edge (802.1Q "dot1q tunnel"): every frame belongs to pvid, tags in it are payload.
    bool tunnel = false;
    VswitchId vswitch;
    VlanId pvid;  ///< VLAN of untagged frames; value 0: untagged frames are refused.
    std::uint16_t tpid = wire::kTpidCustomer;  ///< Tag type this adapter reads and writes.
    std::optional<std::uint8_t> qos_priority;  ///< PCP of a tag that the switch adds, 0 to 7.
    std::uint32_t max_macs = 64;               ///< Cap of learned addresses (design 4).
    MacAddress mac;                            ///< The adapter's own address.
    StormLimits storm;                         ///< Of frames that come in here.

    VlanSet vids;  ///< Additional VLANs, carried with a tag.  Never holds pvid, 0 or 4095.
    std::optional<VlanSet>
        tunnel_vids;  ///< If set, the customer VLANs carried; untagged always is.
    std::vector<MacAddress> allowed_macs;  ///< If !any_mac: besides `mac`, these (at most 4).

    [[nodiscard]] bool is_member(VlanId vlan) const {
        return vlan == pvid ? vlan.value != 0 : vids.test(vlan.value);
    }
};

}  // namespace sealane::hvswitch
