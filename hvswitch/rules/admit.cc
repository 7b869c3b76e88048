#include "hvswitch/rules/admit.h"

#include <algorithm>

namespace sealane::hvswitch {

Admission into_tunnel(const PortRules& port, const wire::FrameHead& head) {
    if (port.pvid.value == 0) return {.drop = Drop::UntaggedRefused};
    const VlanId customer = head.tci.vid();
    const bool has_customer_vlan = head.is_tagged() && customer.value != 0;
    if (has_customer_vlan && port.tunnel_vids && !port.tunnel_vids->test(customer.value)) {
        return {.drop = Drop::TunnelVlan};
    }
    return {.tci = added_tag(port)};
}

bool is_listed(const PortRules& port, MacAddress source) {
    return source == port.mac ||
           std::ranges::find(port.allowed_macs, source) != port.allowed_macs.end();
}

}  // namespace sealane::hvswitch
