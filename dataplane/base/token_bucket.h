// So many a second, and no more.
#pragma once

#include <algorithm>
#include <cstdint>

#include "dataplane/base/time.h"

namespace sealane {

/// Starts full, fills at an even rate, and is never asked for the time: it is told.  In whole
/// numbers, so that nothing is lost however often it is told.
class TokenBucket {
  public:
    /// Adds what has come in since the last call.  `per_second` is at least 1; the bucket holds
    /// `depth` tokens.
    void refill(std::uint32_t per_second, std::uint32_t depth, Instant now) {
        const std::uint64_t full = depth * kToken;
        // Longer than it takes to fill it; more would not fit the multiplication either.
        const Duration enough{static_cast<Duration::rep>(full / per_second + 1)};
        const Duration passed = now - told_;
        if (!was_told_ || passed >= enough) {
            credit_ = full;
        } else if (passed.count() > 0) {
            const std::uint64_t more = static_cast<std::uint64_t>(passed.count()) * per_second;
            credit_ = std::min(full, credit_ + more);
        }
        told_ = was_told_ ? std::max(told_, now) : now;
        was_told_ = true;
    }

    /// Takes a token, if there is one.
    [[nodiscard]] bool take() {
        if (credit_ < kToken) return false;
        credit_ -= kToken;
        return true;
    }

  private:
    static constexpr std::uint64_t kToken = 1'000'000'000;  // nanoseconds x tokens a second

    Instant told_{};
    std::uint64_t credit_ = 0;
    bool was_told_ = false;
};

}  // namespace sealane
