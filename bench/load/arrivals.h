// What became of the frames of one direction.
#pragma once

#include <cstdint>

#include "bench/load/histogram.h"
#include "bench/load/stamp.h"

namespace sealane::load {

/// Told of each frame that arrives in a trial.
class Arrivals {
  public:
    explicit Arrivals(std::uint16_t trial) : trial_(trial) {}

    void take(const Stamp& stamp, std::uint64_t now) {
        if (stamp.trial != trial_) {
            ++strangers_;
            return;
        }
        ++received_;
        latency_.add(now > stamp.sent ? now - stamp.sent : 0);
        if (stamp.number < next_) {
            ++reordered_;  // or a second time
        } else {
            next_ = stamp.number + 1;
        }
    }
    void take_stranger() { ++strangers_; }

    [[nodiscard]] std::uint64_t received() const { return received_; }
    /// Came after one that was sent later.
    [[nodiscard]] std::uint64_t reordered() const { return reordered_; }
    /// None of this trial's: of one before, or somebody else's.
    [[nodiscard]] std::uint64_t strangers() const { return strangers_; }
    [[nodiscard]] const Histogram& latency() const { return latency_; }

  private:
    std::uint16_t trial_;
    std::uint64_t next_ = 0;
    std::uint64_t received_ = 0, reordered_ = 0, strangers_ = 0;
    Histogram latency_;
};

}  // namespace sealane::load
