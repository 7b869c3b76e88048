#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "control/cli/render.h"
#include "control/cli/render_parts.h"
#include "control/cli/table.h"

namespace sealane::cli {

using nlohmann::json;
using Align = Table::Align;

namespace {

/// The growth of a number; a daemon that was started anew begins at zero.
double growth(std::uint64_t before, std::uint64_t after) {
    return after < before ? static_cast<double>(after) : static_cast<double>(after - before);
}

std::string rate_of(const json& before, const json& after, const char* name, double per) {
    const auto number = [name](const json& adapter) {
        return adapter.at(name).get<std::uint64_t>();
    };
    return fmt::format("{:.1f}", growth(number(before), number(after)) / per);
}

std::string count_in(const json& reasons, const std::string& reason) {
    return reasons.contains(reason) ? text_of_number(reasons.at(reason)) : kNothing;
}

}  // namespace

std::string render_stats(const json& reply) {
    Table table({{"ADAPTER", Align::Left},
                 {"RX FRAMES", Align::Right},
                 {"RX BYTES", Align::Right},
                 {"ADMITTED", Align::Right},
                 {"OFFERED", Align::Right},
                 {"TX FRAMES", Align::Right},
                 {"TX BYTES", Align::Right},
                 {"COPIES", Align::Right},
                 {"MERGED", Align::Right},
                 {"PENDING", Align::Right},
                 {"DROPPED", Align::Right}});
    const json& adapters = reply.at("adapters");
    for (const std::string& name : names_in_order(adapters)) {
        const json& adapter = adapters.at(name);
        table.add({name,
                   text_of_number(adapter.at("rx_frames")),
                   text_of_number(adapter.at("rx_bytes")),
                   text_of_number(adapter.at("admitted")),
                   text_of_number(adapter.at("offered")),
                   text_of_number(adapter.at("tx_frames")),
                   text_of_number(adapter.at("tx_bytes")),
                   text_of_number(adapter.at("copies")),
                   text_of_number(adapter.at("merged")),
                   text_of_number(adapter.at("pending")),
                   std::to_string(sum_of(adapter.at("drops")))});
    }
    return table.text();
}

std::string render_rates(const json& before, const json& after) {
    Table table({{"ADAPTER", Align::Left},
                 {"RX FRAMES/S", Align::Right},
                 {"RX MBIT/S", Align::Right},
                 {"TX FRAMES/S", Align::Right},
                 {"TX MBIT/S", Align::Right},
                 {"DROPPED/S", Align::Right}});
    constexpr double kBytesPerMbit = 125'000;
    const double passed = after.at("uptime_s").get<double>() - before.at("uptime_s").get<double>();
    const double seconds = passed > 0 ? passed : 1;
    const json& adapters = after.at("adapters");
    for (const std::string& name : names_in_order(adapters)) {
        if (!before.at("adapters").contains(name)) continue;
        const json& old = before.at("adapters").at(name);
        const json& now = adapters.at(name);
        const double dropped = growth(sum_of(old.at("drops")), sum_of(now.at("drops")));
        table.add({name,
                   rate_of(old, now, "rx_frames", seconds),
                   rate_of(old, now, "rx_bytes", seconds * kBytesPerMbit),
                   rate_of(old, now, "tx_frames", seconds),
                   rate_of(old, now, "tx_bytes", seconds * kBytesPerMbit),
                   fmt::format("{:.1f}", dropped / seconds)});
    }
    return table.text();
}

std::string render_drops(const json& reply) {
    const json& reasons = reply.at("reasons");
    if (reasons.empty()) return "no frame was dropped\n";
    Table table({{"REASON", Align::Left},
                 {"ADAPTER", Align::Left},
                 {"IN", Align::Right},
                 {"BETWEEN", Align::Right},
                 {"OUT", Align::Right}});
    Table meanings({{"REASON", Align::Left}, {"FRAMES", Align::Right}, {"MEANING", Align::Left}});
    const json& adapters = reply.at("adapters");
    const auto names = names_in_order(adapters);
    for (const auto& [reason, summary] : reasons.items()) {
        for (const std::string& name : names) {
            const json& adapter = adapters.at(name);
            std::vector<std::string> row{reason, name};
            for (const char* way : {"in", "between", "out"}) {
                row.push_back(count_in(adapter.at(way), reason));
            }
            const bool happened = row[2] != kNothing || row[3] != kNothing || row[4] != kNothing;
            if (happened) table.add(std::move(row));
        }
        meanings.add({reason,
                      text_of_number(summary.at("total")),
                      summary.at("meaning").get<std::string>()});
    }
    return table.text() + "\n" + meanings.text();
}

}  // namespace sealane::cli
