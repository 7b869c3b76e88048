// Who bridges when something breaks: reference 1.4-F.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/ha/machine_pair.h"

namespace sealane::ha {
namespace {

using testing::Not;

TEST(Failover, H01_OfTwoThatStartTogetherTheBetterOneBridges) {
    const Pair pair = ordinary();
    EXPECT_EQ(pair.role(0), Role::Primary);
    EXPECT_EQ(pair.role(1), Role::Backup);
    EXPECT_TRUE(pair.owns_all(0));
    EXPECT_EQ(pair.changes, 1U);
}

TEST(Failover, H01_ALateControlChannelCostsOneChangeAtMost) {
    for (const Duration late : {0ms, 500ms, 1000ms, 3000ms}) {
        Pair pair(config_of(1), config_of(2));
        pair.cut_control(true);
        pair.start(0);
        pair.start(1);
        pair.run(late);
        pair.cut_control(false);
        pair.run(10s);
        EXPECT_TRUE(pair.owns_all(0)) << late.count();
        EXPECT_LE(pair.changes, 2U) << late.count();
    }
}

TEST(Failover, H02_AloneItBridgesExactlyWhenItHasListenedLongEnough) {
    Pair pair(config_of(1), config_of(2));
    pair.start(0);
    pair.run(999ms);
    EXPECT_EQ(pair.role(0), Role::Init);
    EXPECT_TRUE(pair.owned(0).empty());
    pair.run(1ms);
    EXPECT_EQ(pair.role(0), Role::Primary);
    EXPECT_TRUE(has_alarm(pair.node[0], AlarmCause::PartnerUnknown));
}

TEST(Failover, H03_TheBetterOneReturnsAfterItsDelay) {
    Config better = config_of(1);
    better.fb_delay = 5s;
    Pair pair(better, config_of(2));
    pair.start(1);
    pair.run(5s);
    ASSERT_TRUE(pair.owns_all(1));
    pair.start(0);
    pair.run(4999ms);
    EXPECT_EQ(pair.role(0), Role::Backup);
    pair.run(1ms);
    EXPECT_EQ(pair.role(0), Role::Primary);
    EXPECT_EQ(pair.role(1), Role::Backup);
    EXPECT_EQ(pair.changes, 2U);
}

TEST(Failover, H03_WithoutAutomaticFailbackTheWorseOneKeepsBridging) {
    Config better = config_of(1);
    better.noauto_failback = true;
    Pair pair(better, config_of(2));
    pair.start(1);
    pair.run(5s);
    pair.start(0);
    pair.run(60s);
    EXPECT_EQ(pair.role(0), Role::Backup);
    EXPECT_TRUE(pair.owns_all(1));
    pair.set_mode(1, Mode::Standby);  // A command is no automatic failback.
    pair.settle();
    EXPECT_TRUE(pair.owns_all(0));
}

TEST(Failover, H04_WhenTheLinkBreaksThePartnerBridgesInTheSameInstant) {
    Pair pair = ordinary();
    pair.set_link(0, false);
    EXPECT_TRUE(pair.owned(0).empty()) << "it lets go before anybody has to ask";
    pair.settle();
    EXPECT_EQ(pair.role(0), Role::Limbo);
    EXPECT_EQ(pair.role(1), Role::Primary);
    EXPECT_FALSE(all_of<Announce>(pair.node[1].done).empty());
    EXPECT_TRUE(all_of<Announce>(pair.node[0].done).empty());
}

TEST(Failover, H05_ALinkThatIsBackWithinTheDebounceTimeMovesNothing) {
    Config better = config_of(1);
    better.link_debounce = 50ms;
    Pair pair = settled(better, config_of(2));
    pair.set_link(0, false);
    pair.run(49ms);
    pair.set_link(0, true);
    pair.run(10s);
    EXPECT_EQ(pair.changes, 1U);
    EXPECT_EQ(pair.role(0), Role::Primary);

    pair.set_link(0, false);
    pair.run(49ms);
    EXPECT_TRUE(pair.owns_all(0));
    pair.run(1ms);
    EXPECT_TRUE(pair.owns_all(1));
}

TEST(Failover, H06_AFlappingLinkMovesTheSlotOnceInTheHoldDownAtMost) {
    Pair pair = ordinary();
    for (int flap = 0; flap < 300; ++flap) {
        pair.set_link(0, flap % 2 != 0);
        pair.run(200ms);
    }
    EXPECT_LE(pair.node[0].state.counters.times_primary, 1U + 60) << "not 150 times";
    pair.set_link(0, false);
    pair.run(1s);
    EXPECT_TRUE(pair.owns_all(1));
}

TEST(Failover, H06_WithHealthTimeAFlappingLinkMovesItOnce) {
    Config better = config_of(1);
    better.health_time = 2s;
    Pair pair = settled(better, config_of(2));
    for (int flap = 0; flap < 300; ++flap) {
        pair.set_link(0, flap % 2 != 0);
        pair.run(200ms);
    }
    EXPECT_EQ(pair.changes, 3U) << "taken once at the start, let go, taken";
    EXPECT_TRUE(pair.owns_all(1));
}

TEST(Failover, H07_WithBothLinksDownNobodyBridgesUntilTheFirstIsBack) {
    Pair pair = ordinary();
    pair.set_link(0, false);
    pair.set_link(1, false);
    pair.run(10s);
    EXPECT_TRUE(pair.owned(0).empty());
    EXPECT_TRUE(pair.owned(1).empty());
    EXPECT_TRUE(has_alarm(pair.node[1], AlarmCause::NobodyBridges));
    pair.set_link(1, true);
    pair.settle();
    EXPECT_TRUE(pair.owns_all(1));
}

TEST(Failover, H08_TheOldPrimaryComesBackThoughItWasTheFirstToLeave) {
    Pair pair = ordinary();
    pair.set_link(0, false);
    pair.run(2s);
    pair.set_link(1, false);
    pair.run(2s);
    pair.set_link(0, true);
    pair.settle();
    EXPECT_TRUE(pair.owns_all(0));
}

TEST(Failover, H09_StandbyOnThePrimaryIsASwitchOverWithoutAGap) {
    Pair pair = ordinary();
    const std::uint32_t epoch = pair.slots[0].epoch;
    pair.set_mode(0, Mode::Standby);
    pair.settle();
    EXPECT_EQ(pair.role(0), Role::Backup);
    EXPECT_EQ(pair.role(1), Role::Primary);
    EXPECT_EQ(pair.slots[0].epoch, epoch + 1) << "from hand to hand: it was never free";
    EXPECT_EQ(pair.node[0].state.counters.times_primary, 1U);
    EXPECT_EQ(pair.node[0].state.counters.times_backup, 1U);
    EXPECT_EQ(pair.node[0].state.counters.flip_flop, 1U);
    EXPECT_EQ(pair.node[1].state.counters.times_primary, 1U);
    EXPECT_EQ(pair.node[1].state.counters.flip_flop, 1U);
    EXPECT_THAT(all_of<HandOver>(pair.node[0].done), testing::SizeIs(1));

    pair.set_mode(0, Mode::Auto);
    pair.run(2s);
    EXPECT_EQ(pair.role(0), Role::Primary);
    EXPECT_EQ(pair.node[0].state.counters.flip_flop, 2U);
}

TEST(Failover, H11_AKilledPrimaryIsReplacedInTheSameInstant) {
    Pair pair = ordinary();
    pair.kill(0);
    pair.settle();
    EXPECT_TRUE(pair.owns_all(1));
    EXPECT_EQ(pair.role(1), Role::Primary);
}

TEST(Failover, H12_AGracefulStopIsTakenOverInTheSameInstant) {
    Pair pair = ordinary();
    pair.feed(0, Stop{});
    pair.settle();
    EXPECT_TRUE(pair.owns_all(1));
    EXPECT_EQ(pair.role(0), Role::Init);
    EXPECT_FALSE(pair.node[1].state.peer) << "it said goodbye";
}

TEST(Failover, H13_AFrozenPrimaryLosesItsLeaseAndStandsDownWhenItWakes) {
    Pair pair = ordinary();
    pair.set_stalled(0, true);
    Node& frozen = pair.node[0];
    for (int tick = 0; tick < 30; ++tick) {  // Nothing of node 0 runs: neither thread.
        pair.pass_to(pair.now + 100ms);
        while (!pair.node[1].notices.empty())
            pair.read_notice(1);
        pair.feed(1, Wake{});
    }
    EXPECT_EQ(frozen.state.role, Role::Primary) << "it does not know yet";
    ASSERT_TRUE(pair.owns_all(1));
    frozen.stalled = false;
    pair.settle();
    EXPECT_THAT(frozen.state.role, Not(Role::Primary));
    EXPECT_THAT(all_of<Alarm>(frozen.done), testing::Contains(Alarm{AlarmCause::SlotLost, true}));
    EXPECT_THAT(all_of<Acquire>(frozen.done), testing::IsEmpty());
    EXPECT_TRUE(pair.owns_all(1));
}

TEST(Failover, H15_AHungDataplaneLosesTheSlotThoughItsControlTalks) {
    Pair pair = ordinary();
    pair.set_stalled(0, true);
    pair.run(99ms);
    EXPECT_TRUE(pair.owns_all(0));
    pair.run(1ms);
    EXPECT_TRUE(pair.owns_all(1));
    EXPECT_EQ(pair.role(0), Role::Unhealthy)
        << "it does not know why, but that it was not forwarding";
}

TEST(Failover, H15_ADataplaneKnownToHangIsLetGoOfBeforeItsLeaseEnds) {
    Pair pair = ordinary();
    pair.set_stalled(0, true);
    pair.feed(0, Dataplane{true});
    pair.settle();
    EXPECT_EQ(pair.role(0), Role::Limbo);
    EXPECT_TRUE(pair.owns_all(1));
    pair.set_stalled(0, false);
    pair.feed(0, Dataplane{false});
    pair.run(2s);
    EXPECT_TRUE(pair.owns_all(0));
}

TEST(Failover, H17_ACutControlChannelMovesNothingAndIsTold) {
    Pair pair = ordinary();
    pair.cut_control(true);
    pair.run(600s);
    EXPECT_EQ(pair.changes, 1U);
    EXPECT_EQ(pair.role(0), Role::Primary);
    EXPECT_EQ(pair.role(1), Role::Backup);
    EXPECT_TRUE(has_alarm(pair.node[0], AlarmCause::PartnerUnknown));
    EXPECT_TRUE(has_alarm(pair.node[1], AlarmCause::PartnerUnknown));
    pair.cut_control(false);
    pair.run(1s);
    EXPECT_FALSE(has_alarm(pair.node[0], AlarmCause::PartnerUnknown));
    EXPECT_EQ(pair.changes, 1U);
}

TEST(Failover, H18_WithoutControlABrokenLinkStillFailsOver) {
    Pair pair = ordinary();
    pair.cut_control(true);
    pair.run(5s);
    pair.set_link(0, false);
    pair.settle();
    EXPECT_TRUE(pair.owns_all(1));
}

TEST(Failover, H19_WithoutControlADeadPrimaryIsStillReplaced) {
    Pair pair = ordinary();
    pair.cut_control(true);
    pair.run(5s);
    pair.kill(0);
    pair.settle();
    EXPECT_TRUE(pair.owns_all(1));
}

TEST(Failover, H20_AOneWayCutMovesNothing) {
    for (const std::size_t deaf : {0, 1}) {
        Pair pair = ordinary();
        pair.node[deaf].cut = true;
        pair.run(600s);
        EXPECT_EQ(pair.changes, 1U) << deaf;
    }
}

TEST(Failover, H36_HealthTimeGivesWayWhenTheHealthyPartnerDies) {
    Config unhealthy = config_of(2);
    unhealthy.health_time = 600s;
    Pair pair(unhealthy, config_of(1));
    pair.start(1);
    pair.run(5s);
    pair.start(0);
    pair.run(5s);
    ASSERT_EQ(pair.role(0), Role::Unhealthy);
    pair.kill(1);
    pair.settle();
    EXPECT_EQ(pair.role(0), Role::Primary);
}

TEST(Failover, H36_TheBetterOneWaitsForNobodyEvenThen) {
    Config unhealthy = config_of(1);
    unhealthy.health_time = 600s;
    Pair pair(unhealthy, config_of(2));
    pair.start(1);
    pair.run(5s);
    pair.start(0);
    pair.run(5s);
    ASSERT_EQ(pair.role(0), Role::Unhealthy);
    pair.kill(1);
    pair.settle();
    EXPECT_EQ(pair.role(0), Role::Primary);
}

TEST(Failover, H37_WithItsLinkDownNobodyTakesOverAndThatIsTold) {
    Pair pair = ordinary();
    pair.set_link(1, false);
    pair.run(2s);
    pair.kill(0);
    pair.run(60s);
    EXPECT_EQ(pair.role(1), Role::Limbo);
    EXPECT_TRUE(pair.owned(1).empty());
    EXPECT_TRUE(has_alarm(pair.node[1], AlarmCause::NobodyBridges));
}

TEST(Failover, H38_AfterTheHypervisorRestartedThePairElectsAnew) {
    Pair pair = ordinary();
    pair.restart_hypervisor();
    pair.run(5s);
    EXPECT_EQ(pair.role(0), Role::Primary);
    EXPECT_EQ(pair.role(1), Role::Backup);
    EXPECT_EQ(pair.slots[0].epoch, 1U) << "epochs begin anew, and one change was enough";
}

TEST(Failover, H39_ANodeThatRestartsBesideAnActivePartnerStaysBehindIt) {
    Pair pair = ordinary();
    pair.kill(1);
    pair.run(100ms);
    pair.start(1);
    pair.run(60s);
    EXPECT_EQ(pair.role(1), Role::Backup);
    EXPECT_EQ(pair.changes, 1U);
}

TEST(Failover, H40_ClientsAreAnnouncedOnTakingOverAndWhenThePartnerComesOrGoes) {
    Pair pair = ordinary();
    pair.kill(1);
    pair.run(2s);
    EXPECT_THAT(all_of<Announce>(pair.node[0].done), testing::SizeIs(1)) << "it went";
    pair.start(1);
    pair.run(2s);
    EXPECT_THAT(all_of<Announce>(pair.node[0].done), testing::SizeIs(2)) << "it came";
    EXPECT_TRUE(all_of<Announce>(pair.node[1].done).empty());
}

TEST(Failover, I8_WithoutAFaultNothingEverChanges) {
    for (const Mode mode : {Mode::Auto, Mode::Standby, Mode::Sharing}) {
        Pair pair = settled(config_of(1, mode, 2), config_of(2, mode, 2));
        const std::uint32_t changes = pair.changes;
        pair.run(600s);
        EXPECT_EQ(pair.changes, changes);
        EXPECT_THAT(all_of<RoleChanged>(pair.node[0].done), testing::IsEmpty());
        EXPECT_THAT(all_of<RoleChanged>(pair.node[1].done), testing::IsEmpty());
    }
}

}  // namespace
}  // namespace sealane::ha
