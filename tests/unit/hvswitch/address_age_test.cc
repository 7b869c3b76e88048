// How entries age: F02 of the cases.
#include "tests/unit/hvswitch/address_table_test.h"

namespace sealane::hvswitch {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::seconds;

TEST_F(AddressTableTest, F02_AnEntryGoesInTheSecondAfterItsAgeAndNotBefore) {
    learn(1, kOne, milliseconds{900});
    EXPECT_EQ(sweep(seconds{300}), 0U);
    EXPECT_EQ(sweep(milliseconds{300'999}), 0U);
    EXPECT_EQ(sweep(seconds{301}), 1U);
    EXPECT_EQ(owner(1), std::nullopt);
    EXPECT_EQ(table_.size(), 0U);
    EXPECT_EQ(table_.learned_at(kOne), 0U);
    EXPECT_EQ(table_.counts().aged, 1U);
}

TEST_F(AddressTableTest, F02_TrafficOneSecondBeforeItsAgeKeepsAnEntry) {
    learn(1, kOne, seconds{0});
    EXPECT_EQ(learn(1, kOne, seconds{299}), Learning::Known);
    EXPECT_EQ(sweep(seconds{599}), 0U);
    EXPECT_EQ(owner(1), kOne);
    EXPECT_EQ(sweep(seconds{600}), 1U);
}

TEST_F(AddressTableTest, F02_AgeingSurvivesTheWrapOfItsClock) {
    constexpr seconds kWrap{1 << 17};
    learn(1, kOne, kWrap - seconds{10});
    learn(2, kTwo, kWrap + seconds{5});
    EXPECT_EQ(table_.find(key(2))->seen_s, 5U);
    EXPECT_EQ(sweep(kWrap + seconds{290}), 0U);
    EXPECT_EQ(sweep(kWrap + seconds{291}), 1U);
    EXPECT_EQ(owner(1), std::nullopt);
    EXPECT_EQ(sweep(kWrap + seconds{305}), 0U);
    EXPECT_EQ(sweep(kWrap + seconds{306}), 1U);
}

TEST_F(AddressTableTest, F02_AWorkerWhoseClockIsASecondBehindAgesNothing) {
    learn(1, kOne, seconds{1000});
    EXPECT_EQ(sweep(seconds{999}), 0U);
    EXPECT_EQ(sweep(seconds{941}), 0U);
    EXPECT_EQ(owner(1), kOne);
}

TEST(AddressTableAge, OneLongerThanTheClockCanTellIsTakenForTheLongestItCan) {
    AddressTable table({.capacity = 10, .age = hours{1000}}, 1);
    table.learn(key(1), kOne, kManyMacs, at({}));
    EXPECT_EQ(table.age(at(AddressTable::kMaxAge), table.buckets()), 0U);
    EXPECT_EQ(table.age(at(AddressTable::kMaxAge + seconds{1}), table.buckets()), 1U);
}

TEST_F(AddressTableTest, F02_ASweepInStepsReachesEveryBucketOnce) {
    for (std::uint64_t i = 0; i < 500; ++i) {
        learn(i, kOne);
    }
    std::size_t gone = 0, steps = 0;
    for (; steps * 7 < table_.buckets(); ++steps) {
        gone += table_.age(at(seconds{1000}), 7);
    }
    EXPECT_EQ(gone, 500U);
    EXPECT_EQ(table_.size(), 0U);
}

TEST_F(AddressTableTest, FixedEntriesDoNotAge) {
    ASSERT_TRUE(table_.fix(key(1), kOne, AddressKind::Static).ok());
    ASSERT_TRUE(table_.fix(key(2), kOne, AddressKind::Configured).ok());
    EXPECT_EQ(sweep(hours{20}), 0U);
    EXPECT_EQ(owner(1), kOne);
    EXPECT_EQ(owner(2), kOne);
}

}  // namespace
}  // namespace sealane::hvswitch
