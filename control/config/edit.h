// A system with an adapter more, or one less, than its file has.  Any thread; no state.
#pragma once

#include <string>
#include <string_view>

#include "control/config/model.h"
#include "dataplane/base/result.h"

namespace sealane::config {

/// `system` with the adapter that `text` describes, as a file would in its `adapters`: a map, in
/// YAML or JSON.  It is the last of `partition`, which becomes a new client where there is none of
/// that name.  The error has a line for each fault; what was read of the text begins with its line
/// and column.
[[nodiscard]] Result<System> with_adapter(const System& system,
                                          const std::string& partition,
                                          std::string_view text);

/// `system` without the adapter of that qualified name; a client goes with its last one.
[[nodiscard]] Result<System> without_adapter(const System& system, const std::string& adapter);

}  // namespace sealane::config
