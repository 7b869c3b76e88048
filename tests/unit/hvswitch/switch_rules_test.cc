#include "hvswitch/rules/switch_rules.h"

#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/hvswitch/reference_switch.h"

namespace sealane::hvswitch {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::vector<AdapterId> members(const SwitchRules& rules, VswitchId vswitch, std::uint16_t vlan) {
    const auto span = rules.members(vswitch, {vlan});
    return {span.begin(), span.end()};
}

TEST(SwitchRules, AVlansMembersAreTheClientsThatCarryItInOrder) {
    const SwitchRules rules({.ports = {vlan_port(10, {20}),
                                       access_port(20),
                                       access_port(10),
                                       vlan_port(0, {10, 4094}),
                                       trunk_port(99, {10, 20})},
                             .slots = {kNoSlot, kNoSlot, kNoSlot, kNoSlot, SlotId{0}}});
    EXPECT_THAT(members(rules, {0}, 10), ElementsAre(AdapterId{0}, AdapterId{2}, AdapterId{3}));
    EXPECT_THAT(members(rules, {0}, 20), ElementsAre(AdapterId{0}, AdapterId{1}));
    EXPECT_THAT(members(rules, {0}, 4094), ElementsAre(AdapterId{3}));
    EXPECT_THAT(members(rules, {0}, 99), IsEmpty());
    EXPECT_THAT(members(rules, {1}, 10), IsEmpty());
}

TEST(SwitchRules, DisabledAndAbsentAdaptersAreNoMembers) {
    SwitchRules::Settings settings{.ports = {access_port(10), access_port(10), access_port(10)},
                                   .slots = std::vector<SlotId>(3, kNoSlot)};
    settings.ports[0].enabled = false;
    settings.ports[1].present = false;
    EXPECT_THAT(members(SwitchRules(settings), {0}, 10), ElementsAre(AdapterId{2}));
}

TEST(SwitchRules, V15_NobodyIsAMemberOfVlan0Or4095) {
    const SwitchRules rules(
        {.ports = {vlan_port(0, {0, 10, 4095})}, .slots = std::vector<SlotId>(1, kNoSlot)});
    EXPECT_THAT(members(rules, {0}, 0), IsEmpty());
    EXPECT_THAT(members(rules, {0}, 4095), IsEmpty());
    EXPECT_THAT(members(rules, {0}, 10), ElementsAre(AdapterId{0}));
}

TEST(SwitchRules, APvidThatIsAmongTheVidsTooIsOneMembership) {
    const SwitchRules rules(
        {.ports = {vlan_port(10, {10})}, .slots = std::vector<SlotId>(1, kNoSlot)});
    EXPECT_THAT(members(rules, {0}, 10), ElementsAre(AdapterId{0}));
}

TEST(SwitchRules, ATrunksSlotIsThatOfItsPvidAndVids) {
    SwitchRules::Settings settings{
        .ports = {trunk_port(99, {1, 2}), trunk_port(98, {3}), trunk_port(99, {1, 2})},
        .slots = {SlotId{5}, SlotId{6}, SlotId{5}}};
    settings.ports[0].enabled = false;  // its partner may hold the slot all the same
    const SwitchRules rules(settings);
    for (std::uint16_t vid = 0; vid < kVlanCount; ++vid) {
        const SlotId expected = vid == 99 || vid == 1 || vid == 2 ? SlotId{5}
                                : vid == 98 || vid == 3           ? SlotId{6}
                                                                  : kNoSlot;
        EXPECT_EQ(rules.trunk_slot({0}, {vid}), expected) << vid;
    }
    EXPECT_EQ(rules.trunk_slot({1}, {1}), kNoSlot);
    EXPECT_EQ(rules.slot_of({1}), SlotId{6});
}

TEST(SwitchRules, V30_EveryVswitchHasItsOwnMembersAndTrunks) {
    SwitchRules::Settings settings;
    for (std::uint8_t vswitch = 0; vswitch < kMaxVswitches; ++vswitch) {
        settings.ports.push_back(access_port(10));
        settings.ports.push_back(trunk_port(99, {10}));
        settings.ports[2U * vswitch].vswitch = {vswitch};
        settings.ports[2U * vswitch + 1].vswitch = {vswitch};
        settings.slots.push_back(kNoSlot);
        settings.slots.push_back({vswitch});
    }
    const SwitchRules rules(settings);
    for (std::uint8_t vswitch = 0; vswitch < kMaxVswitches; ++vswitch) {
        const AdapterId client{static_cast<std::uint16_t>(2 * vswitch)};
        EXPECT_THAT(members(rules, {vswitch}, 10), ElementsAre(client));
        EXPECT_EQ(rules.trunk_slot({vswitch}, {10}), SlotId{vswitch});
    }
}

TEST(SwitchRules, HoldAsManyAdaptersAsThereAreNumbers) {
    const SwitchRules rules({.ports = std::vector<PortRules>(kMaxAdapters, vlan_port(1, {2, 3})),
                             .slots = std::vector<SlotId>(kMaxAdapters, kNoSlot)});
    EXPECT_EQ(rules.adapters(), kMaxAdapters);
    for (const std::uint16_t vid : {std::uint16_t{1}, std::uint16_t{2}, std::uint16_t{3}}) {
        const auto all = rules.members({0}, {vid});
        ASSERT_EQ(all.size(), kMaxAdapters);
        EXPECT_EQ(all.back(), AdapterId{kMaxAdapters - 1});
    }
}

TEST(SwitchRules, V33_AnAdapterCarriesItsPvidAndTwentyVids) {
    PortRules port = access_port(1);
    for (std::size_t vid = 2; vid <= 21; ++vid) {
        port.vids.set(vid);
    }
    const SwitchRules rules({.ports = {port}, .slots = {kNoSlot}});
    for (std::uint16_t vid = 1; vid <= 21; ++vid) {
        EXPECT_THAT(members(rules, {0}, vid), ElementsAre(AdapterId{0})) << vid;
    }
    EXPECT_THAT(members(rules, {0}, 22), IsEmpty());
}

TEST(SwitchRulesDeathTest, RefuseSettingsThatControlShouldHaveRefused) {
    EXPECT_DEATH(SwitchRules({.ports = {access_port(1)}, .slots = {}}), "differ in length");
    EXPECT_DEATH(SwitchRules({.ports = {trunk_port(99, {1}), trunk_port(98, {1})},
                              .slots = {SlotId{0}, SlotId{1}}}),
                 "two trunk slots");
}

}  // namespace
}  // namespace sealane::hvswitch
