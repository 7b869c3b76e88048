// `sealane port args`: of the daemon's configuration or of a file's.
#pragma once

#include <iosfwd>
#include <nlohmann/json_fwd.hpp>
#include <string>

#include "control/cli/invocation.h"
#include "control/config/load.h"
#include "dataplane/base/result.h"

namespace sealane::cli {

/// attach_reply() for what was asked; asks the installed QEMU for its version if a line for it is
/// wanted and no version was given.
[[nodiscard]] Result<nlohmann::json> port_args(const Invocation& asked,
                                               const config::Loaded& loaded,
                                               const std::string& directory);

/// Prints the lines of `asked.file`, whose relative sockets are in the working directory, or what
/// is wrong; returns the exit code.
[[nodiscard]] int port_args_of_file(const Invocation& asked, std::ostream& out, std::ostream& err);

}  // namespace sealane::cli
