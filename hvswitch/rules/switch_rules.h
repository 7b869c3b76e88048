// The whole switch's settings as one immutable value: what workers read, published by pointer.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "hvswitch/rules/port_rules.h"
#include "hvswitch/rules/slot.h"

namespace sealane::hvswitch {

/// Settings of one virtual switch.
struct VswitchRules {
    bool flood_unknown = false;  ///< As an ordinary bridge: unknown unicast goes to all members.
};

/// Built by control, read by workers, never changed after compile().
class SwitchRules {
  public:
    /// Settings as control gives them.  `ports` is indexed by AdapterId; `slots[i]` is the slot of
    /// adapter i if it is a trunk, else kNoSlot.  Trunks that share a slot carry the same VLANs.
    struct Settings {
        std::array<VswitchRules, kMaxVswitches> vswitches{};
        std::vector<PortRules> ports;
        std::vector<SlotId> slots;
    };

    explicit SwitchRules(Settings settings);

    [[nodiscard]] std::size_t adapters() const { return settings_.ports.size(); }
    [[nodiscard]] const PortRules& port(AdapterId id) const { return settings_.ports[id.index]; }
    [[nodiscard]] const VswitchRules& vswitch(VswitchId id) const {
        return settings_.vswitches[id.index];
    }
    [[nodiscard]] SlotId slot_of(AdapterId id) const { return settings_.slots[id.index]; }

    /// Enabled non-trunk members of the VLAN, in order of AdapterId.
    [[nodiscard]] std::span<const AdapterId> members(VswitchId vswitch, VlanId vlan) const;

    /// The slot whose holder bridges the VLAN, or kNoSlot.
    [[nodiscard]] SlotId trunk_slot(VswitchId vswitch, VlanId vlan) const {
        return entry(vswitch, vlan).trunk;
    }

  private:
    struct VlanEntry {
        std::uint32_t first = 0, count = 0;  // into members_
        SlotId trunk = kNoSlot;
    };

    [[nodiscard]] VlanEntry& entry(VswitchId vswitch, VlanId vlan) {
        return vlans_[vswitch.index * kVlanCount + vlan.value];
    }
    [[nodiscard]] const VlanEntry& entry(VswitchId vswitch, VlanId vlan) const {
        return vlans_[vswitch.index * kVlanCount + vlan.value];
    }

    Settings settings_;
    std::vector<VlanEntry> vlans_;  // kMaxVswitches x kVlanCount
    std::vector<AdapterId> members_;
};

}  // namespace sealane::hvswitch
