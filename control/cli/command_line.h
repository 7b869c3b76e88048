// From words to an Invocation, or to what is said instead (help, a usage error).
#pragma once

#include <string>
#include <vector>

#include "control/cli/invocation.h"

namespace sealane::cli {

struct CommandLine {
    std::optional<Invocation> invocation;
    int exit_code = kExitDone;  ///< Without an invocation.
    std::string out;            ///< Help.
    std::string err;            ///< What was wrong, and what would be right.
};

/// `words` are those after the program's name.
[[nodiscard]] CommandLine parse_command_line(std::vector<std::string> words,
                                             const std::string& default_control);

/// Where a daemon listens unless told otherwise: $SEALANE_CONTROL, else
/// $XDG_RUNTIME_DIR/sealane.sock, else /run/sealane.sock for root and /tmp/sealane-UID.sock for
/// everyone else.  Null: not set.
[[nodiscard]] std::string default_control_path(const char* sealane_control,
                                               const char* xdg_runtime_dir,
                                               std::uint32_t user);

/// Where the parts of the frame `system` meet unless told otherwise: sealane-SYSTEM in
/// $XDG_RUNTIME_DIR, in /run for root, /tmp/sealane-UID-SYSTEM for everyone else.
[[nodiscard]] std::string default_frame_directory(const char* xdg_runtime_dir,
                                                  std::uint32_t user,
                                                  const std::string& system);

}  // namespace sealane::cli
