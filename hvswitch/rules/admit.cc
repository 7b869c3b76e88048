#include "hvswitch/rules/admit.h"

#include <algorithm>

namespace sealane::hvswitch {
namespace {

constexpr std::uint16_t kMacControl = 0x8808;  // 802.3-2018, clause 31

Admission refuse(Drop why) { return {.drop = why}; }

/// The tag that the switch gives to a frame that brings none.
wire::Tci added_tag(const PortRules& port) {
    return wire::make_tci(port.pvid, port.qos_priority.value_or(0));
}

Admission into_tunnel(const PortRules& port, const wire::FrameHead& head) {
    if (port.pvid.value == 0) return refuse(Drop::UntaggedRefused);
    const VlanId customer = head.tci.vid();
    const bool has_customer_vlan = head.is_tagged() && customer.value != 0;
    if (has_customer_vlan && port.tunnel_vids && !port.tunnel_vids->test(customer.value)) {
        return refuse(Drop::TunnelVlan);
    }
    return {.tci = added_tag(port)};
}

/// Decisions D1 to D4 of the reference.
Admission into_vlan(const PortRules& port, const wire::FrameHead& head) {
    if (port.tunnel) return into_tunnel(port, head);

    if (!reads_tag(port, head)) {
        if (port.pvid.value == 0) return refuse(Drop::UntaggedRefused);  // D4
        return {.tci = added_tag(port)};
    }

    const VlanId vid = head.tci.vid();
    if (vid.value == 0 && port.pvid.value == 0) return refuse(Drop::UntaggedRefused);  // D2
    if (vid.value == 0 || vid == port.pvid) {
        if (head.is_double_tagged()) return refuse(Drop::DoubleTag);  // D1
        return {.tci = head.tci.in_vlan(port.pvid), .pop = head.tag_in_bytes};
    }
    if (!vid.is_usable() || !port.vids.test(vid.value)) return refuse(Drop::IngressVlan);  // D1, D3
    return {.tci = head.tci, .pop = head.tag_in_bytes};
}

bool may_send_from(const PortRules& port, MacAddress source) {
    if (port.is_trunk || port.any_mac || source == port.mac) return true;
    return std::find(port.allowed_macs.begin(), port.allowed_macs.end(), source) !=
           port.allowed_macs.end();
}

}  // namespace

Admission admit(const PortRules& port, const wire::FrameHead& head) {
    if (head.fault != Drop::None) return refuse(head.fault);
    if (!port.enabled) return refuse(Drop::PortDisabled);
    if (head.ether_type == kMacControl) return refuse(Drop::MacControl);
    if (head.dst.is_reserved()) return refuse(Drop::ReservedDestination);  // 802.1Q 8.6.3
    if (head.src.is_zero() || head.src.is_multicast()) return refuse(Drop::BadSource);  // D8

    const Admission admission = into_vlan(port, head);
    if (admission.drop == Drop::None && !may_send_from(port, head.src)) {
        return refuse(Drop::MacNotAllowed);
    }
    return admission;
}

}  // namespace sealane::hvswitch
