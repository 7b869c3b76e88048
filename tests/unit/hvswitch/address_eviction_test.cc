// Who has to go when there is no room: decision D12, and the cap of each adapter.
#include <set>

#include "tests/unit/hvswitch/address_table_test.h"

namespace sealane::hvswitch {
namespace {

using std::chrono::seconds;

constexpr AdapterId kX{1}, kY{2}, kZ{3};

/// A table of ten; times count up by themselves.
class Eviction : public testing::Test {
  protected:
    Learning learn(std::uint64_t number, AdapterId from, std::uint32_t max_macs = kManyMacs) {
        return table_.learn(key(number), from, max_macs, Instant(seconds{++now_s_}));
    }
    void fix(std::uint64_t number, AdapterId adapter) {
        ASSERT_TRUE(table_.fix(key(number), adapter, AddressKind::Static).ok());
    }
    [[nodiscard]] bool has(std::uint64_t number) const {
        return table_.find(key(number)).has_value();
    }

    AddressTable table_{{.capacity = 10}, 7};
    int now_s_ = 0;
};

TEST_F(Eviction, F11_ANewAddressOnYTakesTheLeastRecentlyUsedOfX) {
    for (std::uint64_t i = 0; i < 8; ++i) {
        learn(i, kX);
    }
    learn(100, kZ);
    learn(101, kZ);
    learn(0, kX);  // used again: 1 is the oldest now

    EXPECT_EQ(learn(200, kY), Learning::Added);
    EXPECT_FALSE(has(1));
    EXPECT_TRUE(has(0) && has(2) && has(100) && has(101) && has(200));
    EXPECT_EQ(table_.size(), 10U);
    EXPECT_EQ(table_.learned_at(kX), 7U);
    EXPECT_EQ(table_.learned_at(kY), 1U);
    EXPECT_EQ(table_.counts().evicted, 1U);
}

TEST_F(Eviction, F11_WhoFillsTheTableEvictsItsOwn) {
    learn(100, kY);
    for (std::uint64_t i = 0; i < 50; ++i) {
        EXPECT_EQ(learn(i, kX), Learning::Added);
        EXPECT_LE(table_.size(), 10U);
    }
    EXPECT_TRUE(has(100));
    EXPECT_EQ(table_.learned_at(kX), 9U);
    for (std::uint64_t i = 41; i < 50; ++i) {
        EXPECT_TRUE(has(i)) << i;
    }
    EXPECT_EQ(table_.counts().evicted, 41U);
}

TEST_F(Eviction, F11_OnATieTheLearnerGivesUpItsOwn) {
    for (std::uint64_t i = 0; i < 5; ++i) {
        learn(i, kX);
        learn(100 + i, kY);
    }
    EXPECT_EQ(learn(105, kY), Learning::Added);
    EXPECT_FALSE(has(100));
    EXPECT_EQ(table_.learned_at(kX), 5U);
    EXPECT_EQ(table_.learned_at(kY), 5U);
}

TEST_F(Eviction, F12_OneHostBesideTwentyStillIsLearned) {
    for (std::uint64_t i = 0; i < 20; ++i) {
        learn(i, kX);
    }
    EXPECT_EQ(table_.learn(key(100, 20), kY, kManyMacs, {}), Learning::Added);
    for (std::uint64_t i = 0; i < 20; ++i) {
        learn(i, kX);
    }
    EXPECT_NE(table_.find(key(100, 20)), std::nullopt) << "and stays";
    EXPECT_EQ(table_.size(), 10U);
}

TEST_F(Eviction, F09_FixedEntriesAreNeverEvicted) {
    for (std::uint64_t i = 0; i < 6; ++i) {
        fix(i, kX);
    }
    for (std::uint64_t i = 100; i < 200; ++i) {
        learn(i, kX);
    }
    for (std::uint64_t i = 0; i < 6; ++i) {
        EXPECT_TRUE(has(i));
    }
    EXPECT_EQ(table_.learned_at(kX), 4U);
}

TEST_F(Eviction, ATableFullOfFixedEntriesLearnsNothingAndSaysSo) {
    for (std::uint64_t i = 0; i < 10; ++i) {
        fix(i, kX);
    }
    EXPECT_EQ(learn(100, kY), Learning::Refused);
    EXPECT_EQ(table_.counts().refused, 1U);
    const Status eleventh = table_.fix(key(11), kY, AddressKind::Static);
    ASSERT_FALSE(eleventh.ok());
    EXPECT_EQ(eleventh.error().text,
              "02:00:00:00:00:0b in VLAN 10 can't be fixed: the address table's 10 entries are all "
              "fixed already");
    EXPECT_EQ(table_.size(), 10U);
}

TEST_F(Eviction, AFixedEntryTakesALearnedOnesPlaceInAFullTable) {
    for (std::uint64_t i = 0; i < 10; ++i) {
        learn(i, kX);
    }
    fix(100, kY);
    EXPECT_TRUE(has(100));
    EXPECT_FALSE(has(0));
    EXPECT_EQ(table_.size(), 10U);
}

TEST_F(Eviction, F10_AnAdapterLearnsNoMoreThanItsCap) {
    for (std::uint64_t i = 0; i < 16; ++i) {
        EXPECT_EQ(learn(i, kX, 8), i < 8 ? Learning::Added : Learning::Refused);
    }
    EXPECT_EQ(table_.learned_at(kX), 8U);
    EXPECT_EQ(table_.counts().refused, 8U);
    EXPECT_EQ(learn(3, kX, 8), Learning::Known) << "those that are there go on";
    EXPECT_EQ(learn(100, kY, 8), Learning::Added) << "and others are not concerned";
}

TEST_F(Eviction, F10_FixedEntriesDoNotCountAgainstTheCap) {
    for (std::uint64_t i = 0; i < 8; ++i) {
        learn(i, kX, 8);
    }
    fix(100, kX);
    EXPECT_EQ(table_.learned_at(kX), 8U);
    fix(0, kX);  // a learned one becomes fixed, and makes room under the cap
    EXPECT_EQ(table_.learned_at(kX), 7U);
    EXPECT_EQ(learn(9, kX, 8), Learning::Added);
    EXPECT_EQ(learn(10, kX, 8), Learning::Refused);
    EXPECT_TRUE(table_.forget(key(9)));
    EXPECT_EQ(learn(10, kX, 8), Learning::Added);
}

TEST_F(Eviction, F10_AnAddressMovesOnlyToAnAdapterBelowItsCap) {
    learn(1, kX, 1);
    learn(2, kY, 1);
    EXPECT_EQ(learn(2, kX, 1), Learning::Refused);
    EXPECT_EQ(table_.find(key(2))->adapter, kY);
    EXPECT_EQ(learn(2, kX, 2), Learning::Moved);
}

TEST_F(Eviction, F03_ACapOfZeroIsLearningOff) {
    EXPECT_EQ(learn(1, kX, 0), Learning::Refused);
    EXPECT_EQ(table_.size(), 0U);
    learn(2, kY);
    EXPECT_EQ(learn(2, kX, 0), Learning::Refused);
    EXPECT_EQ(table_.find(key(2))->adapter, kY);
}

TEST_F(Eviction, AFreedPlaceIsUsedBeforeAnybodyHasToGo) {
    for (std::uint64_t i = 0; i < 10; ++i) {
        learn(i, kX);
    }
    EXPECT_TRUE(table_.forget(key(5)));
    EXPECT_EQ(learn(100, kY), Learning::Added);
    EXPECT_EQ(table_.counts().evicted, 0U);
    EXPECT_EQ(table_.size(), 10U);
}

TEST(EvictionOfMany, TheCapacityIsExactForEverySize) {
    for (const std::size_t capacity : {1U, 2U, 5U, 63U, 271U, 272U, 273U, 1000U, 4352U}) {
        AddressTable table({.capacity = capacity}, capacity);
        for (std::uint64_t i = 0; i < capacity; ++i) {
            ASSERT_EQ(table.learn(key(i), kX, kManyMacs, {}), Learning::Added);
        }
        EXPECT_EQ(table.counts().evicted, 0U) << capacity;
        EXPECT_EQ(table.size(), capacity);
        for (std::uint64_t i = 0; i < capacity; ++i) {
            ASSERT_NE(table.find(key(i)), std::nullopt) << capacity << ' ' << i;
        }
        EXPECT_EQ(table.learn(key(capacity), kX, kManyMacs, {}), Learning::Added);
        EXPECT_EQ(table.counts().evicted, 1U) << capacity;
        EXPECT_EQ(table.size(), capacity);
        EXPECT_FALSE(table.find(key(0)).has_value());
    }
}

}  // namespace
}  // namespace sealane::hvswitch
