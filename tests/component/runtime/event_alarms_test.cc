// Each alarm of a group as `sealane events` prints it, by its command line's own code, of agents
// that run.
//
// What the check of a file refuses before a start (two on one priority, other VLANs, somebody else
// on the control channel) is set here in the model behind it: an alarm is for what nobody foresaw.
#include <algorithm>
#include <nlohmann/json.hpp>
#include <sstream>

#include "control/cli/remote.h"
#include "control/rpc/methods.h"
#include "control/runtime/clock.h"
#include "tests/component/runtime/runtime_test.h"
#include "tests/unit/rpc/running_server.h"

namespace sealane::runtime {
namespace {

using namespace std::chrono_literals;

constexpr const char* kFoundPair = R"(
system: f
vswitches: [{name: E, unknown_unicast: flood}]
partitions:
  - name: vios1
    type: vios
    adapters:
      - {name: ent0, type: physical, port: {type: ring}}
      - {name: ent3, type: virtual, vswitch: E, pvid: 1, vids: [10], trunk_priority: 1}
      - {name: ent5, type: virtual, vswitch: E, pvid: 100, impair: {}}
    seas:
      - {name: ent6, real_adapter: ent0, virt_adapters: [ent3], pvid_adapter: ent3, pvid: 1,
         ctl_chan: ent5, ha_mode: auto, health_time: 0, keepalive_ms: 100, lease_ms: 2000}
  - name: vios2
    type: vios
    adapters:
      - {name: ent0, type: physical, port: {type: ring}}
      - {name: ent3, type: virtual, vswitch: E, pvid: 1, vids: [10], trunk_priority: 2}
      - {name: ent5, type: virtual, vswitch: E, pvid: 100}
    seas:
      - {name: ent6, real_adapter: ent0, virt_adapters: [ent3], pvid_adapter: ent3, pvid: 1,
         ctl_chan: ent5, ha_mode: auto, health_time: 0, keepalive_ms: 100, lease_ms: 2000}
  - name: lpar1
    type: client
    adapters:
      - {name: ent0, type: virtual, vswitch: E, pvid: 200, port: {type: ring}}
)";

struct Line {
    std::string sea, kind, what, cause;
};

class EventAlarms : public testing::Test {
  protected:
    void start(const config::System& model) {
        auto started = start_system(model, {.config_file = "frame.yaml", .seed = 1, .part = {}});
        ASSERT_TRUE(started.ok()) << started.error().text;
        system_ = std::move(started).value();
        server_.emplace(rpc::make_methods(*system_, {"0.1.0", "DPDK", "cpu", "flags"}));
    }
    [[nodiscard]] System& system() { return *system_; }

    /// What `sealane events` prints.
    [[nodiscard]] std::string events(bool json) const {
        std::ostringstream out, err;
        EXPECT_EQ(
            cli::ask_daemon(
                {.verb = cli::Verb::Events, .json = json, .control = server_->path()}, out, err),
            cli::kExitDone)
            << err.str();
        return out.str();
    }
    [[nodiscard]] bool is_in_text(const Line& line) const {
        std::istringstream lines(events(false));
        for (std::string text; std::getline(lines, text);) {
            std::size_t at = 0;
            for (const std::string& word : {line.sea, "  " + line.kind + " ", line.what}) {
                at = text.find(word, at);
                if (at == std::string::npos) break;
            }
            if (at != std::string::npos && text.ends_with("  " + line.cause)) return true;
        }
        return false;
    }
    [[nodiscard]] bool is_in_json(const Line& line) const {
        const auto reply = nlohmann::json::parse(events(true));
        for (const auto& event : reply.at("events")) {
            if (event.at("sea") == line.sea && event.at("kind") == line.kind &&
                event.at("what") == line.what && event.at("cause") == line.cause)
                return true;
        }
        return false;
    }
    void expect_told(const Line& line) {
        for (int looks = 0; looks < 2'000 && !is_in_json(line); ++looks) {
            wait_for(5ms);
        }
        EXPECT_TRUE(is_in_json(line)) << line.what << " of " << line.sea << "\n" << events(false);
        EXPECT_TRUE(is_in_text(line)) << line.what << " of " << line.sea << "\n" << events(false);
    }

  private:
    std::unique_ptr<System> system_;
    std::optional<rpc::RunningServer> server_;
};

TEST_F(EventAlarms, APartnerThatIsNotHeardAnyMoreAndThatItIsBack) {
    start(model_of(kFoundPair));
    ASSERT_TRUE(system().impair("vios1/ent5", {.in = {}, .out = {}, .link_down = true}).ok());
    for (const char* sea : {"vios1/ent6", "vios2/ent6"}) {
        expect_told({sea,
                     "alarm",
                     "partner_unknown",
                     "nothing is heard of a partner on the control channel"});
    }
    ASSERT_TRUE(system().impair("vios1/ent5", {}).ok());
    for (const char* sea : {"vios1/ent6", "vios2/ent6"}) {
        expect_told(
            {sea, "alarm_over", "partner_unknown", "a partner is heard on the control channel"});
    }
}

TEST_F(EventAlarms, TwoNodesOnOnePriority) {
    config::System model = model_of(kFoundPair);
    model.partitions[1].adapters[1].trunk_priority = 1;
    start(model);
    for (const char* sea : {"vios1/ent6", "vios2/ent6"}) {
        expect_told({sea, "alarm", "same_priority", "the partner has the same trunk priority"});
    }
}

TEST_F(EventAlarms, TrunkAdaptersThatCarryOtherVlans) {
    config::System model = model_of(kFoundPair);
    model.partitions[1].adapters[1].pvid = model.partitions[1].seas[0].pvid = VlanId{2};
    model.partitions[1].adapters[1].vids = {VlanId{11}};
    start(model);
    for (const char* sea : {"vios1/ent6", "vios2/ent6"}) {
        expect_told(
            {sea, "alarm", "other_vlans", "the partner's trunk adapters carry other VLANs"});
    }
}

/// The switch takes nobody's address from another adapter, and the seal holds the address, so a
/// message can't be brought back from beside; a node that is called as it is is heard alike.
TEST_F(EventAlarms, MessagesOfItsOwnNodeThatComeBack) {
    config::System model = model_of(kFoundPair);
    config::Adapter& second = model.partitions[1].adapters[1];
    second.pvid = model.partitions[1].seas[0].pvid = VlanId{2};
    second.vids = {VlanId{11}};
    second.mac = config::auto_mac(model, model.partitions[0], model.partitions[0].adapters[1]);
    start(model);
    for (const char* sea : {"vios1/ent6", "vios2/ent6"}) {
        expect_told({sea,
                     "alarm",
                     "own_message",
                     "own messages come back: the control channel has a loop"});
    }
}

TEST_F(EventAlarms, AMessageThatAnotherAdapterBringsBackIsDroppedAndCounted) {
    config::System model = model_of(kFoundPair);
    model.partitions[2].adapters[0].pvid = VlanId{100};
    start(model);
    const auto dropped = [this] {
        const std::vector<AdapterReport> all = system().adapters();
        const auto found = std::ranges::find(all, "lpar1/ent0", &AdapterReport::name);
        return found->totals.drops[static_cast<std::size_t>(Direction::In)]
                                  [static_cast<std::size_t>(Drop::StaticViolation)];
    };
    std::size_t reflected = 0;
    for (int looks = 0; looks < 2'000 && reflected < 3; ++looks) {
        const std::vector<test::Bytes> heard = take_at(system(), "lpar1/ent0");
        ASSERT_TRUE(heard.empty() || send_at(system(), "lpar1/ent0", heard));
        reflected += heard.size();
        wait_for(5ms);
    }
    ASSERT_GE(reflected, 3U);
    for (int looks = 0; looks < 2'000 && dropped() < reflected; ++looks) {
        wait_for(5ms);
    }
    EXPECT_EQ(dropped(), reflected);
    EXPECT_FALSE(events(false).find("own_message") != std::string::npos) << events(false);
}

}  // namespace
}  // namespace sealane::runtime
