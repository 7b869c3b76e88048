// The verbs that ask a running daemon.
#pragma once

#include <iosfwd>

#include "control/cli/invocation.h"

namespace sealane::cli {

/// Asks, prints the answer (text or JSON) to `out` and what went wrong to `err`; returns the exit
/// code.  `stats --watch` ends when the daemon does or when `out` can't be written.
[[nodiscard]] int ask_daemon(const Invocation& asked, std::ostream& out, std::ostream& err);

}  // namespace sealane::cli
