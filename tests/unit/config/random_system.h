// Random systems that obey every rule, for properties.
#pragma once

#include "control/config/model.h"

namespace sealane::config {

/// To be called within a RapidCheck property, which then shrinks what it drew.
[[nodiscard]] System draw_system();

}  // namespace sealane::config
