// What a SEA makes of what its partner says: modes, ranks, strangers, lies.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/ha/machine_pair.h"

namespace sealane::ha {
namespace {

Statement primary_claim(std::uint64_t node, std::uint8_t priority) {
    return {.node = {node},
            .role = Role::Primary,
            .priority = priority,
            .uplink = true,
            .vlan_digest = 1};
}

TEST(Partner, H29_EqualPrioritiesAreBrokenByNodeIdAndTold) {
    Config one = config_of(1), two = config_of(1);
    two.node = {2};
    const Pair pair = settled(one, two);
    EXPECT_EQ(pair.role(0), Role::Primary);
    EXPECT_EQ(pair.role(1), Role::Backup);
    EXPECT_TRUE(has_alarm(pair.node[0], AlarmCause::SamePriority));
    EXPECT_TRUE(has_alarm(pair.node[1], AlarmCause::SamePriority));
}

TEST(Partner, H30_TheModesDecideBeforeThePriorities) {
    struct Case {
        Mode better, worse;
        std::size_t primary;
    };
    const Case cases[]{{Mode::Auto, Mode::Auto, 0},
                       {Mode::Standby, Mode::Standby, 0},
                       {Mode::Auto, Mode::Standby, 0},
                       {Mode::Standby, Mode::Auto, 1},
                       {Mode::Sharing, Mode::Auto, 0},
                       {Mode::Auto, Mode::Sharing, 0},
                       {Mode::Standby, Mode::Sharing, 1}};
    for (const Case& c : cases) {
        const Pair pair = settled(config_of(1, c.better, 2), config_of(2, c.worse, 2));
        EXPECT_EQ(pair.role(c.primary), Role::Primary);
        EXPECT_EQ(pair.role(1 - c.primary), Role::Backup);
    }
}

TEST(Partner, H32_ItsOwnWordsComingBackAreTheLoopNotAPartner) {
    Pair pair(config_of(1), config_of(2));
    pair.start(0);
    pair.run(2s);
    pair.feed(0, Heard{primary_claim(1, 1)});
    EXPECT_TRUE(has_alarm(pair.node[0], AlarmCause::OwnMessage));
    EXPECT_FALSE(pair.node[0].state.peer);
    EXPECT_EQ(pair.role(0), Role::Primary);
    pair.run(1s);
    EXPECT_FALSE(has_alarm(pair.node[0], AlarmCause::OwnMessage));
}

TEST(Partner, H32_AThirdNodeIsToldOfAndNotListenedTo) {
    Pair pair = settled(config_of(2), config_of(3));
    Statement stranger = primary_claim(9, 1);
    stranger.role = Role::Recovery;
    pair.feed(0, Heard{stranger});
    pair.settle();
    EXPECT_TRUE(has_alarm(pair.node[0], AlarmCause::ThirdNode));
    EXPECT_EQ(pair.node[0].state.peer->said.node, NodeId{3});
    EXPECT_EQ(pair.changes, 1U);
}

TEST(Partner, AnAskThatNobodyAnswersKeepsNoneInRecovery) {
    const Config config = config_of(1);
    Instant now{1h};
    State state = start(config, now);
    const auto tell = [&](const Event& event) { state = step(config, state, event, now).state; };
    tell(Link{true});
    tell(SlotChanged{.owner = Owner::Partner, .epoch = 1});
    for (const Instant end = now + config.health_time + config.hold_down; now < end;) {
        now += config.keepalive;
        tell(Heard{primary_claim(2, 2)});
    }
    ASSERT_EQ(state.role, Role::Recovery);
    tell(SlotChanged{.owner = Owner::Partner, .offered = true, .epoch = 1});
    ASSERT_TRUE(state.slots[0].asked);
    now += config.detect();
    tell(Wake{});
    EXPECT_EQ(state.role, Role::Backup) << "the partner is not known any more";
}

TEST(Partner, NoStatementMakesAForwarder) {
    Pair pair = settled(config_of(1), config_of(2));
    for (const Role role : {Role::Limbo, Role::Init, Role::Unhealthy, Role::Notify}) {
        Statement lie = primary_claim(1, 1);
        lie.role = role;
        lie.uplink = role == Role::Notify;
        lie.kind = Kind::Limbo;
        pair.feed(1, Heard{lie});
        pair.settle();
        EXPECT_TRUE(pair.owned(1).empty());
    }
    Statement goodbye = primary_claim(1, 1);
    goodbye.kind = Kind::Goodbye;
    pair.feed(1, Heard{goodbye});
    pair.settle();
    EXPECT_TRUE(pair.owned(1).empty());
}

TEST(Partner, AnOfferThatNobodyTakesIsWithdrawn) {
    Pair pair = settled(config_of(2), config_of(1));
    ASSERT_TRUE(pair.owns_all(1));
    pair.kill(0);
    pair.run(5s);
    Statement ghost = primary_claim(7, 0);
    ghost.kind = Kind::Recovery;
    ghost.role = Role::Recovery;
    pair.feed(1, Heard{ghost});
    EXPECT_EQ(pair.role(1), Role::Notify);
    EXPECT_TRUE(pair.owns_all(1)) << "it bridges until somebody else does";
    pair.run(2s);
    EXPECT_EQ(pair.role(1), Role::Primary);
    EXPECT_EQ(pair.slots[0].heir, kNoAdapter);
}

TEST(Partner, AnOfferThatWasTakenJustBeforeItWasWithdrawnIsNoLoss) {
    Pair pair = settled(config_of(2), config_of(1));
    pair.kill(0);
    pair.run(5s);
    Statement ghost = primary_claim(7, 0);
    ghost.kind = Kind::Recovery;
    ghost.role = Role::Recovery;
    pair.feed(1, Heard{ghost});
    ASSERT_TRUE(pair.node[1].state.slots[0].offered);
    pair.run(2s);
    ASSERT_FALSE(pair.node[1].state.slots[0].offered) << "it was withdrawn";
    pair.feed(
        1, SlotChanged{.owner = Owner::Partner, .epoch = *pair.node[1].state.slots[0].epoch + 1});
    EXPECT_EQ(pair.role(1), Role::Backup) << "it did its duty to the end";
    EXPECT_FALSE(pair.node[1].state.stood_down);
}

TEST(Partner, ASlotThatWentWithoutAnOfferIsALoss) {
    Pair pair = settled(config_of(2), config_of(1));
    pair.feed(
        1, SlotChanged{.owner = Owner::Partner, .epoch = *pair.node[1].state.slots[0].epoch + 1});
    EXPECT_EQ(pair.role(1), Role::Unhealthy);
}

TEST(Partner, AnOfferThatIsNotWantedAnyMoreIsNotTaken) {
    Pair pair = settled(config_of(1), config_of(2));
    pair.feed(1, SlotChanged{.owner = Owner::Partner, .offered = true, .epoch = 1});
    EXPECT_TRUE(all_of<Acquire>(pair.node[1].done).empty());
}

TEST(Partner, I3_AnOlderEpochChangesNothing) {
    Pair pair = settled(config_of(1), config_of(2));
    pair.kill(0);
    pair.settle();
    const State before = pair.node[1].state;
    pair.feed(1, SlotChanged{.owner = Owner::Partner, .epoch = 1});
    pair.feed(1, SlotChanged{.owner = Owner::Nobody, .epoch = 0});
    EXPECT_EQ(pair.node[1].state, before);
}

TEST(Partner, ASlotTheSeaDoesNotHaveChangesNothing) {
    Pair pair = settled(config_of(1), config_of(2));
    const State before = pair.node[0].state;
    pair.feed(0, SlotChanged{.trunk = 1, .owner = Owner::Nobody, .epoch = 5});
    pair.feed(0, SlotChanged{.trunk = 255, .owner = Owner::Nobody, .epoch = 5});
    EXPECT_EQ(pair.node[0].state, before);
}

TEST(Partner, H21_HalfOfAllStatementsLostMovesNothing) {
    Pair pair = settled(config_of(1), config_of(2));
    for (int i = 0; i < 2400; ++i) {
        pair.cut_control(i * 7 % 4 < 2);
        pair.run(250ms);
    }
    EXPECT_EQ(pair.changes, 1U);
}

TEST(Partner, BothSidesKeepTellingAtTheKeepAliveRate) {
    Pair pair = settled(config_of(1), config_of(2));
    const auto before = pair.node[0].sent;
    pair.run(10s);
    EXPECT_EQ(pair.node[0].sent - before, 40U);
}

TEST(Partner, ASplitOfTwoThatDoNotShareComesTogether) {
    // Both trunks were free and each node was the faster one once.
    Pair pair(config_of(1, Mode::Auto, 2), config_of(2, Mode::Auto, 2));
    pair.start(0);
    pair.start(1);
    pair.slots[0] = {.owner = {0}, .epoch = 1, .expires = pair.now + 1h};
    pair.slots[1] = {.owner = {1}, .epoch = 1, .expires = pair.now + 1h};
    for (std::size_t i : {0, 1}) {
        pair.node[i].notices.clear();
        pair.feed(i, SlotChanged{0, i == 0 ? Owner::Me : Owner::Partner, false, 1});
        pair.feed(i, SlotChanged{1, i == 1 ? Owner::Me : Owner::Partner, false, 1});
    }
    pair.run(5s);
    EXPECT_TRUE(pair.owns_all(0));
    EXPECT_EQ(pair.role(1), Role::Backup);
}

TEST(Partner, AWordOfTheOperatorIsHeardInEveryRole) {
    Pair pair = settled(config_of(1), config_of(2));
    pair.node[1].config.fb_delay = 1s;
    pair.feed(1, ConfigChanged{});
    EXPECT_THAT(all_of<Send>(pair.node[1].done), testing::SizeIs(1));
    EXPECT_EQ(pair.role(1), Role::Backup);
}

TEST(Partner, AStoppedMachineSaysAndDoesNothingMore) {
    Pair pair = settled(config_of(1), config_of(2));
    pair.feed(0, Stop{});
    pair.settle();
    pair.node[0].done.clear();
    pair.run(60s);
    pair.feed(0, Link{false});
    pair.feed(0, Stop{});
    EXPECT_THAT(all_of<Acquire>(pair.node[0].done), testing::IsEmpty());
    EXPECT_EQ(pair.role(0), Role::Init);
}

}  // namespace
}  // namespace sealane::ha
