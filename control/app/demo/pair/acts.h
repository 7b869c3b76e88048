// What the demo does to its pair, and what must come of it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "dataplane/base/ids.h"

namespace sealane::app {

/// VLANs of configs/demo-pair.yaml, with one client each.
[[nodiscard]] const std::vector<VlanId>& demo_vlans();

/// One way of one VLAN.
struct DemoStream {
    VlanId vlan;
    bool is_outward;  ///< From the client to the host outside.
};
/// Outward and inward of each VLAN, in their order.
[[nodiscard]] const std::vector<DemoStream>& demo_streams();

enum class Deed : std::uint8_t { Nothing, Kill, Start, StandBy, Share };

struct Act {
    std::string name;   ///< Of its column.
    std::string title;  ///< Of the timeline.
    Deed deed;
    std::string state1, state2;  ///< What vios1 and vios2 must come to; empty: it is dead.
    std::vector<int> carriers;   ///< The VIOS that each VLAN must then go through.
    bool loses_nothing = false;  ///< Not a frame may be lost, doubled or reordered.
};
[[nodiscard]] const std::vector<Act>& demo_acts();

}  // namespace sealane::app
