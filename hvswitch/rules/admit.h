// Into which VLAN does a frame come, or why may it not come in?  And how does it leave?
#pragma once

#include "dataplane/base/drop.h"
#include "dataplane/wire/head.h"
#include "hvswitch/rules/port_rules.h"

namespace sealane::hvswitch {

/// The verdict on one received frame.
struct Admission {
    Drop drop = Drop::None;
    /// VLAN, priority and DEI that the frame has inside the switch.
    wire::Tci tci{};
    /// The outer tag stands in the bytes and has to be taken out.
    bool pop = false;

    bool operator==(const Admission&) const = default;
};

/// Whether the frame has an outer tag that is a tag for this adapter; every other is payload.  A
/// payload tag that the driver took out of the bytes (`!tag_in_bytes`) has to be put back.
[[nodiscard]] inline bool reads_tag(const PortRules& port, const wire::FrameHead& head) {
    return head.is_tagged() && head.tpid == port.tpid && !port.tunnel;
}

/// Decides whether a frame that came in from the adapter's port may enter the switch, and in which
/// VLAN.  Pure.  Looks at everything but the slot and the address table.
///
/// Order of the checks: head.fault; adapter disabled; MAC control (EtherType 0x8808); reserved
/// destination (802.1Q 8.6.3); zero or group source; VLAN; then the source address against the
/// adapter's list.  VLAN rules are decisions D1 to D4 of the reference (reliability.md 1.3):
/// - untagged, or VID 0: the PVID; VID 0 keeps its PCP and DEI, an untagged frame gets
///   qos_priority or 0;
/// - tagged with the PVID: accepted; a second tag behind a tag that is to be removed for good
///   (the PVID's or VID 0's) is DoubleTag, since stripping the first would let the second choose;
/// - tagged with one of vids: accepted, further tags are payload;
/// - a tag of another type than the adapter's tpid is no tag but payload;
/// - a tunnel adapter takes every frame into its PVID and leaves tags as payload.
[[nodiscard]] Admission admit(const PortRules& port, const wire::FrameHead& head);

/// How a frame of `vlan` leaves by the adapter.
enum class Egress : std::uint8_t { Untagged, Tagged, NotMember };

[[nodiscard]] inline Egress egress(const PortRules& port, VlanId vlan) {
    if (!port.is_member(vlan)) return Egress::NotMember;
    return vlan == port.pvid && !port.tag_pvid ? Egress::Untagged : Egress::Tagged;
}

/// True when the peer of the adapter would take a tag in the payload for one of the adapter's
/// VLANs: the frame of `vlan` leaves untagged, its EtherType (behind all tags that were taken out)
/// is the tag type that the adapter reads, and the adapter carries tagged VLANs.  Such a frame is
/// Drop::DoubleTag on its way out, for the same reason as in D1; a client with vids could otherwise
/// send `vlan` + `victim` and come out of a trunk, whose PVID is `vlan`, as a frame of `victim`.
[[nodiscard]] inline bool hops_out(const PortRules& port, VlanId vlan, std::uint16_t ether_type) {
    return ether_type == port.tpid && egress(port, vlan) == Egress::Untagged && !port.tunnel &&
           port.vids.any();
}

}  // namespace sealane::hvswitch
