#include "control/app/demo/demo.h"

#include <fmt/core.h>
#include <iostream>
#include <memory>

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

}  // namespace

int run_demo(bool json) {
    const config::Loaded loaded = config::load(demo_text(), "demo.yaml");
    if (!loaded.system) return fail(json, config::to_string(loaded.faults.front()));
    Result<std::unique_ptr<worker::Eal>> environment =
        worker::Eal::start(runtime::needs_of(*loaded.system));
    if (!environment) return fail(json, environment.error().text);
    constexpr std::uint64_t kSeed = 1;  // the demo has no enemies
    Result<std::unique_ptr<runtime::System>> started = runtime::System::start(
        *loaded.system, **environment, {.config_file = "demo.yaml", .seed = kSeed});
    if (!started) return fail(json, started.error().text);

    const DemoReport report = play_all(**started);
    std::cout << (json ? demo_as_json(report) : render_demo(report));
    return report.good ? 0 : 1;
}

}  // namespace sealane::app
