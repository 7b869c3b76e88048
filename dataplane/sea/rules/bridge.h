// The Shared Ethernet Adapter's decisions: which trunk adapter carries a VLAN, and what is
// filtered.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "dataplane/base/drop.h"
#include "dataplane/base/ids.h"
#include "dataplane/wire/head.h"

namespace sealane::sea {

/// The VLANs of one trunk adapter of the SEA.
struct TrunkVlans {
    VlanId pvid;
    std::vector<VlanId> vids;
};

/// Which trunk a frame from the wire goes to, or why to none.
struct Inward {
    Drop drop = Drop::None;
    std::uint8_t trunk = 0;  ///< Index into the SEA's trunks.

    bool operator==(const Inward&) const = default;
};

/// Immutable: a VLAN-to-trunk map made once (reference powervm-network.md 2.2).
class BridgeRules {
  public:
    static constexpr std::size_t kMaxTrunks = 16;

    /// `default_trunk` is the index of pvid_adapter.  A VLAN is on one trunk only.
    BridgeRules(std::span<const TrunkVlans> trunks, std::size_t default_trunk);

    /// Real side to virtual side.  Untagged and VID 0: pvid_adapter.  A VID of some trunk: that
    /// trunk. pvid_adapter's own PVID as a tag: pvid_adapter, as the switch accepts it; the PVID of
    /// another trunk is a placeholder, and VID 4095 is reserved: FilteredVlan.  Reserved
    /// destinations: FilteredReserved.  Zero or group source: BadSource.
    [[nodiscard]] Inward from_wire(const wire::FrameHead& head) const;

    /// Virtual side to real side, for a frame that came over trunk `trunk` with the tag's VID
    /// `vlan`, or untagged: 0.  Untagged only from pvid_adapter: from any other it would leave in
    /// the default VLAN of the outside switch.  A VID that is not this trunk's: FilteredVlan.
    [[nodiscard]] Drop to_wire(std::size_t trunk, VlanId vlan) const;

  private:
    /// The SEA reads customer tags only; another type is payload of an untagged frame.  VID 0
    /// carries priority and no VLAN.
    [[nodiscard]] static bool names_a_vlan(const wire::FrameHead& head) {
        return head.tpid == wire::kTpidCustomer && head.tci.vid().value != 0;
    }

    static constexpr std::uint8_t kNone = 0xff;

    std::array<std::uint8_t, kVlanCount> trunk_of_{};
    std::uint8_t default_trunk_;
};

// Asked for every frame, so here.

inline Inward BridgeRules::from_wire(const wire::FrameHead& head) const {
    if (head.fault != Drop::None) return {.drop = head.fault};
    if (head.dst.is_reserved()) return {.drop = Drop::FilteredReserved};
    if (head.src.is_zero() || head.src.is_multicast()) return {.drop = Drop::BadSource};

    if (!names_a_vlan(head)) return {.trunk = default_trunk_};
    const std::uint8_t trunk = trunk_of_[head.tci.vid().value];
    if (trunk == kNone) return {.drop = Drop::FilteredVlan};
    return {.trunk = trunk};
}

inline Drop BridgeRules::to_wire(std::size_t trunk, VlanId vlan) const {
    const std::uint8_t carrier = vlan.value != 0 ? trunk_of_[vlan.value] : default_trunk_;
    return carrier == trunk ? Drop::None : Drop::FilteredVlan;
}

}  // namespace sealane::sea
