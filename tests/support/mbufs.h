// Between plain bytes and rte_mbuf.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include <rte_mbuf.h>

#include "tests/support/frame_bytes.h"

namespace sealane::test {

/// Where a frame is cut into pieces: offsets of the second piece, the third, ...  Those beyond the
/// frame's end are left out.
using Cuts = std::vector<std::size_t>;

/// How each case is injected: whole; cut in the EtherType; in the tag; and in five pieces, with
/// cuts in the destination, the EtherType, the tag and the IP header.
[[nodiscard]] const std::vector<Cuts>& usual_cuts();

/// `pieces` about equal pieces.
[[nodiscard]] Cuts even_cuts(std::size_t length, std::size_t pieces);

/// A frame in a chain cut at `cuts`, and wherever a buffer is full.  `headroom`: of each piece.
/// Null if the pool is empty.
[[nodiscard]] rte_mbuf* make_frame(rte_mempool* pool,
                                   const Bytes& bytes,
                                   const Cuts& cuts = {},
                                   std::uint16_t headroom = RTE_PKTMBUF_HEADROOM);

/// The frame's bytes.  Fails the running test if the chain contradicts itself.
[[nodiscard]] Bytes bytes_of(const rte_mbuf* frame);

}  // namespace sealane::test
