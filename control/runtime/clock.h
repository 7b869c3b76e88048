// One of the two files that read a clock; the other is dataplane/worker/clock.
#pragma once

#include "dataplane/base/time.h"

namespace sealane::runtime {

/// The machine's monotonic clock, for control.
[[nodiscard]] Instant now();

/// Lets time pass; for control threads only.
void wait_for(Duration duration);

}  // namespace sealane::runtime
