// Time as values.  There is deliberately no now(): only dataplane/worker/clock.cc and
// control/runtime/clock.cc read a clock; everyone else is given an Instant.
#pragma once

#include <chrono>

namespace sealane {

using Duration = std::chrono::nanoseconds;

/// The machine's monotonic time since an arbitrary start.
struct MonotonicTimeline {
    using duration = Duration;
    using rep = duration::rep;
    using period = duration::period;
    using time_point = std::chrono::time_point<MonotonicTimeline>;
};

using Instant = MonotonicTimeline::time_point;

}  // namespace sealane
