// Plays the pair's part of the demo: the acts, one after the other, under traffic.
#pragma once

#include <functional>
#include <iosfwd>
#include <string>

#include "control/app/demo/pair/pair_report.h"
#include "control/app/demo/pair/scratch.h"

namespace sealane::app {

/// Starts the frame of configs/demo-pair.yaml in `scratch`, plays all acts and ends it again, in 33
/// seconds at most.  Entries of the timeline go to `tell` as they come.
[[nodiscard]] PairReport play_pair(const Scratch& scratch,
                                   const std::function<void(const TimelineEntry&)>& tell);

}  // namespace sealane::app
