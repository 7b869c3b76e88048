// Everything that can be asked of a running daemon, in one list.
#pragma once

#include "control/rpc/method.h"
#include "control/rpc/replies.h"
#include "control/runtime/system.h"

namespace sealane::rpc {

/// Borrows `system`; call the methods on the thread that owns it.
[[nodiscard]] Methods make_methods(runtime::System& system, const VersionFacts& version);

}  // namespace sealane::rpc
