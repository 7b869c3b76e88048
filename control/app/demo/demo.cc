#include "control/app/demo/demo.h"

#include <fmt/core.h>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>

#include "control/app/demo/pair/pair_report.h"
#include "control/app/demo/pair/scratch.h"
#include "control/app/demo/pair/stage.h"
#include "control/app/demo/player.h"
#include "control/app/demo/report.h"
#include "control/app/demo/scenes.h"
#include "control/app/demo/text.h"
#include "control/cli/render.h"
#include "control/config/load.h"
#include "control/runtime/system.h"
#include "dataplane/worker/eal.h"

namespace sealane::app {
namespace {

AdapterTotals sum_of(const runtime::System& system) {
    AdapterTotals sum;
    for (const runtime::AdapterReport& adapter : system.adapters()) {
        sum.add(adapter.totals);
    }
    return sum;
}

std::uint64_t dropped(const runtime::System& system, Drop why) {
    const AdapterTotals sum = sum_of(system);
    return sum.dropped(Direction::In, why) + sum.dropped(Direction::Between, why) +
           sum.dropped(Direction::Out, why);
}

SceneOutcome play(DemoPlayer& player, const runtime::System& system, const Scene& scene) {
    const std::uint64_t drops_before = dropped(system, scene.drop);
    SceneOutcome outcome{.scene = scene, .arrivals = player.play(scene.from, scene.frame)};
    const bool counted =
        scene.drop == Drop::None || dropped(system, scene.drop) == drops_before + 1;
    outcome.good = outcome.arrivals == scene.arrivals && counted;
    return outcome;
}

RaceOutcome run(DemoPlayer& player, const Race& race) {
    constexpr std::uint64_t kFrames = 500'000;
    RaceOutcome outcome{.race = race,
                        .stream = player.stream(race.from, race.to, race.frame, kFrames)};
    outcome.good = outcome.stream.sent > 0 && outcome.stream.arrived == outcome.stream.sent;
    return outcome;
}

DemoReport play_all(runtime::System& system) {
    DemoReport report{.hugepages = system.system().hugepages};
    DemoPlayer player(system, demo_adapters());
    bool good = true;
    for (const Scene& scene : demo_scenes()) {
        report.scenes.push_back(play(player, system, scene));
        good = good && report.scenes.back().good;
    }
    for (const Race& race : demo_races()) {
        report.races.push_back(run(player, race));
        good = good && report.races.back().good;
    }
    const bool at_rest = system.settle(5);
    report.adapters = system.adapters();
    report.sum = sum_of(system);
    report.law_holds = at_rest && whole_law_holds(report.sum);
    for (const runtime::AdapterReport& adapter : report.adapters) {
        report.law_holds = report.law_holds && inward_law_holds(adapter.totals) &&
                           outward_law_holds(adapter.totals, adapter.port.pending);
    }
    report.good = good && report.law_holds;
    return report;
}

int fail(bool json, const std::string& why) {
    fmt::print(stderr, "sealane demo: {}\n", why);
    if (json) std::cout << cli::error_as_json("sealane demo: " + why);
    return 1;
}

/// configs/demo.yaml, all of it in this process.
Result<DemoReport> play_alone() {
    const config::Loaded loaded = config::load(demo_text(), "demo.yaml");
    if (!loaded.system) return Error{config::to_string(loaded.faults.front())};
    Result<std::unique_ptr<worker::Eal>> environment =
        worker::Eal::start(runtime::needs_of(*loaded.system));
    if (!environment) return environment.error();
    constexpr std::uint64_t kSeed = 1;  // the demo has no enemies
    Result<std::unique_ptr<runtime::System>> started = runtime::System::start(
        *loaded.system, **environment, {.config_file = "demo.yaml", .seed = kSeed});
    if (!started) return started.error();
    return play_all(**started);
}

}  // namespace

int run_demo(bool json) {
    const Result<Scratch> scratch = Scratch::make();  // forks, so it comes before everything else
    if (!scratch) return fail(json, scratch.error().text);
    const Result<DemoReport> switched = play_alone();
    if (!switched) return fail(json, switched.error().text);
    if (!json) std::cout << render_demo(*switched) << pair_introduction() << std::flush;
    // Nobody sees the rest where this could not be written.
    if (!std::cout.good()) return 1;

    const PairReport pair = play_pair(*scratch, [json](const TimelineEntry& entry) {
        if (!json) std::cout << render_entry(entry) << std::flush;
    });
    const bool good = switched->good && is_good(pair);
    if (json) {
        nlohmann::json all = demo_as_json(*switched);
        all["pair"] = pair_as_json(pair);
        all["good"] = good;
        std::cout << all.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) << '\n';
    } else {
        std::cout << render_outages(pair)
                  << (good ? "\nall as it should be\n" : "\nsomething is wrong: see above\n");
    }
    return good ? 0 : 1;
}

}  // namespace sealane::app
