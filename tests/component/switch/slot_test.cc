// Trunk adapters: who may bridge, and what comes back from outside.
#include <array>
#include <atomic>

#include "tests/component/switch/t_sw.h"

namespace sealane::test {
namespace {

const FrameSpec kOut = frame(host(99), host(1));  // to somebody outside
constexpr hvswitch::SlotId kSlot{0};

/// A client, a client of the other VLAN, and two trunks that may bridge VLANs 10 and 20.
class Slots : public RigTest {
  protected:
    void SetUp() override {
        RigSpec spec;
        spec.adapters = {{.name = "client", .rules = member_of(10)},
                         {.name = "client20", .rules = member_of(20)},
                         {.name = "first", .rules = trunk_of(10, {20}), .slot = kSlot},
                         {.name = "second", .rules = trunk_of(10, {20}), .slot = kSlot}};
        for (std::uint16_t i = 0; i < spec.adapters.size(); ++i) {
            spec.adapters[i].rules.mac = mac_of({i});
        }
        spec.slots = 1;
        make(spec);
    }
    const AdapterId client{0}, client20{1}, first{2}, second{3};
};

TEST_F(Slots, UnknownUnicastGoesToTheHolderAndToNobodyElse) {
    expect(client, kOut, {.out = {{first, kOut}}});
    expect(client20, kOut, {.out = {{first, kOut.tag({.vid = 20})}}});
    expect(client, kToAll, {.out = {{first, kToAll}}});
}

TEST_F(Slots, H43_TrunkWithoutTheSlotNeitherGetsNorGivesAFrame) {
    expect(second, kToAll, {.drops = {{.at = second, .why = Drop::NotActive}}});
    expect(second,
           kOut.to(mac_of(client)).tag({.vid = 20}),
           {.drops = {{.at = second, .why = Drop::NotActive}}});
    expect(client, kToAll, {.out = {{first, kToAll}}});
    EXPECT_EQ(rig().shared().table({}).learned_at(second), 0U);
}

TEST_F(Slots, MovedSlotMovesUnknownUnicastAndTouchesNoEntry) {
    expect_once(client, kOut, {.out = {{first, kOut}}});
    const std::size_t addresses = rig().shared().table({}).size();
    rig().shared().slots().give(kSlot, second);
    EXPECT_EQ(rig().shared().table({}).size(), addresses);
    expect(client, kOut, {.out = {{second, kOut}}});
    expect(client, kToAll, {.out = {{second, kToAll}}});
    expect(first, kToAll, {.drops = {{.at = first, .why = Drop::NotActive}}});
    expect(
        second, kToAll.tag({.vid = 20}).from(host(7)), {.out = {{client20, kToAll.from(host(7))}}});
}

/// The rig's switch keeps its slots itself; what a VIOS of its own looks at is kept outside.
TEST(Switch, ShowsItsSlotsWhereItIsTold) {
    std::array<std::atomic<std::uint64_t>, 2> words{};
    hvswitch::Switch shared({.rules = {}, .slots = 2, .slot_words = words});
    shared.slots().give({1}, {5});
    EXPECT_EQ(words[0].load(), 0U);
    EXPECT_EQ(static_cast<std::uint32_t>(words[1].load()), hvswitch::SlotTable::held_by({5}));
    EXPECT_TRUE(shared.slots().holds({1}, {5}));
}

TEST_F(Slots, AddressFixedToATrunkFollowsTheSlot) {
    ASSERT_TRUE(rig()
                    .shared()
                    .table({})
                    .fix({{}, {10}, host(50)}, first, hvswitch::AddressKind::Static)
                    .ok());
    const FrameSpec to_it = frame(host(50), host(1));
    expect(client, to_it, {.out = {{first, to_it}}});
    rig().shared().slots().give(kSlot, second);
    expect(client, to_it, {.out = {{second, to_it}}});
}

TEST_F(Slots, F23OwnAddressOfATrunkIsReachedThereAndIsNoSourceOfAClient) {
    expect(client, kOut.to(mac_of(first)), {.out = {{first, kOut.to(mac_of(first))}}});
    expect(client,
           kToAll.from(mac_of(first)),
           {.drops = {{.at = client, .why = Drop::StaticViolation}}});
    const std::size_t addresses = rig().shared().table({}).size();
    rig().publish(rig().settings());
    EXPECT_EQ(rig().shared().table({}).size(), addresses);
    expect(client, kOut.to(mac_of(first)), {.out = {{first, kOut.to(mac_of(first))}}});
}

TEST_F(Slots, FreeSlotLeavesUnknownUnicastWithoutDestination) {
    rig().shared().slots().take_away(kSlot);
    expect(
        client,
        kOut,
        {.drops = {{.at = client, .direction = Direction::Between, .why = Drop::NoDestination}}});
    expect(client,
           kToAll,
           {.drops = {{.at = client, .direction = Direction::Between, .why = Drop::NoReceiver}}});
    expect(first, kToAll, {.drops = {{.at = first, .why = Drop::NotActive}}});
}

TEST_F(Slots, DisabledHolderGetsNothing) {
    auto settings = rig().settings();
    settings.ports[first.index].enabled = false;
    rig().publish(settings);
    expect(
        client,
        kOut,
        {.drops = {{.at = client, .direction = Direction::Between, .why = Drop::NoDestination}}});
    expect(first, kToAll, {.drops = {{.at = first, .why = Drop::PortDisabled}}});
}

TEST_F(Slots, UnknownUnicastFromOutsideReachesNobody) {
    expect(first,
           kOut,
           {.drops = {{.at = first, .direction = Direction::Between, .why = Drop::NoDestination}}});
}

TEST_F(Slots, AddressesFromOutsideAreNeverLearned) {
    expect(first, kToAll.from(host(60)), {.out = {{client, kToAll.from(host(60))}}});
    EXPECT_EQ(rig().shared().table({}).learned_at(first), 0U);
    expect(client, kOut.to(host(60)), {.out = {{first, kOut.to(host(60))}}});
}

TEST_F(Slots, LocalSourceComingBackFromOutsideIsDropped) {
    // Its own address, and one that was learned behind it.
    const Outcome echo{.drops = {{.at = first, .why = Drop::LocalSource}}};
    expect(first, kToAll.from(mac_of(client)), echo);
    rig().forget_learned();
    expect_once(client, kToAll, {.out = {{first, kToAll}}});
    expect_once(first, kToAll, echo);
    // The same address in the other VLAN is somebody else's.
    expect_once(first, kToAll.tag({.vid = 20}), {.out = {{client20, kToAll}}});
}

TEST_F(Slots, FloodingVswitchFloodsUnknownUnicastToTheHolderToo) {
    auto settings = rig().settings();
    settings.vswitches[0].flood_unknown = true;
    settings.ports[client20.index].pvid = {10};
    rig().publish(settings);
    expect(client, kOut, {.out = {{client20, kOut}, {first, kOut}}});
    expect(first, kOut, {.out = {{client, kOut}, {client20, kOut}}});
}

}  // namespace
}  // namespace sealane::test
