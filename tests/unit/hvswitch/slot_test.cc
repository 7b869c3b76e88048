#include "hvswitch/rules/slot.h"

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

TEST(SlotTableDeathTest, GivingAwayWhatDoesNotExistIsOurMistake) {
    SlotTable slots(1);
    EXPECT_DEATH(slots.give({1}, kFirst), "does not exist");
    EXPECT_DEATH(slots.take_away(kNoSlot), "does not exist");
}

}  // namespace
}  // namespace sealane::hvswitch
