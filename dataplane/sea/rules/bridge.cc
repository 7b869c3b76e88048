#include "dataplane/sea/rules/bridge.h"

#include "dataplane/base/check.h"

namespace sealane::sea {
namespace {

/// The SEA reads customer tags only; another type is payload of an untagged frame.  VID 0 carries
/// priority and no VLAN.
bool names_a_vlan(const wire::FrameHead& head) {
    return head.tpid == wire::kTpidCustomer && head.tci.vid().value != 0;
}

}  // namespace

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

Inward BridgeRules::from_wire(const wire::FrameHead& head) const {
    if (head.fault != Drop::None) return {.drop = head.fault};
    if (head.dst.is_reserved()) return {.drop = Drop::FilteredReserved};
    if (head.src.is_zero() || head.src.is_multicast()) return {.drop = Drop::BadSource};

    if (!names_a_vlan(head)) return {.trunk = default_trunk_};
    const std::uint8_t trunk = trunk_of_[head.tci.vid().value];
    if (trunk == kNone) return {.drop = Drop::FilteredVlan};
    return {.trunk = trunk};
}

Drop BridgeRules::to_wire(std::size_t trunk, const wire::FrameHead& head) const {
    if (head.fault != Drop::None) return head.fault;
    const std::uint8_t carrier =
        names_a_vlan(head) ? trunk_of_[head.tci.vid().value] : default_trunk_;
    return carrier == trunk ? Drop::None : Drop::FilteredVlan;
}

}  // namespace sealane::sea
