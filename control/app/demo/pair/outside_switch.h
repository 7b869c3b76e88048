// The switch outside the frame, which both VIOSes and the host are connected to.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "dataplane/base/ids.h"
#include "dataplane/base/mac.h"

namespace sealane::app {

/// Learns which port an address of a VLAN is behind, and sends there, or everywhere else while it
/// does not know (802.1Q-2018, 8.6 and 8.7).  It keeps what it knows when nobody answers at a port:
/// so it would with a VIOS whose link stays up though its process has died.
class OutsideSwitch {
  public:
    explicit OutsideSwitch(std::size_t ports) : ports_(ports) {}

    struct Addresses {
        VlanId vlan;
        MacAddress src, dst;
    };

    /// The ports that a frame from port `from` goes to.
    std::vector<std::size_t> pass(std::size_t from, const Addresses& addresses);

    /// The port that `mac` of `vlan` was last seen at.
    [[nodiscard]] std::optional<std::size_t> port_of(VlanId vlan, MacAddress mac) const;

  private:
    std::size_t ports_;
    std::map<std::pair<VlanId, MacAddress>, std::size_t> seen_;
};

}  // namespace sealane::app
