// What came of the demo, and how it is told.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "control/app/demo/scenes.h"
#include "control/runtime/report.h"

namespace sealane::app {

struct SceneOutcome {
    Scene scene;
    std::vector<Arrival> arrivals;
    bool good = false;
};

struct RaceOutcome {
    Race race;
    DemoPlayer::Stream stream;
    bool good = false;
};

struct DemoReport {
    bool hugepages = false;
    std::vector<SceneOutcome> scenes;
    std::vector<RaceOutcome> races;
    std::vector<runtime::AdapterReport> adapters;
    AdapterTotals sum;       ///< Of all adapters.
    bool law_holds = false;  ///< Every frame is accounted for.
    bool good = false;       ///< All of it.
};

[[nodiscard]] std::string render_demo(const DemoReport& report);
[[nodiscard]] nlohmann::json demo_as_json(const DemoReport& report);

}  // namespace sealane::app
