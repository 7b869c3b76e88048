#include "hvswitch/rules/slot.h"

#include <array>
#include <atomic>

#include <gtest/gtest.h>

namespace sealane::hvswitch {
namespace {

constexpr SlotId kMiddle{1};
constexpr AdapterId kFirst{7}, kLast{4095};

TEST(SlotTable, IsFreeAtFirst) {
    const SlotTable slots(3);
    EXPECT_EQ(slots.size(), 3U);
    EXPECT_FALSE(slots.holder(kMiddle).held);
    EXPECT_EQ(slots.holder(kMiddle).epoch, 0U);
    EXPECT_FALSE(slots.holds(kMiddle, {0})) << "an empty slot is not adapter 0's";
}

TEST(SlotTable, HasOneHolderAtATime) {
    SlotTable slots(3);
    slots.give(kMiddle, kFirst);
    EXPECT_TRUE(slots.holds(kMiddle, kFirst));
    EXPECT_FALSE(slots.holds(kMiddle, kLast));
    slots.give(kMiddle, kLast);
    EXPECT_FALSE(slots.holds(kMiddle, kFirst));
    EXPECT_TRUE(slots.holds(kMiddle, kLast));
    EXPECT_TRUE(slots.holder(kMiddle).held);
    EXPECT_EQ(slots.holder(kMiddle).adapter, kLast);
}

TEST(SlotTable, EveryChangeRaisesTheEpochByOne) {
    SlotTable slots(3);
    slots.give(kMiddle, kFirst);
    EXPECT_EQ(slots.holder(kMiddle).epoch, 1U);
    slots.take_away(kMiddle);
    EXPECT_EQ(slots.holder(kMiddle).epoch, 2U);
    slots.give(kMiddle, kFirst);
    EXPECT_EQ(slots.holder(kMiddle).epoch, 3U);
    slots.give(kMiddle, kLast);
    EXPECT_EQ(slots.holder(kMiddle).epoch, 4U);
}

TEST(SlotTable, TakenAwayIsHeldByNobody) {
    SlotTable slots(3);
    slots.give(kMiddle, kFirst);
    slots.take_away(kMiddle);
    EXPECT_FALSE(slots.holder(kMiddle).held);
    EXPECT_FALSE(slots.holds(kMiddle, kFirst));
}

TEST(SlotTable, SlotsAreIndependent) {
    SlotTable slots(3);
    slots.give({0}, kFirst);
    slots.give({2}, kLast);
    EXPECT_FALSE(slots.holder({1}).held);
    slots.take_away({0});
    EXPECT_TRUE(slots.holds({2}, kLast));
    EXPECT_EQ(slots.holder({1}).epoch, 0U);
}

TEST(SlotTable, AWordsLowerHalfSaysWhoHoldsTheSlot) {
    SlotTable slots(3);
    const std::atomic<std::uint64_t>* const word = slots.word(kMiddle);
    const auto low = [&] { return static_cast<std::uint32_t>(word->load()); };
    EXPECT_NE(low(), SlotTable::held_by({0})) << "an empty slot is not adapter 0's";
    slots.give(kMiddle, kFirst);
    EXPECT_EQ(low(), SlotTable::held_by(kFirst));
    slots.give(kMiddle, kLast);
    EXPECT_EQ(low(), SlotTable::held_by(kLast));
    slots.take_away(kMiddle);
    for (const AdapterId adapter : {AdapterId{0}, kFirst, kLast}) {
        EXPECT_NE(low(), SlotTable::held_by(adapter));
    }
}

TEST(SlotTable, OnWordsThatAreKeptElsewhereIsTheSame) {
    std::array<std::atomic<std::uint64_t>, 3> words{};
    SlotTable slots(words);
    EXPECT_EQ(slots.size(), words.size());
    EXPECT_EQ(slots.word(kMiddle), &words[1]);
    slots.give(kMiddle, kFirst);
    EXPECT_TRUE(slots.holds(kMiddle, kFirst));
    EXPECT_EQ(words[1].load(), std::uint64_t{1} << 32 | SlotTable::held_by(kFirst));
    EXPECT_EQ(words[0].load(), 0U);
    EXPECT_EQ(words[2].load(), 0U);

    const SlotTable later(words);  // of a hypervisor that goes on where another stopped
    EXPECT_TRUE(later.holds(kMiddle, kFirst));
    EXPECT_EQ(later.holder(kMiddle).epoch, 1U);
}

TEST(SlotTableDeathTest, GivingAwayWhatDoesNotExistIsOurMistake) {
    SlotTable slots(1);
    EXPECT_DEATH(slots.give({1}, kFirst), "does not exist");
    EXPECT_DEATH(slots.take_away(kNoSlot), "does not exist");
    EXPECT_DEATH((void)slots.word({1}), "does not exist");
}

}  // namespace
}  // namespace sealane::hvswitch
