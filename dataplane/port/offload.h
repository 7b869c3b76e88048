// What a frame's sender left to us: a checksum to complete, a large frame to be cut (design 2).
//
// It is carried as DPDK's transmit flags, from a port's receive() to the last Outlet:
//   RTE_MBUF_F_TX_TCP_CKSUM, _UDP_CKSUM   the L4 checksum is partial: it holds the pseudo-header's
//                                         sum, with the packet's whole L4 length, and whoever sends
//                                         the frame on completes it
//   RTE_MBUF_F_TX_TCP_SEG, _UDP_SEG       a large frame, to be cut into segments of tso_segsz bytes
//                                         of payload; its checksum is partial too
//   RTE_MBUF_F_TX_IPV4, _IPV6             with any of these
//   l2_len, l3_len, l4_len                where the headers are, from our own parser and nobody
//                                         else's
//
// A port's receive() only claims: it sets the L4 and SEG flags as its peer says, IPV4 or IPV6 if
// its peer says so, and tso_segsz.  Where its peer says at which byte the checksum starts,
// l2_len + l3_len is that; otherwise both are 0.  The switch and the SEA check each claim against
// the bytes when the frame comes in, and fill in the rest.
#pragma once

#include <cstdint>

#include <rte_mbuf.h>

#include "dataplane/base/drop.h"
#include "dataplane/port/port.h"

namespace sealane::port {

inline constexpr std::uint64_t kLarge = RTE_MBUF_F_TX_TCP_SEG | RTE_MBUF_F_TX_UDP_SEG;
inline constexpr std::uint64_t kOffloads = kLarge | RTE_MBUF_F_TX_L4_MASK | RTE_MBUF_F_TX_IP_CKSUM |
                                           RTE_MBUF_F_TX_IPV4 | RTE_MBUF_F_TX_IPV6;

[[nodiscard]] inline bool has_offload(const rte_mbuf* frame) {
    return (frame->ol_flags & kOffloads) != 0;
}

[[nodiscard]] inline bool is_large(const rte_mbuf* frame) {
    return (frame->ol_flags & kLarge) != 0;
}

/// From now on the frame is as it shall be on the wire.
inline void clear_offload(rte_mbuf* frame) { frame->ol_flags &= ~kOffloads; }

/// Bytes of the headers, in a frame whose claim was checked.
[[nodiscard]] inline std::uint16_t headers_of(const rte_mbuf* frame) {
    return static_cast<std::uint16_t>(frame->l2_len + frame->l3_len + frame->l4_len);
}

/// That the (checked) frame would be cut into: one if it isn't large.
[[nodiscard]] inline std::uint32_t segments_of(const rte_mbuf* frame) {
    if (!is_large(frame)) return 1;
    const std::uint32_t payload = frame->pkt_len - headers_of(frame);
    return (payload + frame->tso_segsz - 1) / frame->tso_segsz;
}

/// Holds what a frame claims against its bytes, and fills in what is said above; a claim of nothing
/// to do is taken away.  Otherwise the reason to drop it.  To be called once the frame's own tag is
/// out of the bytes, if it will be.
[[nodiscard]] Drop check_offload(rte_mbuf* frame);

/// A peer with these finishes the (checked) frame itself.
[[nodiscard]] bool takes(const Offloads& peer, const rte_mbuf* frame);

/// The Internet checksum's sum of the frame's bytes from `offset` on, `length` of them, over all
/// its pieces.
[[nodiscard]] std::uint16_t sum_of(const rte_mbuf* frame,
                                   std::uint32_t offset,
                                   std::uint32_t length);

/// Completes the checksum of a frame that is not large, without changing bytes that others refer
/// to: then `heads` gives a buffer for the header.  The answer is the frame to go on with, or null
/// if `heads` is empty; then `frame` is untouched.
[[nodiscard]] rte_mbuf* complete_checksum(rte_mbuf* frame, rte_mempool* heads);

}  // namespace sealane::port
