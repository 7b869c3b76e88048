// Digests of what a pair must have in common.
#include "control/ha/digest.h"

#include <gtest/gtest.h>

#include "tests/unit/ha/golden.h"

namespace sealane::ha {
namespace {

const std::vector<TrunkVlans> kTwo{{.pvid = {99}, .vids = {{1}, {2}}},
                                   {.pvid = {98}, .vids = {{3}, {4}}}};

TEST(Digest, IsThatOfAnIndependentMaker) {
    EXPECT_EQ(trunk_digest(kTwo), golden::kTrunks);
    EXPECT_EQ(trunk_digest({{.pvid = {1}}}), golden::kNoVids);
    EXPECT_EQ(vswitch_digest("ETHERNET0"), golden::kVswitch);
}

TEST(Digest, OrderOfListsDoesNotMatter) {
    EXPECT_EQ(
        trunk_digest({{.pvid = {98}, .vids = {{4}, {3}}}, {.pvid = {99}, .vids = {{2}, {1}}}}),
        trunk_digest(kTwo));
}

TEST(Digest, L05EachDifferenceMatters) {
    const std::uint64_t two = trunk_digest(kTwo);
    const TrunkVlans& first = kTwo[0];
    EXPECT_NE(trunk_digest({first}), two);                                      // fewer
    EXPECT_NE(trunk_digest({first, {.pvid = {98}, .vids = {{3}}}}), two);       // a VID fewer
    EXPECT_NE(trunk_digest({first, {.pvid = {98}, .vids = {{3}, {5}}}}), two);  // another VID
    EXPECT_NE(trunk_digest({first, {.pvid = {97}, .vids = {{3}, {4}}}}), two);  // another PVID
    // The same VIDs on the other trunks, and the same numbers cut elsewhere.
    EXPECT_NE(
        trunk_digest({{.pvid = {99}, .vids = {{3}, {4}}}, {.pvid = {98}, .vids = {{1}, {2}}}}),
        two);
    EXPECT_NE(
        trunk_digest({{.pvid = {99}, .vids = {{1}}}, {.pvid = {98}, .vids = {{2}, {3}, {4}}}}),
        two);
    EXPECT_NE(vswitch_digest("ETHERNET1"), vswitch_digest("ETHERNET0"));
}

}  // namespace
}  // namespace sealane::ha
