#include "hvswitch/rules/slot.h"

#include <gtest/gtest.h>

namespace sealane::hvswitch {
namespace {

constexpr SlotId kSlot{1};
constexpr AdapterId kOne{7}, kTwo{4095};

TEST(SlotTable, IsFreeAtFirst) {
    const SlotTable slots(3);
    EXPECT_EQ(slots.size(), 3U);
    EXPECT_FALSE(slots.holder(kSlot).held);
    EXPECT_EQ(slots.holder(kSlot).epoch, 0U);
    EXPECT_FALSE(slots.holds(kSlot, {0})) << "an empty slot is not adapter 0's";
}

TEST(SlotTable, HasOneHolderAtATime) {
    SlotTable slots(3);
    slots.give(kSlot, kOne);
    EXPECT_TRUE(slots.holds(kSlot, kOne));
    EXPECT_FALSE(slots.holds(kSlot, kTwo));
    slots.give(kSlot, kTwo);
    EXPECT_FALSE(slots.holds(kSlot, kOne));
    EXPECT_TRUE(slots.holds(kSlot, kTwo));
    EXPECT_TRUE(slots.holder(kSlot).held);
    EXPECT_EQ(slots.holder(kSlot).adapter, kTwo);
}

TEST(SlotTable, EveryChangeRaisesTheEpochByOne) {
    SlotTable slots(3);
    slots.give(kSlot, kOne);
    EXPECT_EQ(slots.holder(kSlot).epoch, 1U);
    slots.take_away(kSlot);
    EXPECT_EQ(slots.holder(kSlot).epoch, 2U);
    slots.give(kSlot, kOne);
    EXPECT_EQ(slots.holder(kSlot).epoch, 3U);
    slots.give(kSlot, kTwo);
    EXPECT_EQ(slots.holder(kSlot).epoch, 4U);
}

TEST(SlotTable, TakenAwayIsHeldByNobody) {
    SlotTable slots(3);
    slots.give(kSlot, kOne);
    slots.take_away(kSlot);
    EXPECT_FALSE(slots.holder(kSlot).held);
    EXPECT_FALSE(slots.holds(kSlot, kOne));
}

TEST(SlotTable, SlotsAreIndependent) {
    SlotTable slots(3);
    slots.give({0}, kOne);
    slots.give({2}, kTwo);
    EXPECT_FALSE(slots.holder({1}).held);
    slots.take_away({0});
    EXPECT_TRUE(slots.holds({2}, kTwo));
    EXPECT_EQ(slots.holder({1}).epoch, 0U);
}

TEST(SlotTableDeathTest, GivingAwayWhatDoesNotExistIsOurMistake) {
    SlotTable slots(1);
    EXPECT_DEATH(slots.give({1}, kOne), "does not exist");
    EXPECT_DEATH(slots.take_away(kNoSlot), "does not exist");
}

}  // namespace
}  // namespace sealane::hvswitch
