// The methods of SEA pairs: what happened to them, and ha_mode while they run.
#pragma once

#include "control/rpc/method.h"
#include "control/runtime/system.h"

namespace sealane::rpc {

/// `sea.set` and `events`.  The reply of the latter is {"events": [{"number": 7, "age_s": 0.2,
/// "sea": "vios1/ent6", "kind": "role", "what": "BACKUP > PRIMARY", "cause": "…"}]}, oldest first.
[[nodiscard]] Methods pair_methods(runtime::System& system);

}  // namespace sealane::rpc
