// How much an adapter may bring before it is passed over.
#pragma once

#include <algorithm>
#include <cstdint>

namespace sealane::port {

/// What a poll came to at all receivers together: a frame to many is many.
struct Spending {
    std::uint64_t bytes;
    std::uint64_t frames;  ///< Large ones that are cut are counted by their segments.
};

/// Deficit round robin: each turn pays an adapter a quantum, kBytes bytes or kFrames frames to all
/// receivers together, so that the large frames of one adapter, and those that become many, don't
/// hold up the others of its worker.  Counted once a burst, not a frame.
///
/// What a frame costs is known only once it is here, so a poll is a full burst and may cost more.
/// The adapter is in debt then and is passed over until as many turns have paid it, whether or not
/// anything waits.  Nothing else is remembered: who spends less than that is never passed over.
class Allowance {
  public:
    static constexpr std::uint64_t kBytes = std::uint64_t{256} * 1024;
    static constexpr std::uint64_t kFrames = 1024;
    /// A burst of the longest frames costs a sixteenth of it.  Frames to very many come to more.
    static constexpr std::uint64_t kMostDebt = 256 * kBytes;

    /// Asked once a turn: whether the adapter may be polled in it.
    [[nodiscard]] bool takes_turn() {
        if (debt_ < kBytes) [[likely]]
            return true;
        debt_ -= kBytes;
        return false;
    }

    void spent(const Spending& poll) {
        const std::uint64_t cost = std::max(poll.bytes, poll.frames * (kBytes / kFrames));
        debt_ = std::clamp(debt_ + cost, kBytes, kBytes + kMostDebt) - kBytes;
    }

  private:
    std::uint64_t debt_ = 0;  // bytes, once the turn that it was made in is paid
};

}  // namespace sealane::port
