// What is learned, found, forgotten and flushed, and how it is kept in words.
#include "tests/unit/hvswitch/address_table_test.h"

#include <map>
#include <set>

namespace sealane::hvswitch {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::seconds;

TEST_F(AddressTableTest, IsEmptyAtFirst) {
    EXPECT_EQ(table_.size(), 0U);
    EXPECT_EQ(table_.capacity(), 1000U);
    EXPECT_EQ(table_.find(key(1)), std::nullopt);
    EXPECT_FALSE(table_.forget(key(1)));
    EXPECT_EQ(table_.learned_at(kOne), 0U);
}

TEST_F(AddressTableTest, F01_ALearnedAddressIsFoundWhereItWasSeen) {
    EXPECT_EQ(learn(1, kOne, seconds{7}), Learning::Added);
    EXPECT_EQ(table_.find(key(1)),
              (AddressEntry{.adapter = kOne, .kind = AddressKind::Learned, .seen_s = 7}));
    EXPECT_EQ(table_.find(key(2)), std::nullopt);
    EXPECT_EQ(learn(1, kOne, seconds{9}), Learning::Known);
    EXPECT_EQ(table_.find(key(1))->seen_s, 9U);
    EXPECT_EQ(table_.size(), 1U);
    EXPECT_EQ(table_.counts().added, 1U);
}

TEST_F(AddressTableTest, F04_AnAddressSeenElsewhereMovesAndIsCountedOnce) {
    learn(1, kOne);
    EXPECT_EQ(learn(1, kThree, seconds{1}), Learning::Moved);
    EXPECT_EQ(owner(1), kThree);
    EXPECT_EQ(table_.size(), 1U);
    EXPECT_EQ(table_.learned_at(kOne), 0U);
    EXPECT_EQ(table_.learned_at(kThree), 1U);
    EXPECT_EQ(table_.counts().moved, 1U);
    EXPECT_EQ(table_.counts().added, 1U);
}

TEST_F(AddressTableTest, F05_VlansAndVswitchesHaveTheirOwnEntries) {
    table_.learn(key(1, 10), kOne, 64, {});
    table_.learn(key(1, 20), kTwo, 64, {});
    table_.learn(key(1, 10, 1), kThree, 64, {});
    EXPECT_EQ(table_.find(key(1, 10))->adapter, kOne);
    EXPECT_EQ(table_.find(key(1, 20))->adapter, kTwo);
    EXPECT_EQ(table_.find(key(1, 10, 1))->adapter, kThree);
    EXPECT_EQ(table_.find(key(1, 20, 1)), std::nullopt);
    EXPECT_TRUE(table_.forget(key(1, 10)));
    EXPECT_EQ(table_.find(key(1, 20))->adapter, kTwo);
}

TEST_F(AddressTableTest, F07_ARemovedAdaptersEntriesGoAllOfThem) {
    learn(1, kOne);
    learn(2, kTwo);
    ASSERT_TRUE(table_.fix(key(3), kOne, AddressKind::Static).ok());
    ASSERT_TRUE(table_.fix(key(4), kOne, AddressKind::Configured).ok());
    EXPECT_EQ(
        table_.flush([](AddressKey, const AddressEntry& e) { return e.adapter == kOne; }, true),
        3U);
    EXPECT_EQ(table_.size(), 1U);
    EXPECT_EQ(owner(2), kTwo);
    EXPECT_EQ(table_.learned_at(kOne), 0U);
}

TEST_F(AddressTableTest, F13_AfterMuchComingAndGoingExactlyWhatShouldBeThereIs) {
    std::map<std::uint64_t, AdapterId> expected;
    const auto add = [&](std::uint64_t first, std::uint64_t count) {
        for (std::uint64_t i = first; i < first + count; ++i) {
            const AdapterId adapter{static_cast<std::uint16_t>(1 + i % 4)};
            EXPECT_EQ(learn(i, adapter), Learning::Added);
            expected[i] = adapter;
        }
    };
    const auto remove = [&](std::uint64_t first, std::uint64_t count) {
        for (std::uint64_t i = first; i < first + count; ++i) {
            EXPECT_TRUE(table_.forget(key(i)));
            expected.erase(i);
        }
    };
    const auto check = [&] {
        EXPECT_EQ(table_.size(), expected.size());
        for (std::uint64_t i = 0; i < 300; ++i) {
            const auto there = expected.find(i);
            EXPECT_EQ(owner(i),
                      there == expected.end() ? std::nullopt : std::optional(there->second));
        }
    };
    add(0, 100);
    check();
    remove(40, 12);
    check();
    add(100, 100);
    check();
    remove(0, 40);
    remove(52, 120);
    check();
}

TEST_F(AddressTableTest, F14_AFlushByAdapterByVlanOrOfAllRemovesOnlyThose) {
    const auto refill = [&] {
        table_.flush([](AddressKey, const AddressEntry&) { return true; });
        for (const std::uint16_t vlan : {std::uint16_t{10}, std::uint16_t{20}}) {
            for (const AdapterId adapter : {kOne, kTwo, kThree, kFour}) {
                table_.learn(key(adapter.index, vlan), adapter, kManyMacs, {});
            }
        }
    };
    refill();
    EXPECT_EQ(table_.flush([](AddressKey, const AddressEntry& e) { return e.adapter == kTwo; }),
              2U);
    EXPECT_EQ(table_.size(), 6U);
    EXPECT_EQ(table_.find(key(kTwo.index, 10)), std::nullopt);
    EXPECT_EQ(table_.find(key(kTwo.index, 20)), std::nullopt);
    refill();
    EXPECT_EQ(
        table_.flush([](AddressKey k, const AddressEntry&) { return k.vlan() == VlanId{20}; }), 4U);
    EXPECT_NE(table_.find(key(kOne.index, 10)), std::nullopt);
    EXPECT_EQ(table_.find(key(kOne.index, 20)), std::nullopt);
    refill();
    EXPECT_EQ(table_.flush([](AddressKey, const AddressEntry&) { return true; }), 8U);
    EXPECT_EQ(table_.size(), 0U);
}

TEST_F(AddressTableTest, ForEachGivesEveryEntryOnce) {
    for (std::uint64_t i = 0; i < 1000; ++i) {
        learn(i, kOne, seconds{3});
    }
    std::set<std::uint64_t> seen;
    table_.for_each([&](AddressKey k, const AddressEntry& entry) {
        EXPECT_TRUE(seen.insert(k.word).second);
        EXPECT_EQ(entry, (AddressEntry{.adapter = kOne, .seen_s = 3}));
    });
    EXPECT_EQ(seen.size(), 1000U);
}

TEST_F(AddressTableTest, IsFreshWhenLearningWouldChangeNothing) {
    const auto fresh = [&](std::uint64_t number, AdapterId from, Duration when) {
        return table_.is_fresh(FoundEntry(table_.find(key(number))), from, at(when));
    };
    learn(1, kOne, milliseconds{5200});
    EXPECT_TRUE(fresh(1, kOne, milliseconds{5000}));
    EXPECT_TRUE(fresh(1, kOne, milliseconds{5999}));
    EXPECT_FALSE(fresh(1, kOne, seconds{6})) << "a new second";
    EXPECT_FALSE(fresh(1, kTwo, seconds{5})) << "another adapter";
    EXPECT_FALSE(fresh(2, kOne, seconds{5})) << "not there";

    ASSERT_TRUE(table_.fix(key(3), kOne, AddressKind::Static).ok());
    EXPECT_TRUE(fresh(3, kOne, hours{1}));
    EXPECT_FALSE(fresh(3, kTwo, hours{1})) << "learn() has to say StaticElsewhere";
}

TEST(AddressEntryWord, HoldsEveryAdapterKindAndSecond) {
    for (const std::uint16_t adapter : {std::uint16_t{0}, std::uint16_t{1}, std::uint16_t{4095}}) {
        for (const AddressKind kind :
             {AddressKind::Learned, AddressKind::Static, AddressKind::Configured}) {
            for (const std::uint32_t seen : {0U, 1U, kSeenMask}) {
                const AddressEntry entry{.adapter = {adapter}, .kind = kind, .seen_s = seen};
                EXPECT_EQ(unpack(pack(entry)), entry);
            }
        }
    }
}

TEST(AddressKeyWord, HoldsEveryVswitchVlanAndAddress) {
    const AddressKey k({15}, {4094}, {0xffff'ffff'ffff});
    EXPECT_EQ(k.vswitch(), VswitchId{15});
    EXPECT_EQ(k.vlan(), VlanId{4094});
    EXPECT_EQ(k.mac(), MacAddress{0xffff'ffff'ffff});
}

}  // namespace
}  // namespace sealane::hvswitch
