// From a model to a file.
#pragma once

#include <string>

#include "control/config/model.h"

namespace sealane::config {

/// A configuration file that loads to an equal system, for people to read: what has its default is
/// left out.
[[nodiscard]] std::string dump(const System& system);

}  // namespace sealane::config
