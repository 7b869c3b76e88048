// SEAs of a frame whose VIOSes are processes of their own.
#pragma once

#include <nlohmann/json_fwd.hpp>

namespace sealane::cli {

/// Adds to the hypervisor's answer to "sea", which names under `elsewhere` the VIOSes and their
/// control sockets, what each of these says of its SEAs; and to who doesn't answer within
/// `timeout_s` the reason, as `why`.
void add_elsewhere(nlohmann::json& reply, double timeout_s);

}  // namespace sealane::cli
