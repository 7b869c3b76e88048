// An Ethernet (MAC) address as a number.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace sealane {

/// 48 bits; the first byte on the wire is the most significant.  A plain value.
struct MacAddress {
    std::uint64_t bits = 0;

    [[nodiscard]] constexpr bool is_zero() const { return bits == 0; }
    /// Group address, broadcast included: the first bit on the wire is set (802-2014, 8.2.2).
    [[nodiscard]] constexpr bool is_multicast() const { return (bits >> 40 & 1) != 0; }
    [[nodiscard]] constexpr bool is_broadcast() const { return bits == 0xffff'ffff'ffff; }
    /// 01-80-C2-00-00-00 to -0F: never forwarded by a bridge (802.1Q-2018, 8.6.3, table 8-1).
    [[nodiscard]] constexpr bool is_reserved() const { return bits >> 4 == 0x0180'c200'000; }
    /// Locally administered unicast, as PowerVM makes them: low bits of the first byte are 10.
    [[nodiscard]] constexpr bool is_local_unicast() const { return (bits >> 40 & 3) == 2; }

    constexpr auto operator<=>(const MacAddress&) const = default;
};

/// Reads "02:00:5e:10:00:01" (six pairs of hex digits, ':' or '-' between); anything else: nothing.
[[nodiscard]] std::optional<MacAddress> parse_mac(std::string_view text);

/// "02:00:5e:10:00:01".
[[nodiscard]] std::string to_string(MacAddress mac);

}  // namespace sealane
