// What the demo plays: each frame, and all that must come of it.
#pragma once

#include <string>
#include <vector>

#include "control/app/demo/player.h"
#include "dataplane/base/drop.h"

namespace sealane::app {

/// One frame, and all that must come of it.
struct Scene {
    std::string title;
    std::string from;
    DemoFrame frame;
    std::vector<Arrival> arrivals;
    Drop drop = Drop::None;  ///< Under which it must be counted, if nothing arrives.
};

/// Every ring port of configs/demo.yaml; the last is the SEA's real adapter, the outside.
[[nodiscard]] std::vector<std::string> demo_adapters();

/// In the order in which they are played: later ones rely on what earlier ones taught the switch.
[[nodiscard]] std::vector<Scene> demo_scenes();

/// A stream of one frame again and again, to see how fast it goes.
struct Race {
    std::string way;
    std::string from, to;
    DemoFrame frame;
};
[[nodiscard]] std::vector<Race> demo_races();

}  // namespace sealane::app
