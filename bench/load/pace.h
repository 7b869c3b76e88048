// When is the next frame due?
#pragma once

#include <cstdint>

namespace sealane::load {

/// An open loop: frames are due by the clock, whatever became of those before.  Those whose time
/// passed while nobody asked are skipped: sent afterwards, all at once, they would fill queues that
/// the load itself would not have filled.
class Pace {
  public:
    static constexpr std::uint64_t kMostLate = 128;

    /// `per_tick` frames a tick, from `start` on.
    Pace(double per_tick, std::uint64_t start) : per_tick_(per_tick), start_(start) {}

    /// Frames that are due at `now` and neither taken nor skipped.
    std::uint64_t due(std::uint64_t now) {
        const auto wanted =
            static_cast<std::uint64_t>(static_cast<double>(now - start_) * per_tick_);
        const std::uint64_t late = wanted - done_;
        if (late <= kMostLate) return late;
        skipped_ += late - kMostLate;
        done_ += late - kMostLate;
        return kMostLate;
    }
    void take(std::uint64_t frames) { done_ += frames; }
    [[nodiscard]] std::uint64_t skipped() const { return skipped_; }

  private:
    double per_tick_;
    std::uint64_t start_;
    std::uint64_t done_ = 0;
    std::uint64_t skipped_ = 0;
};

}  // namespace sealane::load
