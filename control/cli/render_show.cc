#include <cmath>
#include <fmt/format.h>
#include <map>
#include <nlohmann/json.hpp>

#include "control/cli/render.h"
#include "control/cli/render_parts.h"
#include "control/cli/table.h"

namespace sealane::cli {

using nlohmann::json;
using Align = Table::Align;

namespace {

std::string text_of_seconds(double seconds) {
    const auto whole = static_cast<std::uint64_t>(std::max(0.0, seconds));
    if (whole < 60) return fmt::format("{} s", whole);
    if (whole < 3'600) return fmt::format("{} min {} s", whole / 60, whole % 60);
    if (whole < 86'400) return fmt::format("{} h {} min", whole / 3'600, whole % 3'600 / 60);
    return fmt::format("{} d {} h", whole / 86'400, whole % 86'400 / 3'600);
}

std::string state_of(const json& adapter) {
    if (!adapter.at("enabled").get<bool>()) return "disabled";
    return adapter.at("port").at("up").get<bool>() ? "up" : "down";
}

std::string slot_of(const json& adapter) {
    if (!adapter.contains("slot")) return kNothing;
    const json& slot = adapter.at("slot");
    if (slot.at("active").get<bool>()) return "active";
    const auto holder = slot.at("holder").get<std::string>();
    return holder.empty() ? "free" : "held by " + holder;
}

std::string mac_of(const json& adapter) {
    const bool has_one = adapter.contains("mac") && adapter.at("mac").is_string();
    return has_one ? adapter.at("mac").get<std::string>() : kNothing;
}

/// "  acked: csum, tso4, …" in lines of a terminal's width.
std::string listed(const std::string& head, const std::vector<std::string>& names) {
    constexpr std::size_t kWidth = 100;
    std::string text, line = fmt::format("  {}:", head);
    for (std::size_t i = 0; i < names.size(); ++i) {
        const std::string word = names[i] + (i + 1 < names.size() ? "," : "");
        if (line.size() + 1 + word.size() > kWidth) {
            text += line + "\n";
            line = "   ";
        }
        line += " " + word;
    }
    return text + line + "\n";
}

/// What a port and its peer can agree on; with a peer, also why they did not agree on the rest.
std::string text_of_features(const json& adapter) {
    if (!adapter.at("port").contains("features")) return {};
    std::vector<std::string> offered, acked;
    std::map<std::string, std::vector<std::string>> missing;  // why -> names
    for (const json& feature : adapter.at("port").at("features")) {
        const auto name = feature.at("name").get<std::string>();
        if (feature.at("offered").get<bool>()) offered.push_back(name);
        if (feature.at("acked").get<bool>()) {
            acked.push_back(name);
        } else if (adapter.at("port").at("up").get<bool>()) {
            missing[feature.at("why_not").get<std::string>()].push_back(name);
        }
    }
    if (acked.empty()) acked.emplace_back(kNothing);
    std::string text = fmt::format("\n{}\n", adapter.at("name").get<std::string>());
    text += listed("offered", offered) + listed("acked", acked);
    for (const auto& [why, names] : missing) {
        text += listed(fmt::format("not acked ({})", why), names);
    }
    return text;
}

}  // namespace

std::string render_show(const json& reply) {
    const auto part = reply.at("part").get<std::string>();
    std::string text =
        fmt::format("{}{} ({}): up {}, {} worker{}, {} of {} buffers in use, {}hugepages\n\n",
                    reply.at("system").get<std::string>(),
                    part.empty() ? "" : " as " + part,
                    reply.at("config_file").get<std::string>(),
                    text_of_seconds(reply.at("uptime_s").get<double>()),
                    reply.at("workers").get<int>(),
                    reply.at("workers").get<int>() == 1 ? "" : "s",
                    reply.at("buffers_in_use").get<std::uint64_t>(),
                    reply.at("buffers").get<std::uint64_t>(),
                    reply.at("hugepages").get<bool>() ? "" : "no ");
    Table table({{"ADAPTER", Align::Left},
                 {"ROLE", Align::Left},
                 {"STATE", Align::Left},
                 {"MAC", Align::Left},
                 {"VSWITCH", Align::Left},
                 {"PVID", Align::Right},
                 {"VIDS", Align::Left},
                 {"SLOT", Align::Left},
                 {"MTU", Align::Right},
                 {"WORKER", Align::Right},
                 {"PORT", Align::Left},
                 {"DETAIL", Align::Left}});
    std::string features;
    for (const json& adapter : reply.at("adapters")) {
        features += text_of_features(adapter);
        const bool is_virtual = adapter.contains("vswitch");
        table.add({adapter.at("name").get<std::string>(),
                   adapter.at("role").get<std::string>(),
                   state_of(adapter),
                   mac_of(adapter),
                   is_virtual ? adapter.at("vswitch").get<std::string>() : kNothing,
                   is_virtual ? text_of_number(adapter.at("pvid")) : kNothing,
                   is_virtual ? list_of_vlans(adapter.at("vids")) : kNothing,
                   slot_of(adapter),
                   text_of_number(adapter.at("mtu")),
                   text_of_number(adapter.at("worker")),
                   adapter.at("port").at("type").get<std::string>(),
                   adapter.at("port").at("detail").get<std::string>()});
    }
    return text + table.text() + features;
}

std::string render_version(const json& reply) {
    return fmt::format("sealane {}\n{}\nbuilt for {}\nsums checksums with {}\n",
                       reply.at("version").get<std::string>(),
                       reply.at("dpdk").get<std::string>(),
                       reply.at("isa").get<std::string>(),
                       reply.at("checksums").get<std::string>());
}

}  // namespace sealane::cli
