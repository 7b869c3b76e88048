#include "hvswitch/rules/brought_in.h"

#include <chrono>

#include <gtest/gtest.h>

namespace sealane::hvswitch {
namespace {

using Watch = BroughtIn::Watch;
using std::chrono::milliseconds;

constexpr AdapterId kFormer{3}, kSuccessor{4};
constexpr std::uint64_t kDigest = 0x1234'5678'9abc'def0, kAlmostThat = 0x1234'5678'9abc'dee0;

std::uint64_t word_in(SlotPhase phase, std::uint32_t epoch = 10) {
    const bool turned = phase == SlotPhase::Lingering || phase == SlotPhase::Closing;
    return SlotWord{.epoch = turned ? epoch + 1 : epoch,
                    .owner = turned ? kSuccessor : kFormer,
                    .phase = phase,
                    .other = turned ? kFormer : kSuccessor}
        .bits();
}
std::uint64_t settled_at(AdapterId owner, std::uint32_t epoch) {
    return SlotWord{.epoch = epoch, .owner = owner}.bits();
}

class BroughtInTest : public testing::Test {
  protected:
    Watch watch(std::uint64_t of, AdapterId from) { return brought_in.watch(of, from, now); }

    BroughtIn brought_in;
    Instant now{std::chrono::hours{1}};
};

TEST_F(BroughtInTest, WithoutAHandOverNothingIsDone) {
    EXPECT_EQ(watch(settled_at(kFormer, 10), kFormer), Watch::Pass);
    EXPECT_EQ(watch(settled_at(kSuccessor, 11), kSuccessor), Watch::Pass);
    EXPECT_EQ(watch(settled_at(kFormer, 0), kFormer), Watch::Pass);
}

TEST_F(BroughtInTest, TheOldOwnersFramesAreNotedInEachPhaseAndTheNewOnesCompared) {
    for (const auto phase : {SlotPhase::Noting,
                             SlotPhase::Turning,
                             SlotPhase::Turned,
                             SlotPhase::Lingering,
                             SlotPhase::Closing}) {
        EXPECT_EQ(watch(word_in(phase), kFormer), Watch::Note);
    }
    EXPECT_EQ(watch(word_in(SlotPhase::Closing), kSuccessor), Watch::Compare);
    EXPECT_EQ(watch(settled_at(kSuccessor, 11), kSuccessor), Watch::Compare);
}

TEST_F(BroughtInTest, WhatWasNotedIsTakenOnceForEachTime) {
    ASSERT_EQ(watch(word_in(SlotPhase::Noting), kFormer), Watch::Note);
    EXPECT_TRUE(brought_in.note(kDigest));
    ASSERT_EQ(watch(word_in(SlotPhase::Turned), kFormer), Watch::Note);
    EXPECT_TRUE(brought_in.note(kDigest));
    ASSERT_EQ(watch(settled_at(kSuccessor, 11), kSuccessor), Watch::Compare);
    EXPECT_FALSE(brought_in.take(kAlmostThat));
    EXPECT_TRUE(brought_in.take(kDigest));
    EXPECT_TRUE(brought_in.take(kDigest));
    EXPECT_FALSE(brought_in.take(kDigest));
}

TEST_F(BroughtInTest, IsOverSomeTimeAfterTheLastLookOfTheOldOwner) {
    ASSERT_EQ(watch(word_in(SlotPhase::Closing), kFormer), Watch::Note);
    now += BroughtIn::kFor;
    EXPECT_EQ(watch(settled_at(kSuccessor, 11), kSuccessor), Watch::Compare);
    now += std::chrono::nanoseconds{1};
    EXPECT_EQ(watch(settled_at(kSuccessor, 11), kSuccessor), Watch::Pass);
    now -= milliseconds{1};
    EXPECT_EQ(watch(settled_at(kSuccessor, 11), kSuccessor), Watch::Pass);
}

TEST_F(BroughtInTest, AHandOverThatCameToNothingIsForgottenByTheNextOne) {
    ASSERT_EQ(watch(word_in(SlotPhase::Turning), kFormer), Watch::Note);
    ASSERT_TRUE(brought_in.note(kDigest));
    EXPECT_EQ(watch(settled_at(kFormer, 10), kFormer), Watch::Pass);
    now += BroughtIn::kFor + milliseconds{1};
    ASSERT_EQ(watch(word_in(SlotPhase::Turning), kFormer), Watch::Note);
    EXPECT_FALSE(brought_in.take(kDigest));
}

TEST_F(BroughtInTest, TheNextEpochBeginsAnew) {
    ASSERT_EQ(watch(word_in(SlotPhase::Closing), kFormer), Watch::Note);
    ASSERT_TRUE(brought_in.note(kDigest));
    ASSERT_EQ(watch(word_in(SlotPhase::Turning, 11), kFormer), Watch::Note);
    EXPECT_FALSE(brought_in.take(kDigest));
    EXPECT_EQ(watch(settled_at(kSuccessor, 11), kSuccessor), Watch::Pass);
}

TEST_F(BroughtInTest, IsFullAtSomeTimeAndSaysSo) {
    ASSERT_EQ(watch(word_in(SlotPhase::Turned), kFormer), Watch::Note);
    std::size_t noted = 0;
    std::uint64_t digest = 1;
    for (; brought_in.note(digest); digest *= 0x9e37'79b9'7f4a'7c15) {
        ++noted;
    }
    EXPECT_GT(noted, BroughtIn::kPlaces * 3 / 4);
    EXPECT_LE(noted, BroughtIn::kPlaces);
}

}  // namespace
}  // namespace sealane::hvswitch
