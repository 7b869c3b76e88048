// DPDK's environment, of which a process has one.
#pragma once

#include "dataplane/base/result.h"
#include "dataplane/worker/eal.h"

namespace sealane::embed {

/// The one there is, or one that is started for `needs` and stays until the process ends: DPDK
/// can't be started again.  With `is_up` the host has started it.  Any thread; waits for another
/// that does the same.
[[nodiscard]] Result<const worker::Eal*> environment(const worker::EalNeeds& needs, bool is_up);

}  // namespace sealane::embed
