// What an operator has to know.  Internal to this folder.
#pragma once

#include <cstdint>

#include "control/ha/facts.h"
#include "control/ha/types.h"

namespace sealane::ha {

struct AlarmSet {
    std::uint8_t bits = 0;

    [[nodiscard]] constexpr bool contains(AlarmCause cause) const {
        return (bits >> static_cast<unsigned>(cause) & 1) != 0;
    }
    constexpr void add(AlarmCause cause) {
        bits = static_cast<std::uint8_t>(bits | 1U << static_cast<unsigned>(cause));
    }
};

/// Those that stand as long as their cause.
[[nodiscard]] AlarmSet standing_alarms(const Sight& see);

}  // namespace sealane::ha
