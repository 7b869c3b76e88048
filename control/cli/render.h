// The daemon's replies as text for people: the same objects that --json prints.  Pure.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

namespace sealane::cli {

// Each takes a reply in the shape of control/rpc/replies.h and throws nlohmann's exception on
// another.
[[nodiscard]] std::string render_show(const nlohmann::json& reply);
[[nodiscard]] std::string render_stats(const nlohmann::json& reply);
/// What happened between two stats replies, per second of the daemon's own clock.
[[nodiscard]] std::string render_rates(const nlohmann::json& before, const nlohmann::json& after);
[[nodiscard]] std::string render_drops(const nlohmann::json& reply);
[[nodiscard]] std::string render_vlan(const nlohmann::json& reply);
[[nodiscard]] std::string render_sea(const nlohmann::json& reply);
/// The High Availability block of each SEA, of the same reply.
[[nodiscard]] std::string render_pairs(const nlohmann::json& reply);
[[nodiscard]] std::string render_sea_set(const nlohmann::json& reply);
/// A line each, oldest first.
[[nodiscard]] std::string render_events(const nlohmann::json& reply);
[[nodiscard]] std::string render_addresses(const nlohmann::json& reply);
[[nodiscard]] std::string render_impair(const nlohmann::json& reply);
/// Of attach_reply().
[[nodiscard]] std::string render_attach(const nlohmann::json& reply);
[[nodiscard]] std::string render_version(const nlohmann::json& reply);

/// What --json prints in place of an answer.
[[nodiscard]] std::string error_as_json(const std::string& text);

}  // namespace sealane::cli
