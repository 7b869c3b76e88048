// What counts as healthy, and for how long it has to: reference 3.5, H10.
#include <functional>

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

TEST(Health, H10_APartnerThatSaysItIsBetterAndDoesNotComeLeavesLittleDark) {
    const Config config = config_of(1);
    Instant now{1h};
    State state = start(config, now);
    std::uint32_t epoch = 0;
    // The slot goes as this machine asks; the partner has no way to it.
    const std::function<void(const Event&)> tell = [&](const Event& event) {
        Step done = step(config, state, event, now);
        state = done.state;
        for (const Action& action : done.actions) {
            if (std::holds_alternative<Release>(action))
                tell(SlotChanged{.owner = Owner::Nobody, .epoch = ++epoch});
            if (std::holds_alternative<Acquire>(action))
                tell(SlotChanged{.owner = Owner::Me, .epoch = ++epoch});
        }
    };
    const Statement partner{.kind = Kind::KeepAlive,
                            .node = NodeId{2},
                            .role = Role::Backup,
                            .priority = 2,
                            .mode = Mode::Auto,
                            .uplink = true,
                            .vlan_digest = config.vlan_digest};
    Duration dark{};
    const auto live = [&](Duration time) {
        for (const Instant end = now + time; now < end;) {
            now += config.keepalive / 5;
            tell(Heard{partner});
            if (state.slots[0].owner != Owner::Me) dark += config.keepalive / 5;
        }
    };
    tell(Link{true});
    tell(SlotChanged{.owner = Owner::Nobody, .epoch = ++epoch});
    live(config.health_time + config.detect());
    ASSERT_EQ(state.role, Role::Primary);

    dark = {};
    tell(Reachability{false});
    const std::uint32_t before = epoch;
    live(60 * config.detect());
    EXPECT_LT(dark, 5 * config.detect()) << "each time it is kept for twice as long";
    EXPECT_LT(epoch - before, 20U);
    tell(Reachability{true});
    tell(Reachability{false});
    EXPECT_EQ(state.slots[0].owner, Owner::Nobody) << "another silence is another matter";
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
