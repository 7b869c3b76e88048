// What counts as healthy, and for how long it has to: reference 3.5, H10.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/ha/machine_pair.h"

namespace sealane::ha {
namespace {

TEST(Health, H10_AnUnreachableTargetMovesTheSlotToThePartner) {
    Pair pair = ordinary();
    pair.set_reachable(0, false);
    pair.settle();
    EXPECT_EQ(pair.role(0), Role::Limbo);
    EXPECT_EQ(pair.node[0].state.reason, Reason::Unreachable);
    EXPECT_TRUE(pair.owns_all(1));
}

TEST(Health, H10_WhenTheTargetIsGoneForBothTheLastPrimaryStays) {
    for (const std::size_t first : {0, 1}) {
        Pair pair = ordinary();
        pair.set_reachable(first, false);
        pair.run(2s);
        const std::uint32_t changes = pair.changes;
        const std::size_t last = 1 - first;
        ASSERT_TRUE(pair.owns_all(first == 0 ? 1 : 0));
        pair.set_reachable(last, false);
        pair.run(600s);
        EXPECT_EQ(pair.changes, changes) << "no ping-pong";
        EXPECT_EQ(pair.role(first == 0 ? 1 : 0), Role::Primary);
    }
}

TEST(Health, H10_BothLostInOneInstantEndsWithOneForwarder) {
    Pair pair = ordinary();
    pair.set_reachable(0, false);
    pair.set_reachable(1, false);
    pair.run(10s);
    EXPECT_TRUE(pair.owns_all(0)) << "the last owner comes back first";
    const std::uint32_t changes = pair.changes;
    pair.run(600s);
    EXPECT_EQ(pair.changes, changes);
}

TEST(Health, H10_AloneAndUnreachableItKeepsBridging) {
    Pair pair = ordinary();
    pair.kill(1);
    pair.run(5s);
    pair.set_reachable(0, false);
    pair.run(60s);
    EXPECT_EQ(pair.role(0), Role::Primary);
}

TEST(Health, H10_AnUnreachablePrimaryLeavesToAPartnerThatIsReachableAgain) {
    Pair pair = ordinary();
    pair.set_reachable(1, false);
    pair.run(2s);
    pair.set_reachable(0, false);
    pair.run(2s);
    ASSERT_TRUE(pair.owns_all(0));
    pair.set_reachable(1, true);
    pair.run(2s);
    EXPECT_TRUE(pair.owns_all(1));
}

TEST(Health, ALinkCountsExactlyAfterItsTime) {
    Config better = config_of(1);
    better.link_time = 3s;
    Pair pair = settled(better, config_of(2));
    pair.run(5s);
    ASSERT_TRUE(pair.owns_all(0));
    pair.set_link(0, false);
    pair.run(5s);
    pair.set_link(0, true);
    pair.run(2999ms);
    EXPECT_EQ(pair.role(0), Role::Limbo);
    EXPECT_EQ(pair.node[0].state.reason, Reason::LinkTooYoung);
    pair.run(1ms);
    EXPECT_EQ(pair.role(0), Role::Primary);
}

TEST(Health, ABrokenNodeRejoinsExactlyAfterHealthTime) {
    Config better = config_of(1);
    better.health_time = 60s;
    Pair pair = settled(better, config_of(2));
    pair.set_link(0, false);
    pair.run(1s);
    pair.set_link(0, true);
    pair.run(59'999ms);
    EXPECT_EQ(pair.role(0), Role::Unhealthy);
    EXPECT_TRUE(pair.owns_all(1));
    pair.run(1ms);
    EXPECT_EQ(pair.role(0), Role::Primary);
}

TEST(Health, I10_AYoungLinkIsBetterThanNone) {
    Config better = config_of(1);
    better.link_time = 600s;
    better.health_time = 600s;
    Pair pair(better, config_of(2));
    pair.start(0);
    pair.run(5s);
    EXPECT_TRUE(pair.owns_all(0)) << "nobody else is there";
}

TEST(Health, I10_HoldDownDelaysNoTakeOver) {
    Config better = config_of(1), worse = config_of(2);
    better.hold_down = worse.hold_down = 600s;
    Pair pair = settled(better, worse);
    pair.set_link(0, false);
    pair.settle();
    EXPECT_TRUE(pair.owns_all(1));
    pair.set_link(0, true);
    pair.run(60s);
    EXPECT_TRUE(pair.owns_all(1)) << "pre-emption waits";
    pair.kill(1);
    pair.settle();
    EXPECT_TRUE(pair.owns_all(0)) << "taking what nobody has does not";
}

TEST(Health, I9_HoldDownDelaysPreEmptionExactlySoLong) {
    Config better = config_of(1), worse = config_of(2);
    better.hold_down = worse.hold_down = 10s;
    Pair pair = settled(better, worse);
    pair.run(20s);
    pair.set_link(0, false);
    pair.settle();
    pair.set_link(0, true);
    pair.run(9'999ms);
    EXPECT_TRUE(pair.owns_all(1));
    pair.run(1ms);
    EXPECT_TRUE(pair.owns_all(0));
}

TEST(Health, AResetIsAskedForOnlyByWhoLeavesTheOutsideInOrder) {
    Config better = config_of(1);
    better.adapter_reset = true;
    Pair pair = settled(better, config_of(2));
    pair.set_mode(0, Mode::Standby);
    pair.settle();
    EXPECT_THAT(all_of<ResetAdapter>(pair.node[0].done), testing::SizeIs(1));
    EXPECT_THAT(all_of<ResetAdapter>(pair.node[1].done), testing::IsEmpty());
}

}  // namespace
}  // namespace sealane::ha
