#include <algorithm>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "control/cli/render.h"
#include "control/cli/render_parts.h"
#include "control/cli/table.h"

namespace sealane::cli {

using nlohmann::json;
using Align = Table::Align;

namespace {

/// VLANs side by side; more of them are continued below.
constexpr std::size_t kVlansAcross = 20;

std::string matrix_of(const std::string& vswitch,
                      const json& adapters,
                      const std::vector<std::string>& vlans) {
    std::vector<Table::Column> columns{{vswitch, Align::Left}};
    for (const std::string& vlan : vlans) {
        columns.push_back({vlan, Align::Right});
    }
    Table table(std::move(columns));
    for (const std::string& name : names_in_order(adapters)) {
        std::vector<std::string> row{name};
        for (const std::string& vlan : vlans) {
            const json& member = adapters.at(name);
            row.push_back(member.contains(vlan) ? member.at(vlan).get<std::string>() : kNothing);
        }
        table.add(std::move(row));
    }
    return table.text() + "\n";
}

std::string age_of(const json& entry) {
    if (entry.at("kind") != "learned") return kNothing;
    return text_of_number(entry.at("age_s")) + " s";
}

Table side_table(const json& seas) {
    Table table({{"SEA", Align::Left},
                 {"SIDE", Align::Left},
                 {"RX FRAMES", Align::Right},
                 {"RX BYTES", Align::Right},
                 {"TX FRAMES", Align::Right},
                 {"TX BYTES", Align::Right},
                 {"DROPPED", Align::Right}});
    for (const json& sea : seas) {
        for (const char* side : {"real", "virtual"}) {
            const json& totals = sea.at(std::string(side) + "_side");
            table.add({sea.at("name").get<std::string>(),
                       side,
                       text_of_number(totals.at("rx_frames")),
                       text_of_number(totals.at("rx_bytes")),
                       text_of_number(totals.at("tx_frames")),
                       text_of_number(totals.at("tx_bytes")),
                       std::to_string(sum_of(totals.at("drops")))});
        }
    }
    return table;
}

Table trunk_table(const json& seas) {
    Table table({{"SEA", Align::Left},
                 {"TRUNK ADAPTER", Align::Left},
                 {"PVID", Align::Right},
                 {"VIDS", Align::Left},
                 {"DEFAULT", Align::Left},
                 {"SLOT", Align::Left}});
    for (const json& sea : seas) {
        for (const json& trunk : sea.at("trunks")) {
            table.add({sea.at("name").get<std::string>(),
                       trunk.at("adapter").get<std::string>(),
                       text_of_number(trunk.at("pvid")),
                       list_of_vlans(trunk.at("vids")),
                       trunk.at("default").get<bool>() ? "yes" : kNothing,
                       trunk.at("active").get<bool>() ? "active" : kNothing});
        }
    }
    return table;
}

}  // namespace

std::string render_vlan(const json& reply) {
    std::string text;
    const json& vswitches = reply.at("vswitches");
    for (const std::string& name : names_in_order(vswitches)) {
        const json& vswitch = vswitches.at(name);
        std::vector<std::string> vlans;
        for (const json& vlan : vswitch.at("vlans")) {
            vlans.push_back(text_of_number(vlan));
        }
        for (std::size_t i = 0; i < vlans.size(); i += kVlansAcross) {
            const auto begin = vlans.begin() + static_cast<std::ptrdiff_t>(i);
            const std::size_t across = std::min(kVlansAcross, vlans.size() - i);
            text += matrix_of(
                name, vswitch.at("adapters"), {begin, begin + static_cast<std::ptrdiff_t>(across)});
        }
    }
    return text + "U leaves untagged, T leaves tagged, – no member\n";
}

std::string render_sea(const json& reply) {
    const json& seas = reply.at("seas");
    if (seas.empty()) return silent_parts(reply) + "no Shared Ethernet Adapter runs here\n";
    Table table({{"SEA", Align::Left},
                 {"REAL ADAPTER", Align::Left},
                 {"LINK", Align::Left},
                 {"HA MODE", Align::Left},
                 {"PRIORITY", Align::Right},
                 {"STATE", Align::Left},
                 {"BRIDGE MODE", Align::Left},
                 {"SINCE", Align::Right},
                 {"PRIMARY", Align::Right},
                 {"BACKUP", Align::Right},
                 {"FLIP-FLOP", Align::Right},
                 {"BECAUSE", Align::Left}});
    for (const json& sea : seas) {
        const json& pair = sea.at("pair");
        const auto of_pair = [&](const char* key) {
            return pair.is_null() ? std::string("–") : text_of_number(pair.at(key));
        };
        table.add({sea.at("name").get<std::string>(),
                   sea.at("real_adapter").get<std::string>(),
                   sea.at("real_up").get<bool>() ? "up" : "down",
                   sea.at("ha_mode").get<std::string>(),
                   text_of_number(sea.at("priority")),
                   sea.at("state").get<std::string>(),
                   sea.at("bridge_mode").get<std::string>(),
                   pair.is_null() ? "–" : fmt::format("{:.0f} s", pair.at("since_s").get<double>()),
                   of_pair("times_primary"),
                   of_pair("times_backup"),
                   of_pair("flip_flop"),
                   pair.is_null() ? "–" : pair.at("reason").get<std::string>()});
    }
    return silent_parts(reply) + table.text() + "\n" + trunk_table(seas).text() + "\n" +
           side_table(seas).text();
}

std::string render_addresses(const json& reply) {
    Table table({{"VSWITCH", Align::Left},
                 {"VLAN", Align::Right},
                 {"MAC", Align::Left},
                 {"ADAPTER", Align::Left},
                 {"KIND", Align::Left},
                 {"AGE", Align::Right}});
    for (const json& entry : reply.at("entries")) {
        table.add({entry.at("vswitch").get<std::string>(),
                   text_of_number(entry.at("vlan")),
                   entry.at("mac").get<std::string>(),
                   entry.at("adapter").get<std::string>(),
                   entry.at("kind").get<std::string>(),
                   age_of(entry)});
    }
    std::string text = table.is_empty() ? "" : table.text();
    if (reply.at("truncated").get<bool>()) text += "… and more: see --limit\n";
    text += text.empty() ? "" : "\n";
    for (const json& one : reply.at("tables")) {
        text += fmt::format(
            "{}: {} of {} addresses; learned {}, moved {}, aged {}, evicted {}, refused {}\n",
            one.at("vswitch").get<std::string>(),
            text_of_number(one.at("size")),
            text_of_number(one.at("capacity")),
            text_of_number(one.at("added")),
            text_of_number(one.at("moved")),
            text_of_number(one.at("aged")),
            text_of_number(one.at("evicted")),
            text_of_number(one.at("refused")));
    }
    return text;
}

}  // namespace sealane::cli
