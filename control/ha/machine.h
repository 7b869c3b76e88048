// The machine of SEA high availability: one SEA's part in a pair (design 6, reference 3 and 4).
//
// The hypervisor's slots decide who bridges; the partner's words only say what to wish for.  So a
// statement that is late, lost, doubled or a lie costs a change of owner at worst, never a second
// forwarder.  What makes it harder than it looks: what the machine knows of a slot is always a
// little old, and it must not act as if it were not.  It lets go at once, takes only what it has
// been told is free or offered, and never takes back at once what was taken from it.
#pragma once

#include "control/ha/state.h"
#include "control/ha/types.h"
#include "dataplane/base/time.h"

namespace sealane::ha {

struct Step {
    State state;
    Actions actions;
    Instant wake = Instant::max();  ///< When to call with Wake, if nothing comes before.
};

/// A machine that has just started and knows nothing yet.  The driver then tells it of its link,
/// its reachability and every slot.
[[nodiscard]] State start(const Config& config, Instant now);

/// Advances the machine by one event.  Pure: equal arguments give equal results.  `now` never goes
/// back; an event may come at any time, and late.
[[nodiscard]] Step step(const Config& config, State state, const Event& event, Instant now);

}  // namespace sealane::ha
