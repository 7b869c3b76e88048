#include "dataplane/sea/rules/bridge.h"

#include <gtest/gtest.h>

#include "tests/unit/wire/frame_bytes.h"

namespace sealane::sea {
namespace {

using wire::c_tag;
using wire::frame_bytes;
using wire::head_of;
using wire::s_tag;
using wire::Tag;

constexpr MacAddress kOutside{0x0000'5e00'5301};
constexpr MacAddress kClient{0x0200'0000'0001};

/// Three trunks, the default in the middle, so that index 0 is never right by accident.
constexpr std::size_t kDefault = 1;
const std::vector<TrunkVlans> kTrunks{
    {.pvid = {98}, .vids = {{3}, {4}}},
    {.pvid = {99}, .vids = {{1}, {2}}},
    {.pvid = {4093}, .vids = {{4094}}},
};

BridgeRules bridge() { return {kTrunks, kDefault}; }

wire::FrameHead from_outside(const std::vector<Tag>& tags) {
    return head_of(frame_bytes(kClient, kOutside, tags));
}

/// What the reference says of a C-tag with `vid`, written down as a list.
int trunk_of(std::uint16_t vid) {
    switch (vid) {
        case 0:  // priority only
        case 1:
        case 2:
        case 99:  // pvid_adapter's PVID
            return 1;
        case 3:
        case 4:
            return 0;
        case 4094:
            return 2;
        default:
            return -1;
    }
}

TEST(SeaInward, UntaggedGoesToThePvidAdapter) {
    EXPECT_EQ(bridge().from_wire(from_outside({})), (Inward{.trunk = kDefault}));
}

TEST(SeaInward, EveryVidGoesToItsTrunkOrIsFiltered) {
    const BridgeRules rules = bridge();
    for (std::uint16_t vid = 0; vid < kVlanCount; ++vid) {
        const int trunk = trunk_of(vid);
        const Inward expected = trunk < 0 ? Inward{.drop = Drop::FilteredVlan}
                                          : Inward{.trunk = static_cast<std::uint8_t>(trunk)};
        EXPECT_EQ(rules.from_wire(from_outside({c_tag(vid, 5, true)})), expected) << vid;
        EXPECT_EQ(
            rules.from_wire(head_of(frame_bytes(kClient, kOutside), wire::make_tci({vid}, 0))),
            expected)
            << vid << " beside the bytes";
    }
}

TEST(SeaInward, ThePlaceholderPvidOfAnotherTrunkIsFilteredThoughItsTrunkIsThere) {
    EXPECT_EQ(bridge().from_wire(from_outside({c_tag(98)})), (Inward{.drop = Drop::FilteredVlan}));
    EXPECT_EQ(bridge().from_wire(from_outside({c_tag(4093)})),
              (Inward{.drop = Drop::FilteredVlan}));
}

TEST(SeaInward, V13_Vid4095IsFiltered) {
    EXPECT_EQ(bridge().from_wire(from_outside({c_tag(4095)})),
              (Inward{.drop = Drop::FilteredVlan}));
}

TEST(SeaInward, V18_TheOuterTagAloneDecides) {
    EXPECT_EQ(bridge().from_wire(from_outside({c_tag(3), c_tag(1)})), (Inward{.trunk = 0}));
    EXPECT_EQ(bridge().from_wire(from_outside({c_tag(50), c_tag(1)})),
              (Inward{.drop = Drop::FilteredVlan}));
}

TEST(SeaInward, V21_AServiceTagIsPayloadOfAnUntaggedFrame) {
    for (std::uint16_t vid = 0; vid < kVlanCount; ++vid) {
        ASSERT_EQ(bridge().from_wire(from_outside({s_tag(vid)})), (Inward{.trunk = kDefault}));
    }
}

TEST(SeaInward, F18_ReservedDestinationsAreFilteredWithTheirOwnCounter) {
    for (std::uint64_t last = 0; last < 0x30; ++last) {
        const MacAddress dst{0x0180'c200'0000 | last};
        for (const std::vector<Tag>& tags : {std::vector<Tag>{}, {c_tag(1)}, {c_tag(50)}}) {
            const Inward inward = bridge().from_wire(head_of(frame_bytes(dst, kOutside, tags)));
            EXPECT_EQ(inward.drop == Drop::FilteredReserved, last < 16) << last;
        }
    }
}

TEST(SeaInward, F20_ZeroAndGroupSourcesAreDropped) {
    for (const MacAddress src : {MacAddress{0}, wire::kBroadcast, wire::kGroup}) {
        EXPECT_EQ(bridge().from_wire(head_of(frame_bytes(kClient, src))),
                  (Inward{.drop = Drop::BadSource}));
    }
}

TEST(SeaInward, V25_WhatCannotBeParsedKeepsItsReason) {
    EXPECT_EQ(bridge().from_wire({.fault = Drop::Runt}), (Inward{.drop = Drop::Runt}));
    EXPECT_EQ(bridge().from_wire({.fault = Drop::Malformed}), (Inward{.drop = Drop::Malformed}));
}

TEST(SeaOutward, UntaggedLeavesOnlyFromThePvidAdapter) {
    EXPECT_EQ(bridge().to_wire(kDefault, {0}), Drop::None);
    EXPECT_EQ(bridge().to_wire(0, {0}), Drop::FilteredVlan);
    EXPECT_EQ(bridge().to_wire(2, {0}), Drop::FilteredVlan);
}

TEST(SeaOutward, EveryVidLeavesOnlyFromItsOwnTrunk) {
    const BridgeRules rules = bridge();
    for (std::size_t trunk = 0; trunk < kTrunks.size(); ++trunk) {
        for (std::uint16_t vid = 1; vid < kVlanCount; ++vid) {
            const bool leaves = trunk_of(vid) == static_cast<int>(trunk);
            ASSERT_EQ(rules.to_wire(trunk, {vid}), leaves ? Drop::None : Drop::FilteredVlan)
                << trunk << ' ' << vid;
        }
    }
}

TEST(SeaRules, ACarriedFrameComesBackToTheTrunkThatItLeftFrom) {
    const BridgeRules rules = bridge();
    for (std::size_t trunk = 0; trunk < kTrunks.size(); ++trunk) {
        for (std::uint16_t vid = 0; vid < kVlanCount; ++vid) {
            if (rules.to_wire(trunk, {vid}) != Drop::None) continue;
            ASSERT_EQ(rules.from_wire(from_outside({c_tag(vid)})),
                      (Inward{.trunk = static_cast<std::uint8_t>(trunk)}));
        }
    }
}

TEST(SeaRules, CarrySixteenTrunksWithTwentyVlansEach) {
    std::vector<TrunkVlans> trunks;
    for (std::uint16_t trunk = 0; trunk < BridgeRules::kMaxTrunks; ++trunk) {
        TrunkVlans& vlans = trunks.emplace_back();
        vlans.pvid = {static_cast<std::uint16_t>(4094 - trunk)};
        for (std::uint16_t i = 0; i < 20; ++i) {
            vlans.vids.push_back({static_cast<std::uint16_t>(1 + trunk * 20 + i)});
        }
    }
    const BridgeRules rules(trunks, 15);
    for (std::uint16_t vid = 1; vid <= 320; ++vid) {
        EXPECT_EQ(rules.from_wire(from_outside({c_tag(vid)})),
                  (Inward{.trunk = static_cast<std::uint8_t>((vid - 1) / 20)}));
    }
    EXPECT_EQ(rules.from_wire(from_outside({})), (Inward{.trunk = 15}));
}

TEST(SeaRulesDeathTest, RefuseSettingsThatControlShouldHaveRefused) {
    const std::vector<TrunkVlans> twice{{.pvid = {98}, .vids = {{1}}},
                                        {.pvid = {99}, .vids = {{1}}}};
    EXPECT_DEATH(BridgeRules(twice, 0), "two trunks");
    EXPECT_DEATH(BridgeRules(kTrunks, 3), "pvid_adapter");
    const std::vector<TrunkVlans> reserved{{.pvid = {99}, .vids = {{4095}}}};
    EXPECT_DEATH(BridgeRules(reserved, 0), "4095");
    const std::vector<TrunkVlans> seventeen(17);
    EXPECT_DEATH(BridgeRules(seventeen, 0), "at most 16");
}

}  // namespace
}  // namespace sealane::sea
