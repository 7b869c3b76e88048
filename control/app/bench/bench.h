// `sealane bench`: how fast is the switch on this machine?
#pragma once

#include "control/cli/invocation.h"
#include "control/rpc/replies.h"

namespace sealane::app {

/// Replays frames from memory through a switch in this process (and across a SEA) and counts what
/// comes out; needs no daemon, root, hugepages, device or file.  Returns the exit code.
[[nodiscard]] int run_bench(const cli::Invocation& asked, const rpc::VersionFacts& version);

}  // namespace sealane::app
