#include "control/app/demo/pair/pair_report.h"

#include <algorithm>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "control/cli/table.h"

namespace sealane::app {
namespace {

using nlohmann::json;

double seconds_of(Duration time) { return std::chrono::duration<double>(time).count(); }
double milliseconds_of(Duration time) { return seconds_of(time) * 1e3; }

const char* way_of(const DemoStream& stream) { return stream.is_outward ? "outward" : "inward"; }

std::string name_of(const DemoStream& stream) {
    return fmt::format("VLAN {} {}", stream.vlan.value, way_of(stream));
}

json outcome_as_json(const DemoStream& stream, const Outcome& outcome) {
    return {{"vlan", stream.vlan.value},
            {"direction", way_of(stream)},
            {"sent", outcome.sent},
            {"lost", outcome.lost},
            {"doubled", outcome.doubled},
            {"reordered", outcome.reordered},
            {"longest_gap_ms", milliseconds_of(outcome.longest_gap)},
            {"resumed", outcome.resumed}};
}

json act_as_json(const PlayedAct& played) {
    json streams = json::array();
    for (std::size_t i = 0; i < played.outcomes.size(); ++i) {
        streams.push_back(outcome_as_json(demo_streams()[i], played.outcomes[i]));
    }
    return {{"name", played.act.name},
            {"title", played.act.title},
            {"carriers", played.carriers},
            {"broken", broken_promises(played)},
            {"streams", std::move(streams)}};
}

std::string outage_table(const std::vector<PlayedAct>& acts) {
    using Align = cli::Table::Align;
    std::vector<cli::Table::Column> columns{{"VLAN", Align::Right}, {"DIRECTION"}};
    for (const PlayedAct& played : acts) {
        columns.push_back({played.act.name, Align::Right});
    }
    cli::Table table(std::move(columns));
    for (std::size_t i = 0; i < demo_streams().size(); ++i) {
        const DemoStream& stream = demo_streams()[i];
        std::vector<std::string> row{std::to_string(stream.vlan.value), way_of(stream)};
        for (const PlayedAct& played : acts) {
            const Outcome& outcome = played.outcomes[i];
            row.push_back(
                fmt::format("{} / {:.1f} ms", outcome.lost, milliseconds_of(outcome.longest_gap)));
        }
        table.add(std::move(row));
    }
    return table.text();
}

/// What neither side needs to tell twice: the hypervisor tells who has a slot, the demo what it
/// commanded.
bool is_told_elsewhere(const std::string& kind, const std::string& what, bool is_hypervisor) {
    if (is_hypervisor) return what.find("has it no more") != std::string::npos;
    return kind == "slot" || kind == "command";
}

}  // namespace

std::vector<std::string> broken_promises(const PlayedAct& played) {
    std::vector<std::string> broken;
    for (std::size_t i = 0; i < played.outcomes.size(); ++i) {
        const Outcome& outcome = played.outcomes[i];
        const std::string name = name_of(demo_streams()[i]);
        if (!outcome.resumed) broken.push_back(name + ": nothing came any more");
        const bool is_whole = outcome.lost + outcome.doubled + outcome.reordered == 0;
        if (!played.act.loses_nothing || is_whole) continue;
        broken.push_back(fmt::format("{}: {} lost, {} doubled, {} reordered, and none may be",
                                     name,
                                     outcome.lost,
                                     outcome.doubled,
                                     outcome.reordered));
    }
    if (played.carriers != played.act.carriers) {
        broken.push_back(fmt::format("{}, and it should be {}",
                                     render_carriers(played.carriers),
                                     render_carriers(played.act.carriers)));
    }
    return broken;
}

bool is_good(const PairReport& report) {
    return report.fault.empty() && report.acts.size() == demo_acts().size() &&
           std::ranges::all_of(report.acts, [](const PlayedAct& played) {
               return broken_promises(played).empty();
           });
}

std::string render_carriers(const std::vector<int>& carriers) {
    std::string text;
    for (std::size_t i = 0; i < carriers.size(); ++i) {
        const bool goes_on = i > 0 && carriers[i] == carriers[i - 1];
        if (i > 0 && !goes_on) text += ", ";
        text += fmt::format("{}{}", goes_on ? " " : "VLAN ", demo_vlans()[i].value);
        const bool ends = i + 1 == carriers.size() || carriers[i + 1] != carriers[i];
        if (ends) text += carriers[i] == 0 ? " by nobody" : fmt::format(" by vios{}", carriers[i]);
    }
    return text;
}

std::string render_entry(const TimelineEntry& entry) {
    if (entry.who.empty()) return fmt::format("{:>7.3f} s  {}\n", seconds_of(entry.at), entry.what);
    return fmt::format("{:>7.3f} s    {:<11} {:<27}  {}\n",
                       seconds_of(entry.at),
                       entry.who,
                       entry.what,
                       entry.cause);
}

std::string pair_introduction() {
    return fmt::format(
        "\na frame of three processes, the hypervisor, vios1 and vios2, that is about to be "
        "ill-treated: a "
        "client in\neach of VLANs 1 to 4 and a host behind a switch outside send each other {} "
        "numbered "
        "frames a second\n\n",
        kProbesPerSecond);
}

std::string render_outages(const PairReport& report) {
    std::string text;
    if (!report.acts.empty()) {
        text +=
            "\nframes lost, and the longest gap: how long a frame that was due did not come, nor "
            "a later one\n" +
            outage_table(report.acts);
    }
    for (const PlayedAct& played : report.acts) {
        for (const std::string& promise : broken_promises(played)) {
            text += fmt::format("NOT AS IT SHOULD BE, {}: {}\n", played.act.name, promise);
        }
    }
    if (!report.fault.empty()) text += fmt::format("NOT AS IT SHOULD BE: {}\n", report.fault);
    return text;
}

json pair_as_json(const PairReport& report) {
    json timeline = json::array();
    for (const TimelineEntry& entry : report.timeline) {
        timeline.push_back({{"at_s", seconds_of(entry.at)},
                            {"who", entry.who},
                            {"what", entry.what},
                            {"cause", entry.cause}});
    }
    json acts = json::array();
    for (const PlayedAct& played : report.acts) {
        acts.push_back(act_as_json(played));
    }
    json all{
        {"timeline", std::move(timeline)}, {"acts", std::move(acts)}, {"good", is_good(report)}};
    if (!report.fault.empty()) all["fault"] = report.fault;
    return all;
}

std::vector<TimelineEntry> entries_of(const json& reply,
                                      bool is_hypervisor,
                                      Duration now,
                                      std::uint64_t& after) {
    std::vector<TimelineEntry> entries;
    for (const json& event : reply.at("events")) {
        const auto number = event.at("number").get<std::uint64_t>();
        if (number <= after) continue;
        after = number;
        const auto what = event.at("what").get<std::string>();
        if (is_told_elsewhere(event.at("kind").get<std::string>(), what, is_hypervisor)) continue;
        const std::chrono::duration<double> age(event.at("age_s").get<double>());
        entries.push_back({.at = now - std::chrono::duration_cast<Duration>(age),
                           .who = event.at("sea").get<std::string>(),
                           .what = what,
                           .cause = event.at("cause").get<std::string>()});
    }
    return entries;
}

}  // namespace sealane::app
