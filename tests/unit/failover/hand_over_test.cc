// The steps of a hand-over, each side of each condition, and who goes in the middle of it.
#include <array>
#include <map>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "control/failover/slot_keeper.h"
#include "tests/unit/failover/agents.h"

namespace sealane::failover {
namespace {

using ha::Owner;
using ha::SlotChanged;
using testing::ElementsAre;
using testing::IsEmpty;

constexpr SeaIndex kGiver{0}, kTaker{1};
constexpr ha::TrunkSet kTheTrunk = ha::TrunkSet::first(1);
constexpr AdapterId kOfGiver{3}, kOfTaker{7};
constexpr hvswitch::SlotId kTheSlot{0};

/// Frames are where the test says.
struct Told final : Traffic {
    std::uint64_t mark() override { return ++marks; }
    bool have_passed(std::uint64_t mark) override { return mark <= passed; }
    std::uint64_t answer(const Contender& of) override { return answers[of.adapter]; }
    std::uint64_t empty_polls(AdapterId trunk) override { return polls[trunk]; }

    std::uint64_t marks = 0, passed = 0;
    std::map<AdapterId, std::uint64_t> answers, polls;
};

/// The giver owns and has offered; the taker has asked.
class HandingOver : public testing::Test {
  protected:
    void SetUp() override {
        (void)keeper.connect(kGiver);
        (void)keeper.connect(kTaker);
        (void)keeper.acquire(kGiver, kTheTrunk, now);
        (void)keeper.hand_over(kGiver, kTheTrunk);
        EXPECT_THAT(keeper.acquire(kTaker, kTheTrunk, now), IsEmpty());
        EXPECT_THAT(advance(kNoting - 1ns), IsEmpty());
        EXPECT_EQ(word(), in(SlotPhase::Noting)) << "the switch has had no time to note anything";
        EXPECT_THAT(advance(1ns), IsEmpty());
    }
    SlotNews news(SeaIndex sea, Owner owner, std::uint32_t epoch) {
        return {sea, SlotChanged{.trunk = 0, .owner = owner, .epoch = epoch}};
    }
    [[nodiscard]] SlotWord word() const { return SlotWord::of(table.word(kTheSlot)->load()); }
    [[nodiscard]] SlotWord in(SlotPhase phase) const {
        const bool turned = phase == SlotPhase::Lingering || phase == SlotPhase::Closing;
        return {.epoch = turned ? 2U : 1U,
                .owner = turned ? kOfTaker : kOfGiver,
                .phase = phase,
                .other = turned ? kOfGiver : kOfTaker};
    }
    [[nodiscard]] SlotWord settled(AdapterId owner, std::uint32_t epoch) const {
        return {.epoch = epoch, .owner = owner};
    }
    void answer(AdapterId trunk) { traffic.answers[trunk] = table.word(kTheSlot)->load(); }
    SlotKeeper::News advance(Duration by = {}) {
        now += by;
        return keeper.advance(now);
    }
    void come_to_turned() {
        traffic.passed = traffic.marks;
        EXPECT_THAT(advance(), IsEmpty());
        ASSERT_EQ(word(), in(SlotPhase::Turned));
    }
    void come_to_lingering() {
        come_to_turned();
        answer(kOfGiver);
        EXPECT_THAT(advance(), testing::SizeIs(2));
        ASSERT_EQ(word(), in(SlotPhase::Lingering));
    }
    void come_to_closing() {
        come_to_lingering();
        keeper.announced(kTaker, kTheTrunk, now);
        EXPECT_THAT(advance(kSettling), IsEmpty());
        ASSERT_EQ(word(), in(SlotPhase::Closing));
    }

    Instant now{1h};
    hvswitch::SlotTable table{1};
    Told traffic;
    SlotKeeper keeper{{{.adapter = kOfGiver, .slot = kTheSlot, .sea = kGiver, .lease = kLease},
                       {.adapter = kOfTaker, .slot = kTheSlot, .sea = kTaker, .lease = kLease}},
                      2,
                      table,
                      traffic};
};

TEST_F(HandingOver, OutwardFramesTurnFirstAndNobodyHearsOfIt) {
    EXPECT_EQ(word(), in(SlotPhase::Turning));
    EXPECT_TRUE(keeper.is_handing_over());
    EXPECT_THAT(advance(), IsEmpty());
    EXPECT_EQ(word(), in(SlotPhase::Turning)) << "a worker may still go by the word of before";
    come_to_turned();
}

TEST_F(HandingOver, TheOwnerChangesOnceTheOldOneHasCarriedOutWhatItHad) {
    come_to_turned();
    traffic.answers[kOfGiver] = in(SlotPhase::Turning).bits();
    EXPECT_THAT(advance(), IsEmpty()) << "an answer to another word is none";
    answer(kOfGiver);
    EXPECT_THAT(advance(),
                ElementsAre(news(kGiver, Owner::Partner, 2), news(kTaker, Owner::Me, 2)));
    EXPECT_EQ(word(), in(SlotPhase::Lingering));
}

TEST_F(HandingOver, AnOwnerThatDoesNotAnswerHoldsItUpForABoundedTime) {
    come_to_turned();
    EXPECT_THAT(advance(kMostTurning - 1ns), IsEmpty());
    EXPECT_THAT(advance(1ns), testing::SizeIs(2));
    EXPECT_EQ(word(), in(SlotPhase::Lingering));
}

TEST_F(HandingOver, TheFormerOwnerBringsInUntilSomeTimeAfterTheAnnouncement) {
    come_to_lingering();
    EXPECT_THAT(advance(kMostLingering - 1ms - kSettling), IsEmpty());
    EXPECT_EQ(word(), in(SlotPhase::Lingering)) << "nothing was announced";
    keeper.announced(kGiver, kTheTrunk, now);
    (void)advance(kSettling - 1ns);
    EXPECT_EQ(word(), in(SlotPhase::Lingering)) << "what the former owner says does not count";
    keeper.announced(kTaker, kTheTrunk, now - kSettling);
    (void)advance();
    EXPECT_EQ(word(), in(SlotPhase::Closing));
}

TEST_F(HandingOver, WithoutAnAnnouncementTheFormerOwnerBringsInForABoundedTime) {
    come_to_lingering();
    (void)advance(kMostLingering - 1ns);
    EXPECT_EQ(word(), in(SlotPhase::Lingering));
    (void)advance(1ns);
    EXPECT_EQ(word(), in(SlotPhase::Closing));
}

TEST_F(HandingOver, EndsWhenTheSwitchHasTakenWhatTheFormerOwnerBroughtIn) {
    come_to_closing();
    traffic.polls[kOfGiver] = 5;
    EXPECT_THAT(advance(), IsEmpty());
    answer(kOfGiver);
    (void)advance();  // it says that its wire was empty
    (void)advance();
    traffic.polls[kOfGiver] = 6;
    (void)advance();
    EXPECT_EQ(word(), in(SlotPhase::Closing)) << "a poll that may have begun before";
    traffic.passed = traffic.marks;
    (void)advance();
    EXPECT_EQ(word(), in(SlotPhase::Closing));
    traffic.polls[kOfGiver] = 7;
    EXPECT_THAT(advance(), IsEmpty()) << "who owns has not changed";
    EXPECT_EQ(word(), settled(kOfTaker, 2));
    EXPECT_FALSE(keeper.is_handing_over());
}

TEST_F(HandingOver, AFormerOwnerThatDoesNotAnswerHoldsItUpForABoundedTime) {
    come_to_closing();
    (void)advance(kMostClosing - 1ns);
    EXPECT_EQ(word(), in(SlotPhase::Closing));
    (void)advance(1ns);
    EXPECT_EQ(word(), settled(kOfTaker, 2));
}

TEST_F(HandingOver, IfTheHeirDiesTheOwnerKeepsTheSlot) {
    for (const bool late : {false, true}) {
        if (late) come_to_turned();
        (void)keeper.disconnect(kTaker);
        EXPECT_EQ(word(), settled(kOfGiver, 1));
        EXPECT_FALSE(keeper.is_handing_over());
        (void)keeper.connect(kTaker);
        (void)keeper.hand_over(kGiver, kTheTrunk);
        (void)keeper.acquire(kTaker, kTheTrunk, now);
        (void)advance(kNoting);
    }
}

TEST_F(HandingOver, IfTheOwnerDiesTheHeirHasTheSlotAtOnce) {
    come_to_turned();
    EXPECT_THAT(keeper.disconnect(kGiver), ElementsAre(news(kTaker, Owner::Me, 2)));
    EXPECT_EQ(word(), settled(kOfTaker, 2));
}

TEST_F(HandingOver, IfTheOwnerLetsGoTheHeirHasTheSlotAtOnce) {
    EXPECT_THAT(keeper.release(kGiver, kTheTrunk),
                ElementsAre(news(kGiver, Owner::Partner, 2), news(kTaker, Owner::Me, 2)));
    EXPECT_EQ(word(), settled(kOfTaker, 2));
}

TEST_F(HandingOver, IfTheOwnersLeaseEndsTheHeirHasTheSlotAtOnce) {
    now += kLease;
    EXPECT_THAT(keeper.observe(std::array<std::uint64_t, 2>{0, 5}, now),
                ElementsAre(news(kGiver, Owner::Partner, 2), news(kTaker, Owner::Me, 2)));
    EXPECT_EQ(word(), settled(kOfTaker, 2));
    now += kLease - 1ns;
    EXPECT_THAT(keeper.observe(std::array<std::uint64_t, 2>{0, 5}, now), IsEmpty())
        << "with a lease of its own";
}

TEST_F(HandingOver, IfTheFormerOwnerDiesItsRightEnds) {
    come_to_lingering();
    (void)keeper.disconnect(kGiver);
    EXPECT_EQ(word(), settled(kOfTaker, 2));
}

TEST_F(HandingOver, IfTheNewOwnerDiesNobodyHasARight) {
    come_to_lingering();
    EXPECT_THAT(keeper.disconnect(kTaker), ElementsAre(news(kGiver, Owner::Nobody, 3)));
    EXPECT_EQ(word(), (SlotWord{.epoch = 3}));
    EXPECT_FALSE(keeper.is_handing_over());
}

TEST_F(HandingOver, WhatIsUnderWayIsNotTakenBack) {
    EXPECT_THAT(keeper.withdraw(kGiver, kTheTrunk), IsEmpty());
    EXPECT_THAT(keeper.acquire(kTaker, kTheTrunk, now), IsEmpty()) << "it asks again meanwhile";
    EXPECT_EQ(word(), in(SlotPhase::Turning));
    come_to_lingering();
}

/// The giver has the slot, has offered it, and the taker has asked this instant.
class Noting : public HandingOver {
  protected:
    void SetUp() override {
        HandingOver::SetUp();
        (void)keeper.disconnect(kTaker);
        (void)keeper.connect(kTaker);
        (void)keeper.hand_over(kGiver, kTheTrunk);
        (void)keeper.acquire(kTaker, kTheTrunk, now);
        ASSERT_EQ(word(), in(SlotPhase::Noting));
    }
};

TEST_F(Noting, WhatIsWithdrawnStaysItsOwners) {
    (void)keeper.withdraw(kGiver, kTheTrunk);
    (void)advance();
    EXPECT_EQ(word(), settled(kOfGiver, 1));
    EXPECT_FALSE(keeper.is_handing_over());
}

TEST_F(Noting, IfTheHeirDiesTheOwnerKeepsTheSlot) {
    (void)keeper.disconnect(kTaker);
    EXPECT_EQ(word(), settled(kOfGiver, 1));
    EXPECT_FALSE(keeper.is_handing_over());
}

TEST_F(Noting, IfTheOwnerGoesTheSlotIsFreeForTheNextWhoAsks) {
    (void)keeper.disconnect(kGiver);
    EXPECT_EQ(word(), SlotWord{.epoch = 2});
    EXPECT_FALSE(keeper.is_handing_over());
    (void)keeper.acquire(kTaker, kTheTrunk, now);
    EXPECT_EQ(word(), settled(kOfTaker, 3));
}

TEST_F(HandingOver, TheNextOneBeginsSomeTimeAfterThisOneIsOver) {
    come_to_lingering();
    (void)keeper.hand_over(kTaker, kTheTrunk);
    EXPECT_THAT(keeper.acquire(kGiver, kTheTrunk, now), IsEmpty());
    EXPECT_EQ(word(), in(SlotPhase::Lingering));
    std::uint64_t progress = 0;
    for (Duration passed{}; passed < kMostLingering + kMostClosing; passed += kLease / 2) {
        ++progress;
        (void)keeper.observe(std::array{progress, progress}, now);
        (void)advance(kLease / 2);
    }
    ASSERT_EQ(word(), settled(kOfTaker, 2));
    const Instant over = now;
    for (; now < over + kRest; now += kRest / 4) {
        ++progress;
        (void)keeper.observe(std::array{progress, progress}, now);
        (void)keeper.acquire(kGiver, kTheTrunk, now);
        EXPECT_EQ(word(), settled(kOfTaker, 2)) << "the new owner brings in what it kept";
    }
    (void)keeper.acquire(kGiver, kTheTrunk, now);
    EXPECT_EQ(
        word(),
        (SlotWord{.epoch = 2, .owner = kOfTaker, .phase = SlotPhase::Noting, .other = kOfGiver}));
}

}  // namespace
}  // namespace sealane::failover
