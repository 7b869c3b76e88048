// A method's parameters: checked by its row, then read by name.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>

#include "control/rpc/method.h"
#include "dataplane/base/ids.h"
#include "dataplane/base/mac.h"

namespace sealane::rpc {

/// Whether `params` is what `method` takes; the error names the wrong one and lists the right ones.
[[nodiscard]] Status check_params(const Method& method, const nlohmann::json& params);

/// `[{"name": …, "meaning": …, "params": [{"name", "kind", "required", "meaning"}]}]`, with
/// `rpc.methods` itself at the end.
[[nodiscard]] nlohmann::json describe(const Methods& methods);

// Of checked parameters only; an absent one reads as empty.
[[nodiscard]] std::string text_of(const nlohmann::json& params, const char* name);
[[nodiscard]] MacAddress mac_of(const nlohmann::json& params, const char* name);
[[nodiscard]] std::optional<VlanId> vlan_of(const nlohmann::json& params, const char* name);
[[nodiscard]] std::optional<std::size_t> count_of(const nlohmann::json& params, const char* name);
[[nodiscard]] std::uint64_t number_of(const nlohmann::json& params, const char* name);
[[nodiscard]] bool flag_of(const nlohmann::json& params, const char* name);

}  // namespace sealane::rpc
