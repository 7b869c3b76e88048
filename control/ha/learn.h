// What an event changes in what a machine knows, before it decides anything.  Internal to this
// folder.
#pragma once

#include <optional>

#include "control/ha/alarms.h"
#include "control/ha/state.h"
#include "control/ha/types.h"
#include "dataplane/base/time.h"

namespace sealane::ha {

/// What of an event is for this step only.
struct Learned {
    TrunkSet gained;                   ///< Slots that have just become its own.
    std::optional<Statement> request;  ///< The partner would like to share.
    AlarmSet passing;
    bool stopping = false;
};

[[nodiscard]] Learned learn(const Config& config, State& state, const Event& event, Instant now);

}  // namespace sealane::ha
