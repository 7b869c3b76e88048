// What becomes of a client's frame that is longer than the real adapter's MTU allows.
#pragma once

#include <cstdint>
#include <span>

#include "dataplane/base/drop.h"
#include "dataplane/wire/l4_head.h"

namespace sealane::sea {

/// A verdict, and what it was reached by.
struct TooLong {
    enum class Way : std::uint8_t {
        Fragment,  ///< Cut it into fragments.
        Segment,   ///< Cut it into its segments, and ask again of each.
        Answer,    ///< Drop it, and tell its sender.
        Drop,      ///< Drop it, and tell nobody.
    };
    Way way = Way::Drop;
    Drop why = Drop::Oversize;  ///< Unless it is cut.
    std::uint32_t mtu = 0;      ///< Longest packet that such a frame may carry.
    wire::L4Head head;
};

/// Decides it (reference powervm-network.md 2.3): an IPv4 packet without DF is cut; one with DF,
/// and an IPv6 packet, is PacketTooBig and answered where that is allowed; anything else is
/// Oversize, a packet with a wrong IPv4 checksum too, which nobody may repair, and a frame that is
/// too long only for what stands behind its packet.  A `large` frame is here because its segments
/// would be too long: what becomes of it is what became of them.
///
/// `bytes` are the frame's first min(length, kL4ParseLength); `most` is the length that would do,
/// of the same bytes: a tag beside the frame is in neither.  Pure.
[[nodiscard]] TooLong judge_too_long(std::span<const std::uint8_t> bytes,
                                     std::size_t length,
                                     bool large,
                                     std::uint32_t most);

}  // namespace sealane::sea
