// Why the system refused, in words that say what to do.
#pragma once

#include <string>

namespace sealane {

/// Why no socket could be made at `path`: the fault's own words, or the folder that is missing.
[[nodiscard]] std::string why_not_made(const std::string& path, int fault);

}  // namespace sealane
