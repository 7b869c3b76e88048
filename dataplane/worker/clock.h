// One of the two files that read a clock; the other is control/runtime/clock.
#pragma once

#include "dataplane/base/time.h"

namespace sealane::worker {

/// The machine's monotonic clock.  Any thread.
[[nodiscard]] Instant now();

}  // namespace sealane::worker
