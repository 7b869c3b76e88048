// The directory where the parts of a frame meet.
#pragma once

#include <string>

#include "dataplane/base/result.h"

namespace sealane::app {

/// Makes it, for its owner alone, if it isn't there.  Whoever may put sockets there plays
/// hypervisor, so one that others may write to is an error, and so is another's.
[[nodiscard]] Status make_frame_directory(const std::string& path);

}  // namespace sealane::app
