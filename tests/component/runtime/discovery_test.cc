// Pairs without a control channel, which all find their partners on one VLAN of the hypervisor's.
#include <algorithm>
#include <functional>

#include "control/runtime/clock.h"
#include "tests/component/runtime/runtime_test.h"

namespace sealane::runtime {
namespace {

using test::Bytes;
using test::frame;
using namespace std::chrono_literals;

constexpr const char* kTwoPairs = R"(
system: f
vswitches: [{name: E, unknown_unicast: flood}]
partitions:
  - name: vios1
    type: vios
    adapters:
      - {name: ent0, type: physical, port: {type: ring}}
      - {name: ent1, type: physical, port: {type: ring}}
      - {name: ent3, type: virtual, vswitch: E, pvid: 1, trunk_priority: 1}
      - {name: ent4, type: virtual, vswitch: E, pvid: 20, trunk_priority: 1}
    seas:
      - {name: ent6, real_adapter: ent0, virt_adapters: [ent3], pvid_adapter: ent3, pvid: 1,
         ha_mode: auto, health_time: 0, keepalive_ms: 20, lease_ms: 2000}
      - {name: ent7, real_adapter: ent1, virt_adapters: [ent4], pvid_adapter: ent4, pvid: 20,
         ha_mode: auto, health_time: 0, keepalive_ms: 20, lease_ms: 2000}
  - name: vios2
    type: vios
    adapters:
      - {name: ent0, type: physical, port: {type: ring}}
      - {name: ent1, type: physical, port: {type: ring}}
      - {name: ent3, type: virtual, vswitch: E, pvid: 1, trunk_priority: 2}
      - {name: ent4, type: virtual, vswitch: E, pvid: 20, trunk_priority: 2}
    seas:
      - {name: ent6, real_adapter: ent0, virt_adapters: [ent3], pvid_adapter: ent3, pvid: 1,
         ha_mode: auto, health_time: 0, keepalive_ms: 20, lease_ms: 2000}
      - {name: ent7, real_adapter: ent1, virt_adapters: [ent4], pvid_adapter: ent4, pvid: 20,
         ha_mode: auto, health_time: 0, keepalive_ms: 20, lease_ms: 2000}
  - name: lpar1
    type: client
    adapters:
      - {name: ent0, type: virtual, vswitch: E, pvid: 1, vids: [10], mac: "02:00:00:00:00:01",
         port: {type: ring}}
)";

class Discovery : public testing::Test {
  protected:
    void SetUp() override {
        auto started =
            start_system(model_of(kTwoPairs), {.config_file = "frame.yaml", .seed = 1, .part = {}});
        ASSERT_TRUE(started.ok()) << started.error().text;
        system_ = std::move(started).value();
        for (const char* pair : {"ent6", "ent7"}) {
            ASSERT_TRUE(becomes([&] { return states(pair) == "PRIMARY BACKUP"; })) << states(pair);
            ASSERT_TRUE(becomes([&] { return knows_partner(pair); })) << pair;
        }
    }

    static bool becomes(const std::function<bool()>& fact) {
        for (int looks = 0; looks < 10'000; ++looks) {
            if (fact()) return true;
            wait_for(1ms);
        }
        return false;
    }
    [[nodiscard]] SeaReport sea(const std::string& name) const {
        const std::vector<SeaReport> seas = system_->seas();
        return *std::ranges::find(seas, name, &SeaReport::name);
    }
    [[nodiscard]] std::string states(const std::string& pair) const {
        return sea("vios1/" + pair).state + " " + sea("vios2/" + pair).state;
    }
    [[nodiscard]] bool knows_partner(const std::string& pair) const {
        return sea("vios1/" + pair).pair->partner_state == "BACKUP" &&
               sea("vios2/" + pair).pair->partner_state == "PRIMARY";
    }
    static std::uint64_t number(const PairReport::Numbers& numbers, const std::string& name) {
        const auto found =
            std::ranges::find(numbers, name, &PairReport::Numbers::value_type::first);
        EXPECT_NE(found, numbers.end()) << name;
        return found == numbers.end() ? 0 : found->second;
    }
    [[nodiscard]] std::uint64_t dropped(const std::string& adapter, Drop why) const {
        for (const AdapterReport& report : system_->adapters()) {
            if (report.name == adapter)
                return report.totals
                    .drops[static_cast<std::size_t>(Direction::In)][static_cast<std::size_t>(why)];
        }
        return 0;
    }

    std::unique_ptr<System> system_;
};

TEST_F(Discovery, TwoPairsOfOneVswitchAreToldApartByTheirPvids) {
    EXPECT_TRUE(becomes([&] {
        const PairReport pair = *sea("vios1/ent6").pair;
        return number(pair.received, "live") > 0 && number(pair.rejected, "other-pair") > 0;
    }));
    EXPECT_EQ(sea("vios1/ent6").pair->control_pvid, VlanId{4095});

    ASSERT_TRUE(system_->set_ha_mode("vios1/ent6", "standby").ok());
    EXPECT_TRUE(becomes([&] { return states("ent6") == "BACKUP PRIMARY"; })) << states("ent6");
    EXPECT_EQ(states("ent7"), "PRIMARY BACKUP");
}

TEST_F(Discovery, AClientCanNeitherSpeakNorHearOnVlan4095) {
    constexpr MacAddress kAll{0xffff'ffff'ffff}, kSelf{0x0200'0000'0001};
    const std::uint64_t heard = number(sea("vios1/ent6").pair->rejected, "length");
    ASSERT_TRUE(send_at(*system_, "lpar1/ent0", {frame(kAll, kSelf).tag({.vid = 4095}).bytes()}));
    EXPECT_TRUE(becomes([&] { return dropped("lpar1/ent0", Drop::IngressVlan) == 1; }));
    wait_for(100ms);  // some keep-alives of four SEAs
    EXPECT_EQ(number(sea("vios1/ent6").pair->rejected, "length"), heard);
    for (const char* adapter :
         {"lpar1/ent0", "vios1/ent0", "vios1/ent1", "vios2/ent0", "vios2/ent1"}) {
        for (const Bytes& got : take_at(*system_, adapter)) {
            EXPECT_FALSE(got.at(12) == 0x88 && got.at(13) == 0xb5) << adapter;
        }
    }
}

}  // namespace
}  // namespace sealane::runtime
