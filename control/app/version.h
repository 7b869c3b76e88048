// What this program is.
#pragma once

#include "control/rpc/replies.h"

namespace sealane::app {

[[nodiscard]] rpc::VersionFacts version_facts();

/// Whether this machine's processor has the instructions that the program was built with.
[[nodiscard]] bool cpu_runs_it();

}  // namespace sealane::app
