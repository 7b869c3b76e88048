#include "control/ha/share.h"

#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace sealane::ha {
namespace {

using testing::HasSubstr;

const std::vector<TrunkVlans> kOurs{{{99}, {{1}, {2}}}, {{98}, {{3}, {4}}}};

TEST(Share, L02_TheBetterOneGetsTheFirstHalfAndTheOddOne) {
    EXPECT_EQ(share_of_better(2).bits, 0b01);
    EXPECT_EQ(share_of_better(3).bits, 0b011);
    EXPECT_EQ(share_of_better(5).bits, 0b00111);
    EXPECT_EQ(share_of_better(7).bits, 0b0001111);
    EXPECT_EQ(share_of_better(16).bits, 0x00ff);
}

TEST(Share, TheTwoSharesAreAllAndOverlapNowhere) {
    for (std::size_t trunks = 1; trunks <= kMaxTrunks; ++trunks) {
        EXPECT_EQ(share_of_better(trunks) | share_of_worse(trunks), TrunkSet::first(trunks));
        EXPECT_TRUE((share_of_better(trunks) & share_of_worse(trunks)).empty());
    }
}

TEST(Share, TrunksAreCountedInTheOrderOfTheirPvids) {
    const auto sorted = in_order(kOurs);
    EXPECT_EQ(sorted[0].pvid, VlanId{98});
    EXPECT_EQ(sorted[1].pvid, VlanId{99});
}

TEST(Share, L05_TheSameVlansInAnotherOrderAreTheSame) {
    const std::vector<TrunkVlans> theirs{{{98}, {{4}, {3}}}, {{99}, {{2}, {1}}}};
    EXPECT_EQ(why_not_congruent(kOurs, theirs), "");
}

TEST(Share, L05_EveryDifferenceIsTold) {
    const auto expect = [](const std::vector<TrunkVlans>& theirs, const char* words) {
        EXPECT_THAT(why_not_congruent(kOurs, theirs), HasSubstr(words));
    };
    expect({{{99}, {{1}, {2}}}}, "this SEA has 2 trunk adapters, its partner 1");
    expect({{{99}, {{1}, {2}}}, {{97}, {{3}, {4}}}},
           "PVID 98 where its partner has one with PVID 97");
    expect({{{99}, {{1}, {2}}}, {{98}, {{3}, {5}}}},
           "different VIDs: 3 4 here, 3 5 at the partner");
    expect({{{99}, {{1}, {2}}}, {{98}, {}}}, "3 4 here, none at the partner");
    // A VID that moved to the other adapter: the same VLANs all in all.
    expect({{{99}, {{1}, {2}, {3}}}, {{98}, {{4}}}}, "PVID 98 carry different VIDs");
}

}  // namespace
}  // namespace sealane::ha
