// The file's keys reach the switch: each its own rule, and no other's.
#include <gmock/gmock.h>

#include "control/runtime/switch_settings.h"
#include "tests/component/runtime/runtime_test.h"

namespace sealane::runtime {
namespace {

using hvswitch::PortRules;
using test::frame;
using test::FrameSpec;
using testing::ElementsAre;
using testing::IsEmpty;

constexpr MacAddress kFirst{0x0200'0000'0001}, kSecond{0x0200'0000'0002};
constexpr MacAddress kStranger{0x0200'0000'0099}, kFarAway{0x0a00'0000'0001};

/// What the switch is told of an adapter that has `more` in the file.
PortRules rules_of(const std::string& more) {
    const config::System model = model_of(
        "system: f\nvswitches: [{name: D}, {name: E, unknown_unicast: flood}]\npartitions:\n"
        "  - {name: v, type: vios, adapters: [{name: ent0, type: virtual, vswitch: E, pvid: 7, "
        "port: {type: ring}" +
        more + "}]}\n");
    return make_switch_settings(model, make_layout(model), 1).rules.ports.at(0);
}

hvswitch::VlanSet vlans(std::initializer_list<std::size_t> numbers) {
    hvswitch::VlanSet set;
    for (const std::size_t number : numbers) {
        set.set(number);
    }
    return set;
}

struct SwitchKey {
    const char* written;
    bool (*arrived)(const PortRules&);
};

const SwitchKey kSwitchKeys[] = {
    {"enabled: false", [](const PortRules& port) { return !port.enabled; }},
    {"vids: [10, 20]",
     [](const PortRules& port) {
         return port.vids == vlans({10, 20});
     }},
    {"tag_pvid: true", [](const PortRules& port) { return port.tag_pvid; }},
    {"tpid: 0x88a8", [](const PortRules& port) { return port.tpid == 0x88a8; }},
    {"tunnel: true", [](const PortRules& port) { return port.tunnel; }},
    {"tunnel: true, tunnel_vids: [30, 31]",
     [](const PortRules& port) {
         return port.tunnel_vids == vlans({30, 31});
     }},
    {"qos_priority: 5", [](const PortRules& port) { return port.qos_priority == 5; }},
    {"qos_priority: 0", [](const PortRules& port) { return port.qos_priority == 0; }},
    {"trunk_priority: 3", [](const PortRules& port) { return port.is_trunk; }},
    {"mac: 02:00:00:00:00:02", [](const PortRules& port) { return port.mac == kSecond; }},
    {"allowed_macs: none",
     [](const PortRules& port) { return !port.any_mac && port.allowed_macs.empty(); }},
    {"allowed_macs: [02:00:00:00:00:02, 02:00:00:00:00:01]",
     [](const PortRules& port) {
         return !port.any_mac && port.allowed_macs == std::vector<MacAddress>{kSecond, kFirst};
     }},
    {"max_macs: 3", [](const PortRules& port) { return port.max_macs == 3; }},
    {"storm_control: {broadcast: 11}",
     [](const PortRules& port) { return port.storm == hvswitch::StormLimits{.broadcast = 11}; }},
    {"storm_control: {multicast: 12}",
     [](const PortRules& port) { return port.storm == hvswitch::StormLimits{.multicast = 12}; }},
    {"storm_control: {unknown: 13}",
     [](const PortRules& port) { return port.storm == hvswitch::StormLimits{.unknown = 13}; }},
};

TEST(SwitchSettings, EachKeyOfAnAdapterBecomesItsRule) {
    const PortRules plain = rules_of("");
    for (const SwitchKey& key : kSwitchKeys) {
        EXPECT_TRUE(key.arrived(rules_of(std::string(", ") + key.written))) << key.written;
        EXPECT_FALSE(key.arrived(plain)) << key.written << " without being written";
    }
}

TEST(SwitchSettings, AnAdapterWithoutFurtherKeysIsAPlainMemberOfItsPvid) {
    const PortRules plain = rules_of("");
    EXPECT_TRUE(plain.present);
    EXPECT_TRUE(plain.enabled);
    EXPECT_EQ(plain.vswitch.index, 1);
    EXPECT_EQ(plain.pvid, VlanId{7});
    EXPECT_TRUE(plain.vids.none());
    EXPECT_EQ(plain.tpid, 0x8100);
    EXPECT_EQ(plain.tunnel_vids, std::nullopt);
    EXPECT_EQ(plain.qos_priority, std::nullopt);
    EXPECT_FALSE(plain.mac.is_zero());
    EXPECT_TRUE(plain.any_mac);
    EXPECT_EQ(plain.max_macs, 64U);
    EXPECT_FALSE(plain.storm.any());
}

TEST(SwitchSettings, AVswitchsKeysBecomeItsTableAndItsFlooding) {
    const config::System model = model_of(
        "system: f\nvswitches: [{name: D, address_table: {capacity: 77, age: 9}}, "
        "{name: E, unknown_unicast: flood}]\npartitions: []\nruntime: {workers: 3}\n");
    const auto settings = make_switch_settings(model, make_layout(model), 5);
    ASSERT_EQ(settings.tables.size(), 2U);
    EXPECT_EQ(settings.tables[0].capacity, 77U);
    EXPECT_EQ(settings.tables[0].age, std::chrono::seconds{9});
    EXPECT_FALSE(settings.rules.vswitches[0].flood_unknown);
    EXPECT_TRUE(settings.rules.vswitches[1].flood_unknown);
    EXPECT_EQ(settings.workers, 3U);
    EXPECT_EQ(settings.seed, 5U);
}

/// Two clients in VLAN 10, the second with a tag.
class Settings : public RuntimeTest {
  protected:
    void start_with(const std::string& first, const std::string& second) {
        start(R"(system: f
vswitches: [{name: E}]
partitions:
  - {name: lpar1, type: client, adapters: [{name: ent0, type: virtual, vswitch: E, pvid: 10, mac: "02:00:00:00:00:01", port: {type: ring})" +
              first + R"(}]}
  - {name: lpar2, type: client, adapters: [{name: ent0, type: virtual, vswitch: E, mac: "02:00:00:00:00:02", port: {type: ring}, )" +
              second + "}]}\n");
    }
    /// What comes out at lpar2 of these, sent by lpar1 at one moment.
    std::vector<test::Bytes> sent_over(const std::vector<test::Bytes>& frames) {
        EXPECT_TRUE(send_together("lpar1/ent0", frames));
        settle();
        return take("lpar2/ent0");
    }
    std::uint64_t dropped(Direction direction, Drop why) {
        return totals(direction == Direction::In ? "lpar1/ent0" : "lpar2/ent0")
            .dropped(direction, why);
    }
};

TEST_F(Settings, QosPriorityIsInTheTagThatTheSwitchPutsOn) {
    start_with(", qos_priority: 5", "pvid: 1, vids: [10]");
    const FrameSpec sent = frame(kSecond, kFirst);
    EXPECT_THAT(sent_over({sent.bytes()}), ElementsAre(sent.tag({.vid = 10, .pcp = 5}).bytes()));
}

TEST_F(Settings, TagPvidLetsThePvidsFramesLeaveTagged) {
    start_with("", "pvid: 10, tag_pvid: true");
    const FrameSpec sent = frame(kSecond, kFirst);
    EXPECT_THAT(sent_over({sent.bytes()}), ElementsAre(sent.tag({.vid = 10}).bytes()));
}

TEST_F(Settings, AllowedMacsAreThoseOfTheListAndItsOwn) {
    start_with(", allowed_macs: [02:00:00:00:00:99]", "pvid: 10");
    const FrameSpec own = frame(kSecond, kFirst), listed = own.from(kStranger);
    EXPECT_THAT(sent_over({own.bytes(), own.from(kFarAway).bytes(), listed.bytes()}),
                ElementsAre(own.bytes(), listed.bytes()));
    EXPECT_EQ(dropped(Direction::In, Drop::MacNotAllowed), 1U);
}

TEST_F(Settings, MaxMacsAreLearnedAndNoMore) {
    start_with(", max_macs: 2", "pvid: 10");
    std::vector<test::Bytes> frames;
    for (std::uint64_t i = 0; i < 5; ++i) {
        frames.push_back(frame(kSecond, MacAddress{0x0200'0000'1000 + i}).bytes());
    }
    EXPECT_EQ(sent_over(frames), frames);
    std::size_t learned = 0;
    for (const AddressReport& address : system().addresses("", 100)) {
        learned += address.kind == "learned" ? 1 : 0;
    }
    EXPECT_EQ(learned, 2U);
}

TEST_F(Settings, ADisabledClientSendsNothing) {
    start_with(", enabled: false", "pvid: 10");
    EXPECT_THAT(sent_over({frame(kSecond, kFirst).bytes()}), IsEmpty());
    EXPECT_EQ(dropped(Direction::In, Drop::PortDisabled), 1U);
}

TEST_F(Settings, ADisabledClientGetsNothing) {
    start_with("", "pvid: 10, enabled: false");
    EXPECT_THAT(
        sent_over({frame(kSecond, kFirst).bytes(), frame(test::kBroadcast, kFirst).bytes()}),
        IsEmpty());
}

TEST_F(Settings, StormControlLetsASecondsWorthPassAtOnce) {
    start_with(", storm_control: {broadcast: 2, multicast: 3}", "pvid: 10");
    constexpr MacAddress kGroup{0x0100'5e00'0001};
    std::vector<test::Bytes> frames(10, frame(test::kBroadcast, kFirst).bytes());
    frames.insert(frames.end(), 10, frame(kGroup, kFirst).bytes());
    EXPECT_EQ(sent_over(frames).size(), 5U);
    EXPECT_EQ(dropped(Direction::In, Drop::StormControl), 15U);
}

/// Two VIOSes that bridge VLAN 1, and a client of it.
class TrunkPair : public RuntimeTest {
  protected:
    void start_with(const std::string& one, const std::string& two) {
        const auto vios = [](const std::string& name, const std::string& more) {
            return "  - {name: " + name +
                   ", type: vios, adapters: [{name: ent3, type: virtual, vswitch: E, pvid: 1, "
                   "port: {type: ring}, " +
                   more + "}]}\n";
        };
        start("system: f\nvswitches: [{name: E}]\npartitions:\n" + vios("vios1", one) +
              vios("vios2", two) +
              "  - {name: lpar1, type: client, adapters: [{name: ent0, type: virtual, vswitch: E, "
              "pvid: 1, mac: \"02:00:00:00:00:01\", port: {type: ring}}]}\n");
    }
    /// Frames to the outside leave here, and frames from there come in.
    void expect_slot_at(const std::string& owner, const std::string& other) {
        const test::Bytes out = frame(kFarAway, kFirst).bytes();
        const test::Bytes in = frame(kFirst, kFarAway).bytes();
        ASSERT_TRUE(send("lpar1/ent0", out));
        ASSERT_TRUE(send(owner, in));
        ASSERT_TRUE(send(other, in));
        settle();
        EXPECT_THAT(take(owner), ElementsAre(out));
        EXPECT_THAT(take(other), IsEmpty());
        EXPECT_THAT(take("lpar1/ent0"), ElementsAre(in));
    }
};

TEST_F(TrunkPair, TheLowerPriorityNumberHoldsTheSlotWhereverItStands) {
    start_with("trunk_priority: 1", "trunk_priority: 2");
    expect_slot_at("vios1/ent3", "vios2/ent3");
    TearDown();
    start_with("trunk_priority: 2", "trunk_priority: 1");
    expect_slot_at("vios2/ent3", "vios1/ent3");
}

TEST_F(TrunkPair, ADisabledTrunkAdapterHoldsNoSlot) {
    start_with("trunk_priority: 1, enabled: false", "trunk_priority: 2");
    expect_slot_at("vios2/ent3", "vios1/ent3");
}

}  // namespace
}  // namespace sealane::runtime
