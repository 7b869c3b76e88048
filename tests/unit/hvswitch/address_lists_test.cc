#include "hvswitch/rules/address_lists.h"

#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace sealane::hvswitch {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr AdapterId kOne{1}, kTwo{2}, kLast{4095};

/// Takes a list apart, from the oldest to the newest.
std::vector<SlotIndex> drain(AddressLists& lists, AdapterId adapter) {
    std::vector<SlotIndex> order;
    for (SlotIndex slot = lists.oldest(adapter); slot != kNowhere; slot = lists.oldest(adapter)) {
        order.push_back(slot);
        lists.unlink(adapter, slot);
    }
    return order;
}

TEST(AddressLists, AreEmptyAtFirst) {
    AddressLists lists(10);
    EXPECT_EQ(lists.oldest(kOne), kNowhere);
    EXPECT_EQ(lists.length(kOne), 0U);
}

TEST(AddressLists, KeepTheOrderOfUse) {
    AddressLists lists(10);
    for (const SlotIndex slot : {0U, 9U, 4U}) {
        lists.push_back(kOne, slot);
    }
    EXPECT_EQ(lists.length(kOne), 3U);
    EXPECT_THAT(drain(lists, kOne), ElementsAre(0, 9, 4));
    EXPECT_EQ(lists.length(kOne), 0U);
}

TEST(AddressLists, LoseAnEntryAtTheFrontInTheMiddleOrAtTheBack) {
    for (const SlotIndex gone : {1U, 2U, 3U}) {
        AddressLists lists(10);
        std::vector<SlotIndex> left;
        for (const SlotIndex slot : {1U, 2U, 3U}) {
            lists.push_back(kOne, slot);
            if (slot != gone) left.push_back(slot);
        }
        lists.unlink(kOne, gone);
        EXPECT_EQ(lists.length(kOne), 2U);
        EXPECT_EQ(drain(lists, kOne), left);
    }
}

TEST(AddressLists, AnEntryThatGetsAnotherSlotKeepsItsPlace) {
    for (const SlotIndex moved : {1U, 2U, 3U}) {
        AddressLists lists(10);
        std::vector<SlotIndex> expected;
        for (const SlotIndex slot : {1U, 2U, 3U}) {
            lists.push_back(kOne, slot);
            expected.push_back(slot == moved ? 7 : slot);
        }
        lists.rename(kOne, moved, 7);
        EXPECT_EQ(drain(lists, kOne), expected);
    }
    AddressLists alone(10);
    alone.push_back(kOne, 0);
    alone.rename(kOne, 0, 9);
    EXPECT_THAT(drain(alone, kOne), ElementsAre(9));
}

TEST(AddressLists, OfDifferentAdaptersAreApart) {
    AddressLists lists(10);
    lists.push_back(kOne, 1);
    lists.push_back(kLast, 2);
    lists.push_back(kOne, 3);
    EXPECT_THAT(drain(lists, kTwo), IsEmpty());
    EXPECT_THAT(drain(lists, kLast), ElementsAre(2));
    EXPECT_THAT(drain(lists, kOne), ElementsAre(1, 3));
}

TEST(AddressLists, TheLongestIsFoundAndAmongEqualsThePreferredOne) {
    AddressLists lists(10);
    lists.push_back(kTwo, 1);
    lists.push_back(kLast, 2);
    EXPECT_EQ(lists.longest(kOne), kTwo) << "the lowest number of the longest";
    EXPECT_EQ(lists.longest(kLast), kLast);
    lists.push_back(kLast, 3);
    EXPECT_EQ(lists.longest(kTwo), kLast);
    lists.unlink(kLast, 2);
    lists.unlink(kLast, 3);
    EXPECT_EQ(lists.longest(kOne), kTwo);
}

}  // namespace
}  // namespace sealane::hvswitch
