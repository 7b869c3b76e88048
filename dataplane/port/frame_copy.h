// Frames made by copying bytes.
#pragma once

#include <cstdint>
#include <span>

#include <rte_mbuf.h>

namespace sealane::port {

/// `bytes` as a chain of buffers of `pool`, or null if it has too few.
[[nodiscard]] rte_mbuf* frame_of(std::span<const std::uint8_t> bytes, rte_mempool* pool);

/// Copies the frame's bytes, of all its pieces, to `to`, which has room for them.
void copy_bytes(const rte_mbuf* frame, std::uint8_t* to);

}  // namespace sealane::port
