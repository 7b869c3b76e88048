// The method that makes an adapter's wire bad, and tells what that did.
#pragma once

#include "control/rpc/method.h"
#include "control/runtime/system.h"

namespace sealane::rpc {

/// `impair`: changes what is given and leaves the rest, all or nothing.  The reply is
/// {"adapter": "lpar1/ent0", "link": "up", "in": {"set": {"loss": "30%"}, "events": {"lost": 3,
/// …}}, "out": …}.
[[nodiscard]] Method impair_method(runtime::System& system);

}  // namespace sealane::rpc
