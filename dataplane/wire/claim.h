// What a frame's sender claims to have left to us, held against the frame's own bytes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "dataplane/base/drop.h"
#include "dataplane/wire/l4_head.h"

namespace sealane::wire {

/// Smaller pieces are refused: a peer that asks for such makes us send frames that are headers
/// mostly.  Linux takes no peer's MSS for less.
inline constexpr std::uint16_t kLeastTcpPiece = 48;
/// A frame of any length may be cut into such, and only a shorter one into smaller ones: so a frame
/// becomes a thousand at most (CVE-2012-3412).  It is what an MSS of 88 leaves beside timestamps,
/// and a little less.
inline constexpr std::uint16_t kLeastPieceOfLongest = 64;
/// Datagrams that are cut may be of any size, but not more than Linux makes of one.
inline constexpr std::uint16_t kMostDatagrams = 128;
/// Nothing that check_claim() lets pass becomes more frames.
inline constexpr std::uint16_t kMostSegments = 65535 / kLeastPieceOfLongest + 1;

/// As the sender says it.
struct Claim {
    bool tcp = false, udp = false;    ///< The L4 checksum is partial.
    bool tcp_large = false;           ///< To be cut into TCP segments ...
    bool udp_large = false;           ///< ... or into datagrams ...
    std::uint16_t piece = 0;          ///< ... with so many bytes of payload.
    bool ipv4 = false, ipv6 = false;  ///< If it says.
    bool other = false;               ///< More than anybody may leave to us.
    std::uint16_t l4_offset = 0;      ///< Where it says that the L4 header is; 0: it doesn't.

    [[nodiscard]] bool is_large() const { return tcp_large || udp_large; }
};

/// What is true of it.
struct CheckedClaim {
    Drop drop = Drop::None;  ///< BadOffload or TooManySegments: then nothing else counts.
    bool checksum = false;   ///< There is a checksum to complete.
    bool large = false;      ///< There is something to cut; then `checksum` is set, too.
    L4Head head;
};

/// Holds `claim` against the headers of the frame of `length` bytes whose first
/// min(length, kL4ParseLength) bytes are `bytes`.  A frame that claims to be large and would be one
/// segment is an ordinary one with a partial checksum.
[[nodiscard]] CheckedClaim check_claim(const Claim& claim,
                                       std::span<const std::uint8_t> bytes,
                                       std::size_t length);

}  // namespace sealane::wire
