// ICMP echo for IPv4 (RFC 792): what ping sends and hears.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "dataplane/base/mac.h"
#include "dataplane/wire/arp.h"

namespace sealane::wire {

inline constexpr std::size_t kEchoLength = 60;  ///< Padded to Ethernet's least, FCS left aside.

/// An echo request or reply as a value.
struct Echo {
    bool reply = false;
    Ipv4Address from, to;
    std::uint16_t id = 0, sequence = 0;

    bool operator==(const Echo&) const = default;
};

/// Untagged, without data.
[[nodiscard]] std::array<std::uint8_t, kEchoLength> make_echo(const Echo& echo,
                                                              MacAddress from,
                                                              MacAddress to);

/// Of an untagged frame; empty: it is none, a fragment, cut short, or has a wrong checksum.
[[nodiscard]] std::optional<Echo> parse_echo(std::span<const std::uint8_t> frame);

}  // namespace sealane::wire
