// Small pieces that several renderings share.
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

namespace sealane::cli {

inline constexpr const char* kNothing = "–";

/// The keys of an object, "ent9" before "ent10".
[[nodiscard]] std::vector<std::string> names_in_order(const nlohmann::json& object);
/// "1,10,20"; kNothing if there are none.
[[nodiscard]] std::string list_of_vlans(const nlohmann::json& vids);
[[nodiscard]] std::uint64_t sum_of(const nlohmann::json& object);
/// Of an answer to "sea": a line for each process that could not be asked, and a blank one.
[[nodiscard]] std::string silent_parts(const nlohmann::json& reply);
[[nodiscard]] std::string text_of_number(const nlohmann::json& number);

}  // namespace sealane::cli
