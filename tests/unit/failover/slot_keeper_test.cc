#include "control/failover/slot_keeper.h"

#include <array>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/failover/agents.h"

namespace sealane::failover {
namespace {

using ha::Owner;
using ha::SlotChanged;
using testing::ElementsAre;
using testing::IsEmpty;

constexpr SeaIndex kOne{0};
constexpr SeaIndex kTwo{1};
constexpr ha::TrunkSet kOnly = ha::TrunkSet::first(1);
constexpr AdapterId kOfOne{3};
constexpr AdapterId kOfTwo{7};

/// Two SEAs compete for slot 1; slot 0 is somebody else's.
class SlotKeeping : public testing::Test {
  protected:
    SlotNews news(SeaIndex sea, Owner owner, std::uint32_t epoch, bool offered = false) {
        return {sea, SlotChanged{.trunk = 0, .owner = owner, .offered = offered, .epoch = epoch}};
    }
    SlotKeeper::News look(std::uint64_t one, std::uint64_t two) {
        return keeper.observe(std::array{one, two}, now);
    }
    void both_there() {
        [[maybe_unused]] const auto first = keeper.connect(kOne);
        [[maybe_unused]] const auto second = keeper.connect(kTwo);
    }

    Instant now{1h};
    hvswitch::SlotTable table{2};
    Swift traffic{table};
    SlotKeeper keeper{{{.adapter = kOfOne, .slot = {1}, .sea = kOne, .lease = kLease},
                       {.adapter = kOfTwo, .slot = {1}, .sea = kTwo, .lease = kLease}},
                      2,
                      table,
                      traffic};
};

TEST_F(SlotKeeping, WhoConnectsHearsHowThingsStand) {
    EXPECT_THAT(keeper.connect(kOne), ElementsAre(news(kOne, Owner::Nobody, 0)));
}

TEST_F(SlotKeeping, AFreeSlotIsGrantedAndAllConnectedHearIt) {
    both_there();
    EXPECT_THAT(keeper.acquire(kOne, kOnly, now),
                ElementsAre(news(kOne, Owner::Me, 1), news(kTwo, Owner::Partner, 1)));
    EXPECT_TRUE(table.holds({1}, kOfOne));
    EXPECT_FALSE(table.holder({0}).held) << "what nobody competes for is left alone";
}

TEST_F(SlotKeeping, WhoIsRefusedHearsWhoOwnsIt) {
    both_there();
    (void)keeper.acquire(kOne, kOnly, now);
    EXPECT_THAT(keeper.acquire(kTwo, kOnly, now), ElementsAre(news(kTwo, Owner::Partner, 1)));
    EXPECT_TRUE(table.holds({1}, kOfOne));
}

TEST_F(SlotKeeping, WhoIsNotConnectedGetsNothing) {
    EXPECT_THAT(keeper.acquire(kOne, kOnly, now), IsEmpty());
    EXPECT_FALSE(table.holder({1}).held);
}

TEST_F(SlotKeeping, AnOfferIsTheOwnersUntilTheOtherTakesIt) {
    both_there();
    (void)keeper.acquire(kOne, kOnly, now);
    EXPECT_THAT(keeper.hand_over(kOne, kOnly),
                ElementsAre(news(kOne, Owner::Me, 1), news(kTwo, Owner::Partner, 1, true)));
    EXPECT_TRUE(table.holds({1}, kOfOne));
    EXPECT_THAT(keeper.acquire(kTwo, kOnly, now), IsEmpty()) << "not before frames are out";
    EXPECT_THAT(keeper.advance(now + kNoting), IsEmpty());
    EXPECT_THAT(keeper.advance(now + kNoting),
                ElementsAre(news(kOne, Owner::Partner, 2), news(kTwo, Owner::Me, 2)));
    EXPECT_TRUE(table.holds({1}, kOfTwo));
}

TEST_F(SlotKeeping, AnOfferTakenBackIsNone) {
    both_there();
    (void)keeper.acquire(kOne, kOnly, now);
    (void)keeper.hand_over(kOne, kOnly);
    EXPECT_THAT(keeper.withdraw(kOne, kOnly),
                ElementsAre(news(kOne, Owner::Me, 1), news(kTwo, Owner::Partner, 1)));
    (void)keeper.acquire(kTwo, kOnly, now);
    EXPECT_TRUE(table.holds({1}, kOfOne));
}

TEST_F(SlotKeeping, NobodyOffersOrReleasesAnothersSlot) {
    both_there();
    (void)keeper.acquire(kOne, kOnly, now);
    EXPECT_THAT(keeper.hand_over(kTwo, kOnly), IsEmpty());
    EXPECT_THAT(keeper.release(kTwo, kOnly), IsEmpty());
    EXPECT_TRUE(table.holds({1}, kOfOne));
}

TEST_F(SlotKeeping, WhatIsReleasedIsFree) {
    both_there();
    (void)keeper.acquire(kOne, kOnly, now);
    EXPECT_THAT(keeper.release(kOne, kOnly),
                ElementsAre(news(kOne, Owner::Nobody, 2), news(kTwo, Owner::Nobody, 2)));
    EXPECT_FALSE(table.holder({1}).held);
}

TEST_F(SlotKeeping, WhoGoesLosesAllAndOnlyTheOtherHearsIt) {
    both_there();
    (void)keeper.acquire(kOne, kOnly, now);
    EXPECT_THAT(keeper.disconnect(kOne), ElementsAre(news(kTwo, Owner::Nobody, 2)));
}

TEST_F(SlotKeeping, ProgressRenewsALeaseAndStandstillEndsIt) {
    both_there();
    (void)look(5, 0);
    (void)keeper.acquire(kOne, kOnly, now);
    now += kLease - 1ns;
    EXPECT_THAT(look(6, 0), IsEmpty());
    now += kLease - 1ns;
    EXPECT_THAT(look(6, 9), IsEmpty()) << "not yet";
    now += 1ns;
    EXPECT_THAT(look(6, 10),
                ElementsAre(news(kOne, Owner::Nobody, 2), news(kTwo, Owner::Nobody, 2)));
}

TEST_F(SlotKeeping, OnlyTheOwnersProgressCounts) {
    both_there();
    (void)keeper.acquire(kTwo, kOnly, now);
    now += kLease;
    EXPECT_THAT(look(1, 0), testing::SizeIs(2));
    EXPECT_FALSE(table.holder({1}).held);
}

}  // namespace
}  // namespace sealane::failover
