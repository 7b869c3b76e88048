// Numbered frames of one stream: when each was sent, when it came, and what became of them.
#pragma once

#include <cstdint>
#include <vector>

#include "dataplane/base/time.h"

namespace sealane::app {

/// What became of some frames of a stream.
struct Outcome {
    std::uint64_t sent = 0;
    std::uint64_t lost = 0;
    std::uint64_t doubled = 0;    ///< Copies beyond the first.
    std::uint64_t reordered = 0;  ///< Came after one with a higher number.
    Duration longest_gap{};       ///< See ProbeBook::outcome().
    bool resumed = false;         ///< The last of them came, or one that was sent after them.

    bool operator==(const Outcome&) const = default;
};

/// Numbers count from 0.  A plain value; whoever shares it locks.
class ProbeBook {
  public:
    /// The number of the frame that is sent now.
    std::uint64_t send(Instant now);
    /// A number that was never sent is no arrival.
    void arrive(std::uint64_t number, Instant now);

    /// The number of the frame that is sent next.
    [[nodiscard]] std::uint64_t next() const { return sent_.size(); }
    /// A frame numbered `number` or above has come.
    [[nodiscard]] bool has_passed(std::uint64_t number) const { return passed_ > number; }

    /// Of frames `first` to `end` - 1.  The longest gap is how long the network owed something:
    /// from when the frame after the highest that had come was sent, or from the last arrival if
    /// that was later, to the next arrival.  So a sender that pauses makes no gap.
    [[nodiscard]] Outcome outcome(std::uint64_t first, std::uint64_t end) const;

  private:
    struct Arrival {
        std::uint64_t number;
        Instant at;
    };

    std::vector<Instant> sent_;
    std::vector<Arrival> arrivals_;
    std::uint64_t passed_ = 0;  ///< One more than the highest number that has come.
};

}  // namespace sealane::app
