// Into which VLAN does a frame come, or why may it not come in?  And how does it leave?
#pragma once

#include <optional>

#include "dataplane/base/drop.h"
#include "dataplane/wire/head.h"
#include "hvswitch/rules/port_rules.h"

namespace sealane::hvswitch {

/// Longest frame of a virtual adapter, tag included, FCS excluded (reference powervm-network.md
/// 1.1).
inline constexpr std::uint32_t kMaxVirtualFrame = 65408;

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

// The common way of admit() is short and every frame's, so it stands here; what few adapters need
// is in admit.cc.  It must be inlined: an Admission that is returned through memory, written in
// small pieces and read in one, stalls the processor for longer than the whole decision takes.

/// Into the adapter's PVID, tags and all (802.1Q "dot1q tunnel").
[[nodiscard]] Admission into_tunnel(const PortRules& port, const wire::FrameHead& head);

/// The source address is the adapter's own or in its list.
[[nodiscard]] bool is_listed(const PortRules& port, MacAddress source);

/// The tag that the switch gives to a frame that brings none.
[[nodiscard]] inline wire::Tci added_tag(const PortRules& port) {
    return wire::make_tci(port.pvid, port.qos_priority.value_or(0));
}

/// Decisions D1 to D4 of the reference.
[[nodiscard, gnu::always_inline]] inline Admission into_vlan(const PortRules& port,
                                                             const wire::FrameHead& head) {
    if (port.tunnel) [[unlikely]]
        return into_tunnel(port, head);

    if (!reads_tag(port, head)) {
        if (port.pvid.value == 0) return {.drop = Drop::UntaggedRefused};  // D4
        return {.tci = added_tag(port)};
    }

    const VlanId vid = head.tci.vid();
    if (vid.value == 0 && port.pvid.value == 0) return {.drop = Drop::UntaggedRefused};  // D2
    if (vid.value == 0 || vid == port.pvid) {
        if (head.is_double_tagged()) return {.drop = Drop::DoubleTag};  // D1
        return {.tci = head.tci.in_vlan(port.pvid), .pop = head.tag_in_bytes};
    }
    if (!vid.is_usable() || !port.vids.test(vid.value)) {
        return {.drop = Drop::IngressVlan};  // D1, D3
    }
    return {.tci = head.tci, .pop = head.tag_in_bytes};
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
[[nodiscard, gnu::always_inline]] inline Admission admit(const PortRules& port,
                                                         const wire::FrameHead& head) {
    if (head.fault != Drop::None) return {.drop = head.fault};
    if (!port.enabled) return {.drop = Drop::PortDisabled};
    if (head.ether_type == wire::kEtherTypeMacControl) return {.drop = Drop::MacControl};
    if (head.dst.is_reserved()) return {.drop = Drop::ReservedDestination};  // 802.1Q 8.6.3
    if (head.src.is_zero() || head.src.is_multicast()) return {.drop = Drop::BadSource};  // D8

    const Admission admission = into_vlan(port, head);
    if (admission.drop != Drop::None) return admission;
    const bool any_source = port.is_trunk || port.any_mac;
    if (!any_source && !is_listed(port, head.src)) return {.drop = Drop::MacNotAllowed};
    return admission;
}

/// How a frame of `vlan` leaves by the adapter.
enum class Egress : std::uint8_t { Untagged, Tagged, NotMember };

[[nodiscard]] inline Egress egress(const PortRules& port, VlanId vlan) {
    if (!port.is_member(vlan)) return Egress::NotMember;
    return vlan == port.pvid && !port.tag_pvid ? Egress::Untagged : Egress::Tagged;
}

/// EtherType (behind all tags that were taken out) with which frames of `vlan` must not leave, if
/// there is one: the adapter's peer would take a tag in the payload for a VLAN's.  The frame leaves
/// untagged, it is the tag type that the adapter reads, and who is behind the adapter reads tags: a
/// trunk adapter's outside always does, a client if it carries tagged VLANs.  Such a frame is
/// Drop::DoubleTag on its way out, for the same reason as in D1; a client with vids could otherwise
/// send `vlan` + `victim` and come out of a trunk, whose PVID is `vlan`, as a frame of `victim`.
[[nodiscard]] inline std::optional<std::uint16_t> hopping_type(const PortRules& port, VlanId vlan) {
    const bool reads_tags = port.is_trunk || port.vids.any();
    if (!reads_tags || port.tunnel || egress(port, vlan) != Egress::Untagged) return std::nullopt;
    return port.tpid;
}

}  // namespace sealane::hvswitch
