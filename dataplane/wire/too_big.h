// The answer to a packet that is too big for the way ahead: ICMP "fragmentation needed" (RFC 792,
// RFC 1191) and ICMPv6 "packet too big" (RFC 4443).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "dataplane/base/mac.h"
#include "dataplane/wire/l4_head.h"

namespace sealane::wire {

/// As much of the packet as is quoted: the answer is of at most 576 bytes (RFC 1812 4.3.2.3), or
/// 1280 (RFC 4443 2.4 (c)).
inline constexpr std::size_t kMostQuoted4 = 576 - 20 - 8;
inline constexpr std::size_t kMostQuoted6 = 1280 - 40 - 8;
/// Ethernet header with two tags, and what is quoted.
inline constexpr std::size_t kMostOffending = 22 + kMostQuoted6;
inline constexpr std::size_t kMostTooBig = kMostOffending + 40 + 8;

/// The packet's sender may be told (RFC 1122 3.2.2, RFC 4443 2.4 (e)): it is one host, and the
/// packet is for one; it is no ICMP error itself, and no later fragment.  Stricter than RFC 4443,
/// which lets a multicast packet be answered: our answer comes from the packet's own destination,
/// and a group is nobody's address.  `bytes` are the frame's first min(length, kL4ParseLength).
[[nodiscard]] bool may_be_answered(std::span<const std::uint8_t> bytes, const L4Head& head);

/// Writes a frame with the answer to the sender of `offending`, and returns its length.  `head` is
/// parse_l3()'s; `offending` holds the packet's first bytes, at least its headers, and is quoted as
/// far as there is room.  Bridges have no IP address, so the answer comes from where the packet was
/// going: the one address that its sender surely believes.  It comes from `sender`'s MAC, in the
/// tags that stand in the bytes.
[[nodiscard]] std::size_t write_too_big(std::span<const std::uint8_t> offending,
                                        const L4Head& head,
                                        MacAddress sender,
                                        std::uint32_t mtu,
                                        std::span<std::uint8_t, kMostTooBig> to);

}  // namespace sealane::wire
