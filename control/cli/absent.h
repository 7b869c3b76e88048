// What a configuration names and this machine has not.
#pragma once

#include <vector>

#include "control/config/model.h"
#include "control/config/notices.h"

namespace sealane::cli {

/// Network interfaces, capture files and PCI devices that `system` attaches to and that are not
/// here, in the order of the file.  Not faults: the file may be for another machine, or what is
/// missing be made before the run.  Looks at the machine; changes and opens nothing.
[[nodiscard]] std::vector<config::Notice> absences(const config::System& system);

}  // namespace sealane::cli
