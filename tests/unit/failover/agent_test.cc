// A pair as it runs: machine, messages and slots together.
#include "control/failover/agent.h"

#include <algorithm>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/failover/agents.h"

namespace sealane::failover {
namespace {

using ha::Role;

const ha::TrunkSet kBoth = ha::TrunkSet::first(2);
const ha::TrunkSet kNone{};

/// Both have started and found each other.
class AgentPair : public testing::Test {
  protected:
    explicit AgentPair(ha::Mode mode = ha::Mode::Auto) : pair(2, mode) {
        pair.start(0, 11);
        pair.start(1, 22);
        pair.run(3s);
    }

    [[nodiscard]] std::size_t believed(std::size_t i, ha::MessageType type) {
        return pair.side(i).agent->hearing().counters().of(type);
    }
    [[nodiscard]] std::size_t rejected(std::size_t i, ha::Reject why) {
        return pair.side(i).agent->hearing().counters().of(why);
    }
    [[nodiscard]] bool noted(std::size_t i, const std::string& kind, const std::string& what) {
        return std::ranges::any_of(pair.side(i).notes, [&](const Note& note) {
            return note.kind == kind && note.what == what;
        });
    }

    Agents pair;
};

TEST_F(AgentPair, TheBetterPriorityBridgesAll) {
    EXPECT_EQ(pair.role(0), Role::Primary);
    EXPECT_EQ(pair.role(1), Role::Backup);
    EXPECT_EQ(pair.active(0), kBoth);
    EXPECT_EQ(pair.active(1), kNone);
    EXPECT_THAT(pair.side(0).announced,
                testing::ElementsAre(ha::TrunkSet{0b01}, ha::TrunkSet{0b10}));
    EXPECT_TRUE(pair.side(1).announced.empty());
}

TEST_F(AgentPair, EachHearsTheOthersKeepAlives) {
    EXPECT_GT(believed(0, ha::MessageType::KeepAlive), 5U);
    EXPECT_GT(believed(1, ha::MessageType::KeepAlive), 5U);
    EXPECT_EQ(believed(0, ha::MessageType::Response), 1U) << "one challenge a boot";
}

TEST_F(AgentPair, OverAControlChannelNoLiveIsSent) {
    EXPECT_EQ(believed(0, ha::MessageType::Live), 0U);
    EXPECT_EQ(believed(1, ha::MessageType::Live), 0U);
}

TEST(AgentsThatDiscover, SayOneLiveASecondBesideTheirKeepAlives) {
    Agents pair;
    pair.discover = true;
    pair.start(0, 11);
    const auto counters = [&] { return pair.side(0).agent->hearing().counters(); };
    const auto said = [&] { return pair.side(0).agent->speaking().counters(); };
    pair.run(5s);
    EXPECT_EQ(said()[static_cast<std::size_t>(ha::MessageType::Live)], 0U) << "nobody is known";
    pair.start(1, 22);
    pair.run(3s);
    const std::uint64_t lives = counters().of(ha::MessageType::Live);
    const std::uint64_t beats = counters().of(ha::MessageType::KeepAlive);
    pair.run(10s);
    EXPECT_EQ(counters().of(ha::MessageType::Live) - lives, 10U);
    EXPECT_EQ(counters().of(ha::MessageType::KeepAlive) - beats, 40U);
}

TEST_F(AgentPair, ASeaWhoseDataplaneHangsDoesNotAskForSlotsAgain) {
    pair.side(0).hangs = true;
    pair.run(2s);
    ASSERT_EQ(pair.active(1), kBoth);
    EXPECT_EQ(pair.role(0), Role::Limbo);
    const std::uint32_t epoch = pair.slots.holder({0}).epoch;
    pair.run(10s);
    EXPECT_EQ(pair.slots.holder({0}).epoch, epoch) << "it got the slot, and lost it by its lease";
    pair.side(0).hangs = false;
    pair.run(5s);
    EXPECT_EQ(pair.role(0), Role::Primary);
}

TEST_F(AgentPair, AnAgentThatSleptItselfSaysNothingOfItsDataplane) {
    Agent& agent = *pair.side(1).agent;
    const Duration detect = agent.config().detect();
    agent.set_progress(pair.side(1).progress, pair.now += detect);
    EXPECT_FALSE(agent.state().stalled);
    agent.set_progress(pair.side(1).progress, pair.now += detect - 1ms);
    EXPECT_FALSE(agent.state().stalled);
    agent.set_progress(pair.side(1).progress, pair.now += 1ms);
    EXPECT_TRUE(agent.state().stalled);
    agent.set_progress(pair.side(1).progress + 1, pair.now += 1ms);
    EXPECT_FALSE(agent.state().stalled);
}

TEST_F(AgentPair, WhoeverLosesItsLinkIsReplacedAtOnce) {
    pair.set_link(0, false);
    pair.run(1ms);
    EXPECT_EQ(pair.active(0), kNone);
    EXPECT_EQ(pair.active(1), kBoth);
    EXPECT_EQ(pair.role(1), Role::Primary);
    EXPECT_TRUE(noted(0, "role", "PRIMARY > LIMBO"));
    EXPECT_TRUE(noted(1, "role", "BACKUP > PRIMARY"));
    EXPECT_TRUE(noted(1, "slot", "ent3 taken, epoch 3"));
}

TEST_F(AgentPair, WhoeverDiesIsReplacedAtOnce) {
    pair.kill(0);
    EXPECT_EQ(pair.active(1), kBoth);
}

TEST_F(AgentPair, WhoeverHangsIsReplacedWhenItsLeaseEnds) {
    pair.side(0).hangs = true;
    pair.run(kLease - 1ms);
    EXPECT_EQ(pair.active(0), kBoth);
    pair.run(3ms);
    EXPECT_EQ(pair.active(0), kNone);
    EXPECT_EQ(pair.active(1), kBoth);
    EXPECT_TRUE(noted(0, "alarm", "slot_lost"));
}

TEST_F(AgentPair, ACutControlChannelMovesNothing) {
    pair.cut = true;
    pair.run(1min);
    EXPECT_EQ(pair.active(0), kBoth);
    EXPECT_TRUE(noted(0, "alarm", "partner_unknown"));
    EXPECT_TRUE(noted(1, "alarm", "partner_unknown"));
}

TEST_F(AgentPair, H22_ADelayedAndReorderedControlChannelMovesNothing) {
    const auto epoch = [&] { return pair.slots.holder({0}).epoch; };
    const std::uint32_t before = epoch();
    pair.jitter = 600ms;  // of keep-alives every 250: many come after later ones
    pair.run(1min);
    EXPECT_GT(rejected(1, ha::Reject::Replay), 10U) << "nothing was reordered";
    EXPECT_FALSE(noted(0, "alarm", "partner_unknown"));
    pair.least_delay = 4s;  // a step of more than the detection time: silence, then all goes on
    pair.run(1min);
    EXPECT_TRUE(noted(1, "alarm", "partner_unknown"));
    EXPECT_EQ(pair.active(0), kBoth);
    EXPECT_EQ(epoch(), before);
}

TEST_F(AgentPair, ARepairedBetterOneComesBackAfterHealthTime) {
    pair.set_link(0, false);
    pair.run(100ms);
    pair.set_link(0, true);
    pair.run(900ms);
    EXPECT_EQ(pair.active(1), kBoth);
    pair.run(2s);
    EXPECT_EQ(pair.active(0), kBoth);
    EXPECT_EQ(pair.role(1), Role::Backup);
}

TEST_F(AgentPair, ADeadOnesNewBootIsBelievedAfterAChallenge) {
    pair.kill(0);
    pair.run(2s);
    pair.start(0, 12);
    pair.run(5s);
    EXPECT_EQ(pair.active(0), kBoth);
    EXPECT_EQ(believed(1, ha::MessageType::Response), 2U);
}

TEST_F(AgentPair, StandbyIsACommand) {
    pair.side(0).agent->set_mode(ha::Mode::Standby, pair.now);
    pair.run(1s);
    EXPECT_EQ(pair.active(1), kBoth);
    EXPECT_EQ(pair.active(0), kNone);
    pair.side(0).agent->set_mode(ha::Mode::Auto, pair.now);
    pair.run(3s);
    EXPECT_EQ(pair.active(0), kBoth);
}

TEST_F(AgentPair, ForgedReflectedAndReplayedMessagesChangeNothing) {
    const std::vector<std::vector<std::uint8_t>> recorded = pair.seen;
    const ha::State before = pair.side(1).agent->state();
    for (const auto& frame : recorded) {
        pair.side(1).agent->hear(frame, pair.now, 77);
        auto spoilt = frame;
        spoilt[60] ^= 1;
        pair.side(1).agent->hear(spoilt, pair.now, 78);
    }
    EXPECT_EQ(pair.side(1).agent->state().slots, before.slots);
    EXPECT_EQ(pair.side(1).agent->state().peer->said, before.peer->said);
    EXPECT_GT(rejected(1, ha::Reject::Replay) + rejected(1, ha::Reject::Flood), 0U);
    EXPECT_GT(rejected(1, ha::Reject::BadSeal) + rejected(1, ha::Reject::Flood), 0U);
    EXPECT_GT(rejected(1, ha::Reject::OwnMessage), 0U);
    pair.run(1s);
    EXPECT_EQ(pair.active(0), kBoth);
}

class SharingAgents : public AgentPair {
  protected:
    SharingAgents() : AgentPair(ha::Mode::Sharing) {}
};

TEST_F(SharingAgents, EachBridgesAHalf) {
    EXPECT_EQ(pair.active(0), ha::TrunkSet{0b01});
    EXPECT_EQ(pair.active(1), ha::TrunkSet{0b10});
    EXPECT_EQ(pair.role(0), Role::PrimarySh);
    EXPECT_EQ(pair.role(1), Role::BackupSh);
    EXPECT_EQ(pair.side(0).agent->bridge_mode(), ha::BridgeMode::Partial);
}

TEST_F(SharingAgents, TheRestIsTakenOverWhenOneDies) {
    pair.kill(1);
    pair.run(1ms);
    EXPECT_EQ(pair.active(0), kBoth);
    EXPECT_EQ(pair.role(0), Role::Primary);
}

TEST_F(SharingAgents, ARefusalSaysWhy) {
    pair.side(1).agent->set_mode(ha::Mode::Auto, pair.now);
    pair.run(3s);
    EXPECT_EQ(pair.active(0), kBoth);
}

}  // namespace
}  // namespace sealane::failover
