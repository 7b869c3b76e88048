#include "control/app/demo/demo.h"

#include <algorithm>
#include <fmt/core.h>
#include <memory>
#include <string>
#include <vector>

#include "control/app/demo/player.h"
#include "control/app/demo/text.h"
#include "control/config/load.h"
#include "control/runtime/system.h"
#include "dataplane/worker/eal.h"

namespace sealane::app {
namespace {

constexpr MacAddress kLpar1{0x0200'0000'0001};
constexpr MacAddress kLpar2{0x0200'0000'0002};
constexpr MacAddress kLpar3{0x0200'0000'0003};
constexpr MacAddress kOutside{0x0200'0000'0099};
constexpr MacAddress kEverybody{0xffff'ffff'ffff};
constexpr VlanId kTen{10};

const std::string kUplink = "vios1/ent0";
const std::vector<std::string> kAdapters{"lpar1/ent0", "lpar2/ent0", "lpar3/ent0", kUplink};

/// One frame, and all that must come of it.
struct Scene {
    std::string title;
    std::string from;
    DemoFrame frame;
    std::vector<Arrival> arrivals;
    Drop drop = Drop::None;  ///< Under which it must be counted, if nothing arrives.
};

std::vector<Scene> scenes() {
    const auto untagged = [](MacAddress src, MacAddress dst) { return DemoFrame{src, dst, {}}; };
    const auto tagged = [](MacAddress src, MacAddress dst) { return DemoFrame{src, dst, kTen}; };
    return {
        {"lpar1 looks for somebody: a broadcast in its VLAN, 1, reaches all of it, and the outside",
         "lpar1/ent0",
         untagged(kLpar1, kEverybody),
         {{"lpar2/ent0", untagged(kLpar1, kEverybody)}, {kUplink, untagged(kLpar1, kEverybody)}}},
        {"the outside host answers: through the SEA to lpar1, and to nobody else",
         kUplink,
         untagged(kOutside, kLpar1),
         {{"lpar1/ent0", untagged(kOutside, kLpar1)}}},
        {"lpar1 answers: an address that no client has goes to the outside only",
         "lpar1/ent0",
         untagged(kLpar1, kOutside),
         {{kUplink, untagged(kLpar1, kOutside)}}},
        {"lpar3 is in VLAN 10 and knows nothing of tags; the switch puts them on",
         "lpar3/ent0",
         untagged(kLpar3, kEverybody),
         {{"lpar2/ent0", tagged(kLpar3, kEverybody)}, {kUplink, tagged(kLpar3, kEverybody)}}},
        {"the outside answers in VLAN 10, and lpar3 gets it without the tag",
         kUplink,
         tagged(kOutside, kLpar3),
         {{"lpar3/ent0", untagged(kOutside, kLpar3)}}},
        {"lpar2 has VLAN 10 as an additional VLAN and speaks to lpar3 in it",
         "lpar2/ent0",
         tagged(kLpar2, kLpar3),
         {{"lpar3/ent0", untagged(kLpar2, kLpar3)}}},
        {"lpar1 is no member of VLAN 10: its tag doesn't let it in",
         "lpar1/ent0",
         tagged(kLpar1, kLpar3),
         {},
         Drop::IngressVlan},
        {"nor does a second tag behind that of its own VLAN",
         "lpar1/ent0",
         {kLpar1, kLpar3, VlanId{1}, kTen},
         {},
         Drop::DoubleTag},
        {"and a frame of its own that the outside sends back is not taken in again",
         kUplink,
         untagged(kLpar1, kEverybody),
         {},
         Drop::LocalSource},
    };
}

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

bool play(DemoPlayer& player, const runtime::System& system, const Scene& scene) {
    const std::uint64_t drops_before = dropped(system, scene.drop);
    const std::vector<Arrival> arrivals = player.play(scene.from, scene.frame);

    fmt::print("\n{}\n", scene.title);
    fmt::print("  {:<11} > {} to {}, {}\n",
               scene.from,
               to_string(scene.frame.src),
               scene.frame.dst.is_broadcast() ? "everybody" : to_string(scene.frame.dst),
               tags_of(scene.frame));
    for (const Arrival& arrival : arrivals) {
        fmt::print("  {:<11} < {}\n", arrival.adapter, tags_of(arrival.frame));
    }
    if (scene.drop != Drop::None) fmt::print("  dropped     : {}\n", name_of(scene.drop));

    const bool counted =
        scene.drop == Drop::None || dropped(system, scene.drop) == drops_before + 1;
    if (arrivals == scene.arrivals && counted) return true;
    fmt::print("  NOT AS IT SHOULD BE: {} arrivals expected\n", scene.arrivals.size());
    return false;
}

bool play_stream(DemoPlayer& player,
                 const std::string& to,
                 const DemoFrame& frame,
                 const std::string& way) {
    constexpr std::uint64_t kFrames = 500'000;
    const DemoPlayer::Stream stream = player.stream("lpar1/ent0", to, frame, kFrames);
    fmt::print("  {:<36} {} of {} frames, {:.2f} million a second\n",
               way,
               stream.arrived,
               stream.sent,
               static_cast<double>(stream.arrived) / stream.seconds / 1e6);
    return stream.arrived == kFrames;
}

bool account(const runtime::System& system) {
    fmt::print("\nevery frame is accounted for\n");
    fmt::print("  {:<11} {:>9} {:>9} {:>9} {:>9} {:>9}\n",
               "adapter",
               "rx",
               "admitted",
               "offered",
               "tx",
               "drops");
    bool holds = true;
    for (const runtime::AdapterReport& adapter : system.adapters()) {
        const AdapterTotals& totals = adapter.totals;
        const std::uint64_t drops = totals.dropped(Direction::In) +
                                    totals.dropped(Direction::Between) +
                                    totals.dropped(Direction::Out);
        fmt::print("  {:<11} {:>9} {:>9} {:>9} {:>9} {:>9}\n",
                   adapter.name,
                   totals.rx_frames,
                   totals.admitted,
                   totals.offered,
                   totals.tx_frames,
                   drops);
        holds =
            holds && inward_law_holds(totals) && outward_law_holds(totals, adapter.port.pending);
    }
    const AdapterTotals sum = sum_of(system);
    holds = holds && whole_law_holds(sum);
    fmt::print("  admitted {} + copies {} = offered {} + dropped in between {}: {}\n",
               sum.admitted,
               sum.copies,
               sum.offered,
               sum.dropped(Direction::Between),
               holds ? "it adds up" : "IT DOES NOT ADD UP");
    return holds;
}

int fail(const std::string& why) {
    fmt::print(stderr, "sealane demo: {}\n", why);
    return 1;
}

}  // namespace

int run_demo() {
    const config::Loaded loaded = config::load(kDemoText, "demo.yaml");
    if (!loaded.system) return fail(config::to_string(loaded.faults.front()));
    Result<std::unique_ptr<worker::Eal>> environment =
        worker::Eal::start(runtime::needs_of(*loaded.system));
    if (!environment) return fail(environment.error().text);
    constexpr std::uint64_t kSeed = 1;  // the demo has no enemies
    Result<std::unique_ptr<runtime::System>> started =
        runtime::System::start(*loaded.system, **environment, "demo.yaml", kSeed);
    if (!started) return fail(started.error().text);
    runtime::System& system = **started;

    fmt::print(
        "demo: one VIOS, three clients, and an outside host behind the SEA's real adapter, "
        "vios1/ent0;\n");
    fmt::print(
        "all in this process, no root, {}hugepages.  '>' goes in at a port, '<' comes out.\n",
        (*environment)->profile().hugepages ? "" : "no ");

    DemoPlayer player(system, kAdapters);
    bool good = true;
    for (const Scene& scene : scenes()) {
        good = play(player, system, scene) && good;
    }
    fmt::print("\n60-byte frames as fast as this process makes and takes them\n");
    good =
        play_stream(player, "lpar2/ent0", {kLpar1, kLpar2, {}}, "lpar1 > switch > lpar2") && good;
    good = play_stream(player, kUplink, {kLpar1, kOutside, {}}, "lpar1 > switch > SEA > outside") &&
           good;
    good = system.settle(5) && account(system) && good;
    fmt::print("\n{}\n", good ? "all as it should be" : "something is wrong: see above");
    return good ? 0 : 1;
}

}  // namespace sealane::app
