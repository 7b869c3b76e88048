// The methods by which adapters come and go while the switch runs.
#pragma once

#include "control/rpc/method.h"
#include "control/runtime/system.h"

namespace sealane::rpc {

/// `adapter.add`, whose reply is {"adapter": "lpar9/ent0", "mac": "02:…"}, and `adapter.remove`,
/// {"adapter": "lpar9/ent0"}.
[[nodiscard]] Methods adapter_methods(runtime::System& system);

}  // namespace sealane::rpc
