// What two SEAs must have in common, in few bits: SHA-256 over a canonical form, cut short.  Both
// sides are configured by their owner, so this guards against difference, not against malice.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

#include "control/ha/types.h"

namespace sealane::ha {

/// The first 64 bits of SHA-256 over, each number of 16 bits big-endian: the number of trunk
/// adapters, then of each, by rising PVID: the PVID, the number of its VIDs, the VIDs rising.  The
/// order of a file's lists is not in it; which adapter has which VID is.
[[nodiscard]] std::uint64_t trunk_digest(std::vector<TrunkVlans> trunks);

/// The first 32 bits of SHA-256 over the name of a virtual switch.
[[nodiscard]] std::uint32_t vswitch_digest(std::string_view name);

/// SHA-256 of some text.
[[nodiscard]] std::array<std::uint8_t, 32> content_digest(std::string_view text);

}  // namespace sealane::ha
