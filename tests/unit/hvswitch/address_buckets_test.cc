// The address table's memory: what a million entries take, what colliding keys cost.
#include "hvswitch/rules/address_buckets.h"

#include <array>
#include <functional>
#include <vector>

#include <gtest/gtest.h>

#include "tests/unit/hvswitch/address_table_test.h"

namespace sealane::hvswitch {
namespace {

constexpr std::uint64_t kSeed = 0x1234'5678'9abc'def0;

TEST(AddressCapacity, F25_AMillionAddressesAreAllFoundWithin48MiB) {
    constexpr std::uint64_t kMillion = 1'000'000;
    AddressTable table({.capacity = kMillion}, kSeed);
    for (std::uint64_t i = 0; i < kMillion; ++i) {
        ASSERT_EQ(table.learn(key(i), adapter_of(i), kManyMacs, {}), Learning::Added);
    }
    EXPECT_EQ(table.size(), kMillion);
    EXPECT_EQ(table.counts().evicted, 0U);
    std::uint64_t wrong = 0;
    for (std::uint64_t i = 0; i < kMillion; ++i) {
        const auto entry = table.find(key(i));
        if (!entry || entry->adapter != adapter_of(i)) ++wrong;
    }
    EXPECT_EQ(wrong, 0U);
    EXPECT_EQ(table.find(key(kMillion)), std::nullopt);
    EXPECT_LT(table.bytes(), std::size_t{32} << 20);
    RecordProperty("bytes", std::to_string(table.bytes()));
}

TEST(AddressCapacity, F25_OneAddressInEveryVlan) {
    AddressTable table({.capacity = 4094}, kSeed);
    for (std::uint16_t vlan = 1; vlan <= 4094; ++vlan) {
        ASSERT_EQ(table.learn(key(1, vlan), adapter_of(vlan), kManyMacs, {}), Learning::Added);
    }
    EXPECT_EQ(table.counts().evicted, 0U);
    for (std::uint16_t vlan = 1; vlan <= 4094; ++vlan) {
        ASSERT_EQ(table.find(key(1, vlan))->adapter, adapter_of(vlan));
    }
}

TEST(AddressCapacity, TheDefaultTableIsSmall) {
    const AddressTable table({}, kSeed);
    EXPECT_EQ(table.capacity(), 65536U);
    EXPECT_LT(table.bytes(), std::size_t{2} << 20);
}

TEST(AddressHash, SpreadsAddressesThatDifferInOnePlaceOnly) {
    // So many keys into so many buckets leave 1/e of them empty if the hash is as good as chance.
    const AddressBuckets buckets(10'000, kSeed);
    const auto count = static_cast<double>(buckets.buckets());
    const std::array<std::function<AddressKey(std::uint64_t)>, 4> families{
        [](std::uint64_t i) { return key(i); },
        [](std::uint64_t i) { return key(i << 24); },
        [](std::uint64_t i) { return AddressKey(i << 48 | 0x0200'0000'0001); },
        [](std::uint64_t i) { return AddressKey(0xa'0200'0000'0000 ^ i * 0x0100'0001); }};
    for (std::size_t family = 0; family < families.size(); ++family) {
        std::vector<bool> first(buckets.buckets()), second(buckets.buckets());
        for (std::uint64_t i = 1; i <= buckets.buckets(); ++i) {
            const BucketPair pair = buckets.pair_of(families[family](i));
            EXPECT_NE(pair.first, pair.second);
            first[pair.first] = true;
            second[pair.second] = true;
        }
        for (const auto& used : {first, second}) {
            const auto empty = static_cast<double>(std::count(used.begin(), used.end(), false));
            EXPECT_NEAR(empty / count, 0.368, 0.02) << "family " << family;
        }
    }
}

TEST(AddressHash, AnotherSeedPutsEveryKeyElsewhere) {
    const AddressBuckets one(10'000, 1), two(10'000, 2);
    int same = 0;
    for (std::uint64_t i = 0; i < 1000; ++i) {
        same += static_cast<int>(one.pair_of(key(i)).first == two.pair_of(key(i)).first);
    }
    EXPECT_LT(same, 10);
}

/// Keys that all belong into the first 64 of a table's 1024 buckets, if its seed is `seed`: twice
/// as many as have room there.
std::vector<AddressKey> colliding_keys(std::uint64_t seed) {
    const AddressBuckets buckets(4000, seed);
    std::vector<AddressKey> keys;
    for (std::uint64_t i = 0; keys.size() < 640; ++i) {
        const BucketPair pair = buckets.pair_of(key(i));
        if (pair.first < 64 && pair.second < 64) keys.push_back(key(i));
    }
    return keys;
}

TEST(AddressCollisions, F26_KeysChosenForAnotherSeedAreKeysLikeAnyOther) {
    for (const std::uint64_t guessed : {std::uint64_t{0}, std::uint64_t{1}, kSeed + 1}) {
        AddressTable table({.capacity = 4000}, kSeed);
        for (const AddressKey k : colliding_keys(guessed)) {
            ASSERT_EQ(table.learn(k, {1}, kManyMacs, {}), Learning::Added);
        }
        EXPECT_EQ(table.size(), 640U);
        EXPECT_EQ(table.counts().evicted, 0U);
    }
}

TEST(AddressCollisions, F26_EvenWhoKnowsTheSeedOnlyEvictsWhatCollides) {
    AddressTable table({.capacity = 4000}, kSeed);
    for (const AddressKey k : colliding_keys(kSeed)) {
        ASSERT_EQ(table.learn(k, {1}, kManyMacs, {}), Learning::Added);
        ASSERT_NE(table.find(k), std::nullopt);
    }
    EXPECT_LE(table.size(), 64 * AddressBuckets::kSlotsPerBucket);
    EXPECT_GE(table.size(), 300U) << "the buckets are used to the full before anything goes";
    EXPECT_EQ(table.size() + table.counts().evicted, 640U);
    EXPECT_EQ(table.learned_at({1}), table.size());
}

TEST(AddressCollisions, F26_TheSearchForRoomIsBoundedWhateverTheKeys) {
    AddressBuckets buckets(4000, kSeed);
    std::size_t failed = 0, most_looked = 0;
    for (const AddressKey k : colliding_keys(kSeed)) {
        const auto path = buckets.path_for(k, AddressBuckets::Goal::EmptySlot);
        most_looked = std::max(most_looked, path.looked);
        if (path.length == 0) {
            ++failed;
            continue;
        }
        for (std::size_t i = path.length - 1; i > 0; --i) {
            buckets.move(path.slots[i - 1], path.slots[i]);
        }
        buckets.put(path.slots[0], k, {.adapter = {1}});
    }
    EXPECT_GE(failed, 640 - 64 * AddressBuckets::kSlotsPerBucket);
    EXPECT_EQ(most_looked, AddressBuckets::kMaxLooked);
}

TEST(AddressCollisions, ManyFixedEntriesThatMeetAreRefusedAtLast) {
    AddressTable table({.capacity = 4000}, kSeed);
    std::size_t refused = 0;
    for (const AddressKey k : colliding_keys(kSeed)) {
        if (!table.fix(k, {1}, AddressKind::Static).ok()) ++refused;
    }
    EXPECT_EQ(table.size(), 640 - refused);
    EXPECT_GE(refused, 640 - 64 * AddressBuckets::kSlotsPerBucket);
    table.for_each([&](AddressKey k, const AddressEntry&) { EXPECT_TRUE(table.find(k)); });
}

TEST(AddressMoves, EntriesMoveWhenATableFillsUpAndNoneIsLost) {
    constexpr std::uint64_t kCapacity = 272;  // 85 % of the smallest table
    AddressBuckets buckets(kCapacity, kSeed);
    for (std::uint64_t i = 0; i < kCapacity; ++i) {
        const auto path = buckets.path_for(key(i), AddressBuckets::Goal::EmptySlot);
        ASSERT_GT(path.length, 0U);
        for (std::size_t at = path.length - 1; at > 0; --at) {
            buckets.move(path.slots[at - 1], path.slots[at]);
        }
        buckets.put(path.slots[0], key(i), {.adapter = adapter_of(i)});
        for (std::uint64_t before = 0; before <= i; ++before) {
            ASSERT_EQ((*buckets.find(key(before))).adapter, adapter_of(before));
        }
    }
    EXPECT_GT(buckets.moves(), 5U);
}

}  // namespace
}  // namespace sealane::hvswitch
