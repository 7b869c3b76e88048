// How many frames an adapter may bring in one poll.
#pragma once

#include <algorithm>
#include <cstdint>

#include "dataplane/port/batch.h"

namespace sealane::port {

/// At most kBurst frames and about kBytes bytes, so that the large frames of one adapter don't hold
/// up the others of its worker.  How long frames are is known only once they are here, so this goes
/// by those of the last poll: one burst may be too large, and then there is room for as many as
/// would have been right.  It is given back by doubling.  Counted once a burst, not a frame.
class Allowance {
  public:
    static constexpr std::uint64_t kBytes = std::uint64_t{256} * 1024;

    /// Of the next poll, at least 1.
    [[nodiscard]] std::uint16_t room() const { return room_; }

    /// A poll brought so much: at least one frame, and at most room().
    void spent(std::uint16_t frames, std::uint64_t bytes) {
        if (room_ == kBurst && bytes <= kBytes) [[likely]]
            return;
        const std::uint64_t fitting = kBytes * frames / std::max(bytes, std::uint64_t{1});
        const std::uint64_t most = std::min<std::uint64_t>(kBurst, std::uint64_t{room_} * 2);
        room_ = static_cast<std::uint16_t>(std::clamp<std::uint64_t>(fitting, 1, most));
    }

  private:
    std::uint16_t room_ = kBurst;
};

}  // namespace sealane::port
