// The 802.1Q tag: four bytes between the source address and the EtherType.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>

#include "dataplane/base/ids.h"
#include "dataplane/wire/bytes.h"

namespace sealane::wire {

inline constexpr std::uint16_t kTpidCustomer = 0x8100;  ///< C-tag (802.1Q-2018, table 9-1).
inline constexpr std::uint16_t kTpidService = 0x88a8;   ///< S-tag.

inline constexpr std::uint16_t kEtherTypeMacControl = 0x8808;  ///< 802.3-2018, clause 31.

inline constexpr std::size_t kAddressesLength = 12;  ///< Destination and source.
inline constexpr std::size_t kHeaderLength = 14;     ///< Untagged Ethernet header.
inline constexpr std::size_t kTagLength = 4;

/// Tag control information: PCP (3 bits), DEI (1 bit), VID (12 bits), as a number (802.1Q 9.6).
struct Tci {
    std::uint16_t value = 0;

    [[nodiscard]] constexpr VlanId vid() const {
        return {static_cast<std::uint16_t>(value & 0xfff)};
    }
    [[nodiscard]] constexpr std::uint8_t pcp() const {
        return static_cast<std::uint8_t>(value >> 13);
    }
    [[nodiscard]] constexpr bool dei() const { return (value >> 12 & 1) != 0; }
    /// The same priority and DEI in another VLAN.
    [[nodiscard]] constexpr Tci in_vlan(VlanId vid) const {
        return {static_cast<std::uint16_t>((value & 0xf000) | vid.value)};
    }
    constexpr bool operator==(const Tci&) const = default;
};

[[nodiscard]] constexpr Tci make_tci(VlanId vid, std::uint8_t pcp, bool dei = false) {
    return {static_cast<std::uint16_t>(pcp << 13 | (dei ? 1 << 12 : 0) | vid.value)};
}

[[nodiscard]] constexpr bool is_tag(std::uint16_t ether_type) {
    return ether_type == kTpidCustomer || ether_type == kTpidService;
}

/// Removes the outer tag: moves the addresses 4 bytes on, so that the frame starts at `frame` + 4.
/// `frame` must have 16 bytes.
inline void pop_tag(std::uint8_t* frame) {
    std::memmove(frame + kTagLength, frame, kAddressesLength);
}

/// Puts a tag in: the frame that starts at `room` + 4 afterwards starts at `room`.
/// `room` must have 4 bytes before the frame and the frame's first 12.
inline void push_tag(std::uint8_t* room, std::uint16_t tpid, Tci tci) {
    std::memmove(room, room + kTagLength, kAddressesLength);
    store_be16(room + kAddressesLength, tpid);
    store_be16(room + kAddressesLength + 2, tci.value);
}

}  // namespace sealane::wire
