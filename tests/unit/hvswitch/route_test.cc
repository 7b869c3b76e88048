#include "hvswitch/rules/route.h"

#include <set>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/hvswitch/reference_switch.h"

namespace sealane::hvswitch {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr AdapterId kLpar1{0}, kLpar2{1}, kOther20{2}, kTrunkA{3}, kTrunkB{4};
constexpr VlanId kVlan{10};
constexpr MacAddress kMac{0x0200'0000'0042};

/// Two clients of VLAN 10, one of VLAN 20, and two trunks that share a slot.
SwitchRules::Settings frame() {
    return {.ports = {access_port(10),
                      access_port(10),
                      access_port(20),
                      trunk_port(99, {10, 20}),
                      trunk_port(99, {10, 20})},
            .slots = {kNoSlot, kNoSlot, kNoSlot, kSlot, kSlot}};
}

Route dropped(Drop why) { return {.kind = Route::Kind::Dropped, .why = why}; }
Route to(AdapterId adapter) { return {.kind = Route::Kind::One, .to = adapter}; }
AddressEntry at(AdapterId adapter, AddressKind kind = AddressKind::Learned) {
    return {.adapter = adapter, .kind = kind};
}

class Routing : public testing::Test {
  protected:
    [[nodiscard]] Route way(AdapterId from,
                            const std::optional<AddressEntry>& found = std::nullopt,
                            MacAddress dst = kMac,
                            VlanId vlan = kVlan) const {
        return route(SwitchRules(settings_), slots_, from, vlan, dst, FoundEntry(found));
    }
    [[nodiscard]] std::vector<AdapterId> receivers(AdapterId from, VlanId vlan = kVlan) const {
        const SwitchRules rules(settings_);
        std::vector<AdapterId> all;
        for_each_receiver(rules, slots_, from, vlan, [&](AdapterId id) { all.push_back(id); });
        return all;
    }

    SwitchRules::Settings settings_ = frame();
    SlotTable slots_{2};
};

TEST_F(Routing, KnownUnicastGoesToItsAdapterOnly) {
    slots_.give(kSlot, kTrunkA);
    EXPECT_EQ(way(kLpar1, at(kLpar2)), to(kLpar2));
    EXPECT_EQ(way(kTrunkA, at(kLpar2)), to(kLpar2));
    EXPECT_EQ(way(kLpar1, at(kLpar2, AddressKind::Static)), to(kLpar2));
    EXPECT_EQ(way(kLpar1, at(kLpar2, AddressKind::Configured)), to(kLpar2));
}

TEST_F(Routing, D7_NothingGoesBackToWhereItCameFrom) {
    slots_.give(kSlot, kTrunkA);
    EXPECT_EQ(way(kLpar1, at(kLpar1)), dropped(Drop::SamePort));
    EXPECT_EQ(way(kTrunkA, at(kTrunkA, AddressKind::Configured)), dropped(Drop::SamePort));
    EXPECT_THAT(receivers(kLpar1), ElementsAre(kLpar2, kTrunkA));
    EXPECT_THAT(receivers(kTrunkA), ElementsAre(kLpar1, kLpar2));
}

TEST_F(Routing, ADestinationThatIsNoMemberOfTheVlanGetsNothing) {
    EXPECT_EQ(way(kLpar1, at(kOther20)), dropped(Drop::EgressVlan));
}

TEST_F(Routing, F05_TheSameAddressInAnotherVlanIsAnotherEntry) {
    AddressTable table({.capacity = 16}, 1);
    ASSERT_EQ(table.learn(AddressKey({0}, {10}, kMac), kLpar2, 64, {}), Learning::Added);
    ASSERT_EQ(table.learn(AddressKey({0}, {20}, kMac), kOther20, 64, {}), Learning::Added);
    EXPECT_EQ(way(kLpar1, table.find(AddressKey({0}, {10}, kMac))), to(kLpar2));
    slots_.give(kSlot, kTrunkA);
    EXPECT_EQ(way(kTrunkA, table.find(AddressKey({0}, {20}, kMac)), kMac, {20}), to(kOther20));
}

TEST_F(Routing, D5_UnknownUnicastGoesToTheActiveTrunkOnly) {
    slots_.give(kSlot, kTrunkB);
    EXPECT_EQ(way(kLpar1), to(kTrunkB));
}

TEST_F(Routing, D5_UnknownUnicastWithoutAnActiveTrunkGoesNowhere) {
    EXPECT_EQ(way(kLpar1), dropped(Drop::NoDestination));
    slots_.give(kSlot, kTrunkA);
    slots_.take_away(kSlot);
    EXPECT_EQ(way(kLpar1), dropped(Drop::NoDestination));
}

TEST_F(Routing, D5_UnknownUnicastInAVlanWithoutATrunkGoesNowhere) {
    settings_.ports.push_back(access_port(30));
    settings_.slots.push_back(kNoSlot);
    slots_.give(kSlot, kTrunkA);
    EXPECT_EQ(way({5}, std::nullopt, kMac, {30}), dropped(Drop::NoDestination));
}

TEST_F(Routing, D5_UnknownUnicastFromTheOutsideGoesNowhere) {
    slots_.give(kSlot, kTrunkA);
    EXPECT_EQ(way(kTrunkA), dropped(Drop::NoDestination));
}

TEST_F(Routing, F01_UnknownUnicastIsDeliveredAfterItsOwnerWasHeard) {
    AddressTable table({.capacity = 16}, 1);
    const AddressKey key({0}, kVlan, kMac);
    EXPECT_EQ(way(kLpar1, table.find(key)), dropped(Drop::NoDestination));
    ASSERT_EQ(table.learn(key, kLpar2, 64, {}), Learning::Added);
    EXPECT_EQ(way(kLpar1, table.find(key)), to(kLpar2));
}

TEST_F(Routing, F15_OnAFloodingVswitchUnknownUnicastGoesToEveryOtherMember) {
    settings_.vswitches[0].flood_unknown = true;
    slots_.give(kSlot, kTrunkA);
    EXPECT_EQ(way(kLpar1), (Route{.kind = Route::Kind::Fanout}));
    EXPECT_EQ(way(kTrunkA), (Route{.kind = Route::Kind::Fanout}));
    EXPECT_EQ(way(kLpar1, at(kLpar2)), to(kLpar2)) << "known unicast is not flooded";
    EXPECT_EQ(way(kLpar1, at(kLpar1)), dropped(Drop::SamePort));
}

TEST_F(Routing, V01_GroupAddressesGoToEveryOtherMemberAndTheTrunkLast) {
    slots_.give(kSlot, kTrunkB);
    EXPECT_EQ(way(kLpar1, std::nullopt, wire::kBroadcast), (Route{.kind = Route::Kind::Fanout}));
    EXPECT_EQ(way(kLpar1, std::nullopt, wire::kGroup), (Route{.kind = Route::Kind::Fanout}));
    EXPECT_THAT(receivers(kLpar1), ElementsAre(kLpar2, kTrunkB));
    EXPECT_THAT(receivers(kOther20, {20}), ElementsAre(kTrunkB));
}

TEST_F(Routing, AGroupAddressFindsNobodyInAVlanOfOne) {
    EXPECT_THAT(receivers(kOther20, {20}), IsEmpty());
}

TEST_F(Routing, ATrunksAddressIsBehindTheHolderOfItsSlot) {
    slots_.give(kSlot, kTrunkB);
    EXPECT_EQ(way(kLpar1, at(kTrunkA, AddressKind::Configured)), to(kTrunkB));
    EXPECT_EQ(way(kLpar1, at(kTrunkB, AddressKind::Configured)), to(kTrunkB));
    EXPECT_EQ(way(kTrunkB, at(kTrunkA, AddressKind::Configured)), dropped(Drop::SamePort));
    slots_.take_away(kSlot);
    EXPECT_EQ(way(kLpar1, at(kTrunkA, AddressKind::Configured)), dropped(Drop::NoDestination));
}

TEST_F(Routing, ATrunksAddressInAVlanThatItDoesNotCarryIsUnreachable) {
    settings_.ports.push_back(access_port(30));
    settings_.slots.push_back(kNoSlot);
    slots_.give(kSlot, kTrunkA);
    EXPECT_EQ(way({5}, at(kTrunkA, AddressKind::Configured), kMac, {30}),
              dropped(Drop::EgressVlan));
}

TEST_F(Routing, ATrunkThatDoesNotHoldItsSlotGetsNothing) {
    slots_.give(kSlot, kTrunkA);
    for (const AdapterId from : {kLpar1, kLpar2, kTrunkA}) {
        EXPECT_THAT(receivers(from), testing::Not(testing::Contains(kTrunkB)));
        for (const auto& found :
             {std::optional<AddressEntry>(), std::optional(at(kTrunkB, AddressKind::Configured))}) {
            EXPECT_NE(way(from, found), to(kTrunkB));
        }
    }
    EXPECT_FALSE(slots_.holds(kSlot, kTrunkB)) << "what the switch asks before it takes a frame";
}

TEST_F(Routing, InAHandOverWhatOneTrunkBringsInNeverGoesOutByTheOther) {
    for (const auto phase : {SlotPhase::Turning, SlotPhase::Lingering}) {
        slots_.put(kSlot, {.epoch = 1, .owner = kTrunkA, .phase = phase, .other = kTrunkB});
        const AdapterId outward = phase == SlotPhase::Turning ? kTrunkB : kTrunkA;
        EXPECT_EQ(way(kLpar1), to(outward));
        EXPECT_EQ(way(kLpar1, at(kTrunkA, AddressKind::Configured)), to(outward));
        EXPECT_THAT(receivers(kLpar1), ElementsAre(kLpar2, outward));
        for (const AdapterId trunk : {kTrunkA, kTrunkB}) {
            EXPECT_EQ(way(trunk), dropped(Drop::NoDestination));
            EXPECT_EQ(way(trunk, at(kLpar2)), to(kLpar2));
            EXPECT_EQ(way(trunk, at(outward, AddressKind::Configured)), dropped(Drop::SamePort));
            EXPECT_THAT(receivers(trunk), ElementsAre(kLpar1, kLpar2));
        }
    }
}

TEST_F(Routing, AFailoverMovesTheVlanWithoutTouchingAnEntry) {
    const AddressEntry entry = at(kTrunkA, AddressKind::Configured);
    slots_.give(kSlot, kTrunkA);
    EXPECT_EQ(way(kLpar1), to(kTrunkA));
    EXPECT_EQ(way(kLpar1, entry), to(kTrunkA));
    slots_.give(kSlot, kTrunkB);
    EXPECT_EQ(way(kLpar1), to(kTrunkB));
    EXPECT_EQ(way(kLpar1, entry), to(kTrunkB));
    EXPECT_THAT(receivers(kLpar1), ElementsAre(kLpar2, kTrunkB));
}

TEST_F(Routing, ADisabledAdapterGetsNothing) {
    settings_.ports[kLpar2.index].enabled = false;
    slots_.give(kSlot, kTrunkA);
    EXPECT_EQ(way(kLpar1, at(kLpar2)), dropped(Drop::PortDisabled));
    EXPECT_THAT(receivers(kLpar1), ElementsAre(kTrunkA));
}

TEST_F(Routing, ADisabledTrunkGetsNothingThoughItHoldsItsSlot) {
    settings_.ports[kTrunkA.index].enabled = false;
    slots_.give(kSlot, kTrunkA);
    EXPECT_EQ(way(kLpar1), dropped(Drop::NoDestination));
    EXPECT_EQ(way(kLpar1, at(kTrunkA, AddressKind::Configured)), dropped(Drop::NoDestination));
    EXPECT_THAT(receivers(kLpar1), ElementsAre(kLpar2));
}

TEST_F(Routing, F07_AnEntryThatOutlivedItsAdapterIsAsGoodAsNone) {
    slots_.give(kSlot, kTrunkA);
    EXPECT_EQ(way(kLpar1, at({4000})), to(kTrunkA)) << "no such adapter any more";

    settings_.ports[kLpar2.index].present = false;
    EXPECT_EQ(way(kLpar1, at(kLpar2)), to(kTrunkA));

    settings_.ports[kLpar2.index] = access_port(10);
    settings_.ports[kLpar2.index].vswitch = {1};
    EXPECT_EQ(way(kLpar1, at(kLpar2)), to(kTrunkA)) << "its number is used in another vswitch";
}

TEST_F(Routing, DropsAreChargedBetween) {
    for (const Route& drop : {way(kLpar1), way(kLpar1, at(kLpar1)), way(kLpar1, at(kOther20))}) {
        EXPECT_EQ(drop.charged, Direction::Between);
    }
}

/// A frame with twelve adapters on two vswitches, made by chance.
class RandomFrame {
  public:
    explicit RandomFrame(std::uint64_t seed) : state_(seed), rules(settings()), slots(2) {
        if (pick(4) != 0) slots.give({0}, {static_cast<std::uint16_t>(8 + pick(2))});
        if (pick(4) != 0) slots.give({1}, {static_cast<std::uint16_t>(10 + pick(2))});
    }

    std::uint64_t pick(std::uint64_t below) {
        state_ = state_ * 6364136223846793005U + 1442695040888963407U;
        return (state_ >> 33) % below;
    }

  private:
    SwitchRules::Settings settings() {
        SwitchRules::Settings settings;
        for (std::uint16_t i = 0; i < 12; ++i) {
            const bool trunk = i >= 8;  // two to a vswitch and slot
            PortRules port = trunk ? trunk_port(9, {1, 2, 4, 5})
                                   : vlan_port(static_cast<std::uint16_t>(pick(4)),
                                               {static_cast<std::uint16_t>(4 + pick(3))});
            port.enabled = pick(8) != 0;
            port.present = trunk || pick(8) != 0;
            port.vswitch = {static_cast<std::uint8_t>(trunk ? (i - 8) / 2 : pick(2))};
            settings.slots.push_back(trunk ? SlotId{port.vswitch.index} : kNoSlot);
            settings.ports.push_back(port);
        }
        settings.vswitches[0].flood_unknown = pick(2) == 0;
        settings.vswitches[1].flood_unknown = pick(2) == 0;
        return settings;
    }

    std::uint64_t state_;

  public:
    const SwitchRules rules;
    SlotTable slots;
};

TEST(RoutingProperty, WhoeverGetsAFrameIsAnotherEnabledMemberOfItsVlanAndHoldsItsSlot) {
    for (std::uint64_t seed = 0; seed < 100; ++seed) {
        RandomFrame frame(seed);
        const SwitchRules& rules = frame.rules;
        for (int round = 0; round < 200; ++round) {
            const AdapterId from{static_cast<std::uint16_t>(frame.pick(12))};
            const VlanId vlan{static_cast<std::uint16_t>(1 + frame.pick(9))};
            const MacAddress dst = frame.pick(4) == 0 ? wire::kGroup : kMac;
            std::optional<AddressEntry> found;
            if (frame.pick(3) != 0) found = at({static_cast<std::uint16_t>(frame.pick(14))});

            std::vector<AdapterId> reached;
            const Route way = route(rules, frame.slots, from, vlan, dst, FoundEntry(found));
            const auto reach = [&](AdapterId id) { reached.push_back(id); };
            if (way.kind == Route::Kind::One) reach(way.to);
            if (way.kind == Route::Kind::Fanout) {
                for_each_receiver(rules, frame.slots, from, vlan, reach);
            }
            ASSERT_EQ(std::set(reached.begin(), reached.end()).size(), reached.size()) << "twice";
            ASSERT_EQ(way.kind == Route::Kind::Dropped, way.why != Drop::None);
            for (const AdapterId id : reached) {
                const PortRules& port = rules.port(id);
                ASSERT_NE(id, from);
                ASSERT_TRUE(port.is_member(vlan) && port.enabled && port.present);
                ASSERT_EQ(port.vswitch, rules.port(from).vswitch);
                ASSERT_TRUE(!port.is_trunk || frame.slots.holds(rules.slot_of(id), id));
            }
        }
    }
}

}  // namespace
}  // namespace sealane::hvswitch
