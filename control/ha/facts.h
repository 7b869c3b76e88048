// What follows from a machine's configuration, state and time, as claims and sets.  Nothing here
// changes anything.  For this folder, its driver and its tests.
#pragma once

#include <algorithm>
#include <optional>

#include "control/ha/state.h"
#include "control/ha/types.h"
#include "dataplane/base/time.h"

namespace sealane::ha {

/// What a machine sees in one step.  Whoever asks whether an instant has come, and it has not, is
/// asked again then: no deadline can be forgotten, for there is no other way to look at the time.
struct Sight {
    const Config& config;
    const State& state;
    Instant now;
    Instant& wake;

    [[nodiscard]] bool reached(Instant instant) const {
        if (now < instant) wake = std::min(wake, instant);
        return now >= instant;
    }
};

// Slots.
[[nodiscard]] TrunkSet all_trunks(const Config& config);
[[nodiscard]] TrunkSet owned_by(Owner owner, const State& state);
[[nodiscard]] TrunkSet offered(const State& state);  ///< To the partner, not taken yet.
[[nodiscard]] BridgeMode bridge_mode(const Config& config, const State& state);

// Health.
[[nodiscard]] bool is_linked(const Sight& see);   ///< Its link is up, or down for no time.
[[nodiscard]] bool is_alive(const Sight& see);    ///< Could forward: linked, dataplane moves.
[[nodiscard]] bool is_working(const Sight& see);  ///< Alive, and its outside is known to answer.
[[nodiscard]] bool is_trusted(const Sight& see);  ///< Working for health_time.
[[nodiscard]] bool is_listening(const Sight& see);

// The partner, by what it said last.
[[nodiscard]] bool is_ready(const Statement& partner);  ///< Would take over what becomes free.
[[nodiscard]] bool outranks_partner(const Sight& see);
[[nodiscard]] bool differs_by_mode(const Config& config, const Statement& partner);

// Wishes.
[[nodiscard]] bool may_share(const Config& config, const Statement& partner);
[[nodiscard]] TrunkSet own_share(const Sight& see);
[[nodiscard]] TrunkSet wished_for(const Sight& see);  ///< What the partner has and it would like.
[[nodiscard]] bool may_ask(const Sight& see);         ///< The time for wishes has come.

/// When it may take a slot that nobody owns; empty: not as things are.
[[nodiscard]] std::optional<Instant> may_take_at(const Sight& see, const Slot& slot);

}  // namespace sealane::ha
