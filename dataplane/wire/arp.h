// Address resolution for IPv4 on Ethernet (RFC 826).
#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "dataplane/base/mac.h"

namespace sealane::wire {

inline constexpr std::uint16_t kEtherTypeArp = 0x0806;
inline constexpr std::size_t kArpLength = 60;  ///< Padded to Ethernet's least, FCS left aside.

/// An IPv4 address; its first byte is the uppermost.
struct Ipv4Address {
    std::uint32_t bits = 0;
    constexpr auto operator<=>(const Ipv4Address&) const = default;
};

/// An ARP packet as a value.
struct Arp {
    enum class Kind : std::uint8_t { Request = 1, Reply = 2 };

    Kind kind = Kind::Request;
    MacAddress sender;
    Ipv4Address sender_ip;
    MacAddress target;  ///< 0 in a request.
    Ipv4Address target_ip;

    bool operator==(const Arp&) const = default;
};

/// Untagged, from arp.sender: a request to all, a reply to arp.target.
[[nodiscard]] std::array<std::uint8_t, kArpLength> make_arp(const Arp& arp);

/// Of an untagged frame; empty: it is no request or reply for IPv4 on Ethernet.
[[nodiscard]] std::optional<Arp> parse_arp(std::span<const std::uint8_t> frame);

}  // namespace sealane::wire
