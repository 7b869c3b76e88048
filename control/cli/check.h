// The verbs that look at a configuration file without running it.
#pragma once

#include <iosfwd>

#include "control/cli/invocation.h"
#include "control/config/load.h"

namespace sealane::cli {

/// Of each file: prints every fault, or one line that says what the file holds, and what its writer
/// may not think.  Done only if all are right.
[[nodiscard]] int check_files(const Invocation& asked, std::ostream& out);

/// Says why a file is not used: every fault to `err`, and to `out` if JSON was asked for.
[[nodiscard]] int refuse_file(const Invocation& asked,
                              const config::Loaded& loaded,
                              std::ostream& out,
                              std::ostream& err);

/// Prints the file as `sealane config dump` would if it were running.
[[nodiscard]] int dump_file(const Invocation& asked, std::ostream& out, std::ostream& err);

}  // namespace sealane::cli
