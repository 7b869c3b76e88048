#include "control/app/demo/report.h"

#include <fmt/core.h>
#include <iterator>
#include <nlohmann/json.hpp>

namespace sealane::app {
namespace {

using Text = std::back_insert_iterator<std::string>;

std::uint64_t drops_of(const AdapterTotals& totals) {
    return totals.dropped(Direction::In) + totals.dropped(Direction::Between) +
           totals.dropped(Direction::Out);
}

std::string name_of(MacAddress mac) { return mac.is_broadcast() ? "everybody" : to_string(mac); }

double rate_of(const DemoPlayer::Stream& stream) {
    return stream.seconds > 0 ? static_cast<double>(stream.arrived) / stream.seconds : 0;
}

void render(Text out, const SceneOutcome& outcome) {
    const DemoFrame& frame = outcome.scene.frame;
    fmt::format_to(out, "\n{}\n", outcome.scene.title);
    fmt::format_to(out,
                   "  {:<11} > {} to {}, {}\n",
                   outcome.scene.from,
                   name_of(frame.src),
                   name_of(frame.dst),
                   tags_of(frame));
    for (const Arrival& arrival : outcome.arrivals) {
        fmt::format_to(out, "  {:<11} < {}\n", arrival.adapter, tags_of(arrival.frame));
    }
    if (outcome.scene.drop != Drop::None) {
        fmt::format_to(out, "  dropped     : {}\n", sealane::name_of(outcome.scene.drop));
    }
    if (!outcome.good) {
        fmt::format_to(
            out, "  NOT AS IT SHOULD BE: {} arrivals expected\n", outcome.scene.arrivals.size());
    }
}

void render_accounts(Text out, const DemoReport& report) {
    fmt::format_to(out, "\nevery frame is accounted for\n");
    fmt::format_to(out,
                   "  {:<11} {:>9} {:>9} {:>9} {:>9} {:>9}\n",
                   "adapter",
                   "rx",
                   "admitted",
                   "offered",
                   "tx",
                   "drops");
    for (const runtime::AdapterReport& adapter : report.adapters) {
        const AdapterTotals& totals = adapter.totals;
        fmt::format_to(out,
                       "  {:<11} {:>9} {:>9} {:>9} {:>9} {:>9}\n",
                       adapter.name,
                       totals.rx_frames,
                       totals.admitted,
                       totals.offered,
                       totals.tx_frames,
                       drops_of(totals));
    }
    const AdapterTotals& sum = report.sum;
    fmt::format_to(out,
                   "  admitted {} + copies {} = offered {} + dropped in between {}: {}\n",
                   sum.admitted,
                   sum.copies,
                   sum.offered,
                   sum.dropped(Direction::Between),
                   report.law_holds ? "it adds up" : "IT DOES NOT ADD UP");
}

}  // namespace

std::string render_demo(const DemoReport& report) {
    std::string text;
    const Text out(text);
    fmt::format_to(
        out,
        "demo: one VIOS, three clients, and an outside host behind the SEA's real adapter, "
        "vios1/ent0;\n"
        "all in this process, no root, {}hugepages.  '>' goes in at a port, '<' comes out.\n",
        report.hugepages ? "" : "no ");
    for (const SceneOutcome& outcome : report.scenes) {
        render(out, outcome);
    }
    fmt::format_to(out, "\n60-byte frames as fast as this process makes and takes them\n");
    for (const RaceOutcome& outcome : report.races) {
        fmt::format_to(out,
                       "  {:<36} {} of {} frames, {:.2f} million a second\n",
                       outcome.race.way,
                       outcome.stream.arrived,
                       outcome.stream.sent,
                       rate_of(outcome.stream) / 1e6);
    }
    render_accounts(out, report);
    return text;
}

nlohmann::json demo_as_json(const DemoReport& report) {
    using nlohmann::json;
    json scenes = json::array();
    for (const SceneOutcome& outcome : report.scenes) {
        json arrivals = json::array();
        for (const Arrival& arrival : outcome.arrivals) {
            arrivals.push_back({{"adapter", arrival.adapter}, {"tags", tags_of(arrival.frame)}});
        }
        json scene{{"title", outcome.scene.title},
                   {"from", outcome.scene.from},
                   {"src", to_string(outcome.scene.frame.src)},
                   {"dst", to_string(outcome.scene.frame.dst)},
                   {"tags", tags_of(outcome.scene.frame)},
                   {"arrivals", std::move(arrivals)},
                   {"good", outcome.good}};
        if (outcome.scene.drop != Drop::None) scene["drop"] = sealane::name_of(outcome.scene.drop);
        scenes.push_back(std::move(scene));
    }
    json races = json::array();
    for (const RaceOutcome& outcome : report.races) {
        races.push_back({{"way", outcome.race.way},
                         {"sent", outcome.stream.sent},
                         {"arrived", outcome.stream.arrived},
                         {"frames_per_second", rate_of(outcome.stream)}});
    }
    return {{"schema_version", 1},
            {"hugepages", report.hugepages},
            {"scenes", std::move(scenes)},
            {"races", std::move(races)},
            {"law_holds", report.law_holds},
            {"good", report.good}};
}

}  // namespace sealane::app
