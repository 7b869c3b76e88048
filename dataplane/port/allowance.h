// How many frames an adapter may bring in one poll.
#pragma once

#include <algorithm>
#include <cstdint>

#include "dataplane/port/batch.h"

namespace sealane::port {

/// What a poll brought, and what came of it.
struct Spending {
    std::uint16_t frames;  ///< At least one.
    std::uint64_t bytes;
    std::uint64_t copies;  ///< Frames handed to receivers: a frame to many is many.
    std::uint64_t made;    ///< Those, large ones that were cut counted by their segments.
};

/// At most kBurst frames, and about kBytes bytes or kMade frames to all receivers together, so that
/// the large frames of one adapter, and those that become many, don't hold up the others of its
/// worker.  Counted once a burst, not a frame.
///
/// What a frame costs is known only once it is here.  So a poll may take more than that: then there
/// is room for as many as would have been right, and the adapter is in debt for the rest, until it
/// has brought small frames for as many bytes.
class Allowance {
  public:
    static constexpr std::uint64_t kBytes = std::uint64_t{256} * 1024;
    static constexpr std::uint64_t kMade = 1024;
    /// A burst of the longest frames overdraws a sixteenth of it, and a quarter if they are cut as
    /// small as may be.
    static constexpr std::uint64_t kMostDebt = 256 * kBytes;

    /// Of the next poll, at least 1.
    [[nodiscard]] std::uint16_t room() const { return room_; }

    void spent(const Spending& poll) {
        if (debt_ == 0 &&
            poll.bytes * std::max<std::uint64_t>(poll.copies, poll.frames) <=
                kBytes * poll.frames &&
            poll.made <= kMade) [[likely]]
            return;
        settle(poll);
    }

  private:
    /// As if the frame that fits a full burst had so many bytes.
    static constexpr std::uint64_t kShare = kBytes / kBurst;

    void settle(const Spending& poll) {
        const std::uint64_t fan_out = std::max<std::uint64_t>(poll.copies, poll.frames);
        const std::uint64_t cost =
            std::max(poll.bytes * fan_out / poll.frames, poll.made * (kBytes / kMade));
        const std::uint64_t fitting = kBytes * poll.frames / std::max(cost, std::uint64_t{1});
        if (cost > kBytes) {
            debt_ = std::min(debt_ + cost - kBytes, kMostDebt);
            room_ = static_cast<std::uint16_t>(std::clamp<std::uint64_t>(fitting, 1, room_));
        } else if (cost < kShare * poll.frames) {
            debt_ -= std::min({debt_, poll.bytes, kShare * poll.frames - cost});
            if (debt_ == 0) room_ = kBurst;
        }
    }

    std::uint64_t debt_ = 0;
    std::uint16_t room_ = kBurst;
};

}  // namespace sealane::port
