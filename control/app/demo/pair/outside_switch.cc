#include "control/app/demo/pair/outside_switch.h"

namespace sealane::app {

std::vector<std::size_t> OutsideSwitch::pass(std::size_t from, const Addresses& addresses) {
    if (!addresses.src.is_multicast()) seen_[{addresses.vlan, addresses.src}] = from;
    if (const auto port = port_of(addresses.vlan, addresses.dst)) {
        return *port == from ? std::vector<std::size_t>{} : std::vector{*port};
    }
    std::vector<std::size_t> others;
    for (std::size_t port = 0; port < ports_; ++port) {
        if (port != from) others.push_back(port);
    }
    return others;
}

std::optional<std::size_t> OutsideSwitch::port_of(VlanId vlan, MacAddress mac) const {
    const auto found = seen_.find({vlan, mac});
    if (found == seen_.end()) return {};
    return found->second;
}

}  // namespace sealane::app
