// From a device's arguments to a device that runs: the steps of EthdevPort::open(), each of which
// can fail for its own reason.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include <rte_ethdev.h>

#include "dataplane/port/ethdev_port.h"

namespace sealane::port {

/// Used once.  What was attached is given back if a later step fails.
class EthdevOpener {
  public:
    EthdevOpener(const EthdevSettings& settings, const Pools& pools);

    [[nodiscard]] Result<std::unique_ptr<EthdevPort>> open();

  private:
    Status attach();
    Status choose_limits();
    Status configure();
    Status set_up_queues();
    Status set_up_receiving(std::uint16_t descriptors);
    Status start();
    [[nodiscard]] Error failed(const std::string& why) const;

    const EthdevSettings& settings_;
    const Pools& pools_;
    std::unique_ptr<EthdevPort> port_;
    rte_eth_dev_info info_{};
};

}  // namespace sealane::port
