// A SEA's part in its pair as JSON.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "control/runtime/report.h"

namespace sealane::rpc {

/// The "pair" of a SEA's object.
[[nodiscard]] nlohmann::json pair_object(const runtime::PairReport& pair);

}  // namespace sealane::rpc
