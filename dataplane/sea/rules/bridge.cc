#include "dataplane/sea/rules/bridge.h"

#include "dataplane/base/check.h"

namespace sealane::sea {
BridgeRules::BridgeRules(std::span<const TrunkVlans> trunks, std::size_t default_trunk)
    : default_trunk_(static_cast<std::uint8_t>(default_trunk)) {
    SEALANE_CHECK(trunks.size() <= kMaxTrunks, "a SEA has at most 16 trunk adapters");
    SEALANE_CHECK(default_trunk < trunks.size(), "pvid_adapter is none of the SEA's trunks");

    trunk_of_.fill(kNone);
    const auto carry = [this](VlanId vlan, std::size_t trunk) {
        SEALANE_CHECK(vlan.is_usable(), "a trunk carries VLAN 0 or 4095");
        std::uint8_t& carrier = trunk_of_[vlan.value];
        SEALANE_CHECK(carrier == kNone || carrier == trunk, "a VLAN is on two trunks of one SEA");
        carrier = static_cast<std::uint8_t>(trunk);
    };
    carry(trunks[default_trunk].pvid, default_trunk);
    for (std::size_t trunk = 0; trunk < trunks.size(); ++trunk) {
        for (const VlanId vlan : trunks[trunk].vids)
            carry(vlan, trunk);
    }
}

}  // namespace sealane::sea
