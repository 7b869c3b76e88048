// Cuts large frames for receivers that do not take them.
#pragma once

#include <cstdint>
#include <span>

#include <rte_mbuf.h>

#include "dataplane/wire/claim.h"

namespace sealane::port {

/// Who computes the segments' checksums: we, or their receiver.
enum class SegmentChecksum : std::uint8_t { Complete, Partial };

/// Cuts a large frame whose claim was checked.  Each segment is a buffer of `heads` with headers of
/// its own, followed by buffers that refer to the frame's payload: not a byte of it is copied.
/// Writes the segments to `segments`, which has room for wire::kMostSegments, and takes the frame;
/// returns how many there are.  0: `heads` ran empty, and the frame is untouched.
[[nodiscard]] std::uint16_t cut(rte_mbuf* frame,
                                rte_mempool* heads,
                                SegmentChecksum checksum,
                                std::span<rte_mbuf*> segments);

}  // namespace sealane::port
