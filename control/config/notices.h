// What is right, but not what its writer may think.
#pragma once

#include <string>
#include <vector>

#include "control/config/model.h"

namespace sealane::config {

/// A warning: the system runs, but not with all that its file asks for.
struct Notice {
    Place place;
    std::string what;  ///< Begins with the name of what it is about.

    bool operator==(const Notice&) const = default;
};

/// In the order of the file.  To be shown by `sealane check` and at the start of a run.
[[nodiscard]] std::vector<Notice> notices(const System& system);

}  // namespace sealane::config
