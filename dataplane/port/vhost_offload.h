// Offload state between vhost-user's words, as rte_vhost and DPDK's driver of virtio say them, and
// ours (offload.h).
#pragma once

#include <cstdint>

#include <rte_mbuf.h>

#include "dataplane/port/offload.h"
#include "dataplane/port/port.h"

namespace sealane::port {

/// A received frame's flags become claims: what its sender left to us.
inline void claim_offloads(rte_mbuf* frame) {
    if (frame->ol_flags == 0) [[likely]]
        return;
    const std::uint64_t said = frame->ol_flags;
    std::uint64_t claims = said & (RTE_MBUF_F_EXTERNAL | RTE_MBUF_F_INDIRECT);
    if ((said & RTE_MBUF_F_RX_L4_CKSUM_MASK) == RTE_MBUF_F_RX_L4_CKSUM_NONE) {
        const bool is_udp = (frame->packet_type & RTE_PTYPE_L4_MASK) == RTE_PTYPE_L4_UDP;
        claims |= is_udp ? RTE_MBUF_F_TX_UDP_CKSUM : RTE_MBUF_F_TX_TCP_CKSUM;
        if ((said & RTE_MBUF_F_RX_LRO) != 0) {
            // A large datagram is to become fragments (UFO), which is never offered; the library
            // does not ask.  As TCP it is refused.
            claims |= RTE_MBUF_F_TX_TCP_SEG;
        }
    }
    frame->ol_flags = claims;
}

/// The frame as rte_vhost can be given it without spoiling it, or null: no buffer in `heads`; then
/// `frame` is untouched.
///
/// The library writes a pseudo-header's sum of its own into a frame with offloads: it mends a wrong
/// one and spoils that of a packet whose addresses change on its way (source routes, IPv6 extension
/// headers); it leaves out the length in a large one (as NICs want it, and virtio does not); and
/// the bytes may be others' to read.  It keeps its hands off where the headers are in several
/// buffers; so the Ethernet header gets one to itself.
[[nodiscard]] rte_mbuf* guard_headers(rte_mbuf* frame, rte_mempool* heads);

}  // namespace sealane::port
