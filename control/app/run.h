// `sealane run FILE`: the daemon.
#pragma once

#include "control/cli/invocation.h"

namespace sealane::app {

/// Runs until SIGTERM, SIGINT or SIGHUP and returns the exit code.  A second signal while it stops
/// ends the process at once.  Start no thread before it.
[[nodiscard]] int run_daemon(const cli::Invocation& asked);

}  // namespace sealane::app
