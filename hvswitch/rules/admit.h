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
    wire::Tci tci;
    /// The outer tag stands in the bytes and has to be taken out.
    bool pop = false;

    bool operator==(const Admission&) const = default;
};

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

}  // namespace sealane::hvswitch
