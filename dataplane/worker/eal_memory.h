// Which memory this machine has to offer.  No DPDK in it.
#pragma once

#include <cstdint>
#include <vector>

#include "dataplane/worker/eal.h"

namespace sealane::worker {

/// Whether `pages` alone can give `bytes`: pages of one size, and we may have them.  Tries, by
/// taking the pages for a moment, because permission and cgroup limits can't be read anywhere.
[[nodiscard]] bool can_take(const HugepageState& pages, std::uint64_t bytes);

/// Ordinary memory that could be had without swapping; 0: unknown.
[[nodiscard]] std::uint64_t available_memory_mb();

}  // namespace sealane::worker
