// Large receive: merges TCP segments that follow each other in a burst from the wire.
#pragma once

#include <cstdint>
#include <span>

#include <rte_mbuf.h>

namespace sealane::port {

/// Makes large frames, of at most `max_frame` bytes with a tag, of what follows each other of one
/// flow among `frames` (at most kBurst), in place; returns how many frames there are now.  No byte
/// of payload is copied, and nothing is held back: what is not in this burst is not waited for.
///
/// A large frame stands where its first segment stood and overtakes nothing of its own flow; its
/// claim is a checked one (see offload.h), and cut() gives the segments back as they came.  A
/// segment with a wrong checksum is not merged, so it stays wrong.
[[nodiscard]] std::uint16_t coalesce(std::span<rte_mbuf*> frames, std::uint32_t max_frame);

}  // namespace sealane::port
