#include "dataplane/port/attached_device.h"

#include <bitset>

#include <rte_dev.h>
#include <rte_ethdev.h>

#include "dataplane/port/ethdev_devargs.h"

namespace sealane::port {
namespace {

std::bitset<RTE_MAX_ETHPORTS> devices_now() {
    std::bitset<RTE_MAX_ETHPORTS> there;
    for (std::uint16_t id = 0; id < RTE_MAX_ETHPORTS; ++id) {
        there[id] = rte_eth_dev_is_valid_port(id) != 0;
    }
    return there;
}

}  // namespace

Result<AttachedDevice> AttachedDevice::attach(const std::string& devargs) {
    const std::bitset<RTE_MAX_ETHPORTS> before = devices_now();
    if (before.all()) {
        return Error{"at most " + std::to_string(RTE_MAX_ETHPORTS) +
                     " adapters can have a port of type ethdev; use qemu-stream or ring"};
    }
    if (const int fault = rte_dev_probe(devargs.c_str()); fault != 0) {
        return Error{explain_failed_probe(devargs, -fault)};
    }
    const std::bitset<RTE_MAX_ETHPORTS> fresh = devices_now() & ~before;
    // DPDK calls it a success if the device was there already.
    if (fresh.none()) return Error{"it is in use already, or no network device"};
    AttachedDevice device;
    while (!fresh[device.id_]) {
        ++device.id_;
    }
    device.attached_ = true;
    return device;
}

void AttachedDevice::remove() {
    if (!std::exchange(attached_, false)) return;
    rte_eth_dev_info info{};
    const bool known = rte_eth_dev_info_get(id_, &info) == 0;
    // Whatever they answer, there is nothing left to do about it: the device is going away.
    rte_eth_dev_stop(id_);
    rte_eth_dev_close(id_);
    if (known && info.device != nullptr) rte_dev_remove(info.device);
}

}  // namespace sealane::port
