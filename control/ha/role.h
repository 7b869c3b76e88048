// Which state a SEA is in, and why.  Internal to this folder.
#pragma once

#include "control/ha/facts.h"
#include "control/ha/state.h"
#include "control/ha/types.h"

namespace sealane::ha {

struct RoleChoice {
    Role role = Role::Init;
    Reason reason = Reason::Started;
};

/// The role that follows from what it owns, wishes and can.
[[nodiscard]] RoleChoice choose_role(const Sight& see);

/// PRIMARY, PRIMARY_SH and BACKUP_SH bridge, and so does who is about to let go.
[[nodiscard]] bool is_active(Role role);

/// Counts that `state.role` was entered.
void count_entry(State& state, bool active_before);

}  // namespace sealane::ha
