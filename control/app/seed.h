// The one place where chance comes from.
#pragma once

#include <cstdint>

namespace sealane::app {

/// Unpredictable to those who send us frames: it keys hashes.
[[nodiscard]] std::uint64_t new_seed();

}  // namespace sealane::app
