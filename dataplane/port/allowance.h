// How much an adapter may bring before it is passed over.
#pragma once

#include <algorithm>
#include <cstdint>

#include "dataplane/port/batch.h"

namespace sealane::port {

/// What a poll came to at all receivers together: a frame to many is many.
struct Spending {
    std::uint64_t bytes;
    std::uint64_t frames;          ///< Large ones that are cut are counted by their segments.
    std::uint16_t taken = kBurst;  ///< Frames that the poll took in, at least one.
};

/// Deficit round robin: each turn pays an adapter a quantum, kBytes bytes or kFrames frames to all
/// receivers together, so that the large frames of one adapter, and those that become many, don't
/// hold up the others of its worker.  Counted once a burst, not a frame.
///
/// What a frame costs is known only once it is here, so a poll may cost more.  The adapter is in
/// debt then and is passed over until as many turns have paid it, whether or not anything waits.
/// Who spends less than that is never passed over.
///
/// The next poll takes as many frames as a turn pays of the last one's kind.  So a stream of large
/// frames makes no debts, and its bytes are still in the cache when they are copied on: 64 of 64
/// KiB at once halve the speed.
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

    /// Of the next poll, at least 1.
    [[nodiscard]] std::uint16_t room() const { return room_; }

    void spent(const Spending& poll) {
        const std::uint64_t cost = std::max(poll.bytes, poll.frames * (kBytes / kFrames));
        room_ = cost * kBurst <= kBytes * poll.taken
                    ? kBurst
                    : static_cast<std::uint16_t>(
                          std::clamp<std::uint64_t>(kBytes * poll.taken / cost, 1, kBurst));
        debt_ = std::clamp(debt_ + cost, kBytes, kBytes + kMostDebt) - kBytes;
    }

  private:
    std::uint16_t room_ = kBurst;
    std::uint64_t debt_ = 0;  // bytes, once the turn that it was made in is paid
};

}  // namespace sealane::port
