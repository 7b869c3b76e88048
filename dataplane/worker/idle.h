// What a worker does when there is nothing to do.
#pragma once

#include <cstdint>

#include "dataplane/base/time.h"

namespace sealane::worker {

enum class IdlePolicy : std::uint8_t {
    Adaptive,  ///< Spin a little, then sleep: an idle system costs a few percent of a core.
    Poll,      ///< Never sleep: for benchmarks and for the lowest latency.
};

/// Empty turns before the first sleep: some tens of microseconds, about what a sleep costs.
inline constexpr std::uint32_t kSpinTurns = 2000;

/// A port without a descriptor is looked at this often at least: it bounds the latency of the first
/// frame after a pause, and the cost: 2 000 wake-ups a second of some microseconds each.
inline constexpr Duration kShortNap = std::chrono::microseconds{100};
inline constexpr Duration kLongNap = std::chrono::microseconds{500};

/// With a descriptor for everything, the worker wakes only for housekeeping.
inline constexpr Duration kHousekeeping = std::chrono::milliseconds{10};

struct Rest {
    bool sleep = false;
    Duration at_most{};

    bool operator==(const Rest&) const = default;
};

/// Decides how to rest after `empty_turns` turns without a frame.  `must_poll`: some port has no
/// descriptor.  Pure.
[[nodiscard]] constexpr Rest choose_rest(IdlePolicy policy,
                                         std::uint32_t empty_turns,
                                         bool must_poll) {
    if (policy == IdlePolicy::Poll || empty_turns < kSpinTurns) return {};
    if (!must_poll) return {.sleep = true, .at_most = kHousekeeping};
    // After a sleep the worker looks once and may sleep again: the first naps are short.
    constexpr std::uint32_t kShortNaps = 32;
    const bool just_stopped = empty_turns < kSpinTurns + kShortNaps;
    return {.sleep = true, .at_most = just_stopped ? kShortNap : kLongNap};
}

}  // namespace sealane::worker
