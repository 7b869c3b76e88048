// Names of things as values: a VLAN, an adapter, a virtual switch.  Distinct types, so that one is
// never taken for another.
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>

namespace sealane {

/// An IEEE 802.1Q VLAN identifier, 12 bits.  0 is "no VLAN" and 4095 is reserved, so a usable one
/// is 1 to 4094 (802.1Q-2018, table 9-2).
struct VlanId {
    std::uint16_t value = 0;

    [[nodiscard]] constexpr bool is_usable() const { return value >= 1 && value <= 4094; }
    constexpr auto operator<=>(const VlanId&) const = default;
};

inline constexpr std::size_t kVlanCount = 4096;  ///< Size of an array indexed by VLAN id.

/// VLAN 3358 is the platform's own on PowerVM and can't be used (reference powervm-network.md 1.1).
inline constexpr VlanId kPlatformVlan{3358};
/// The hypervisor's own: SEAs without a control channel find their partners there (reference 3.7).
inline constexpr VlanId kDiscoveryVlan{4095};

/// Index of an adapter (virtual, physical or SEA) in the running system: 0 to kMaxAdapters - 1.
/// It indexes counters, membership and ports; names belong to control.
struct AdapterId {
    std::uint16_t index = 0;

    constexpr auto operator<=>(const AdapterId&) const = default;
};

inline constexpr std::size_t kMaxAdapters = 4096;
inline constexpr AdapterId kNoAdapter{0xffff};

/// Index of a virtual switch: 0 to 15 (reference powervm-network.md 1.1).
struct VswitchId {
    std::uint8_t index = 0;

    constexpr auto operator<=>(const VswitchId&) const = default;
};

inline constexpr std::size_t kMaxVswitches = 16;

}  // namespace sealane
