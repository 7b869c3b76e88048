// One trial: so many frames a second for so long, and what became of them.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "bench/load/guest.h"
#include "bench/load/histogram.h"

namespace sealane::load {

struct Asked {
    double mpps = 0;  ///< Each way; 0: as many as the ports take.
    double seconds = 1;
    bool both_ways = false;
};

struct Outcome {
    std::uint64_t tried = 0;    ///< Given to a port.
    std::uint64_t sent = 0;     ///< Taken by it.
    std::uint64_t skipped = 0;  ///< Not tried: their time passed while this thread did not run.
    std::uint64_t received = 0, reordered = 0, strangers = 0;
    Histogram latency;  ///< Of those received, in ticks, from being given to a port on.
};

/// Frames go from guest 0 to guest 1, and back if asked; with one guest nobody waits for them.
[[nodiscard]] std::unique_ptr<Outcome> run_trial(const std::vector<std::unique_ptr<Guest>>& guests,
                                                 const Asked& asked,
                                                 std::uint16_t trial,
                                                 double ticks_a_second);

}  // namespace sealane::load
