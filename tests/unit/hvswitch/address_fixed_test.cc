// Entries that are fixed by command or by configuration: F08 and F09 of the cases.
#include "tests/unit/hvswitch/address_table_test.h"

namespace sealane::hvswitch {
namespace {

TEST_F(AddressTableTest, F08_AFixedAddressDoesNotMoveWhateverIsSeen) {
    for (const AddressKind kind : {AddressKind::Static, AddressKind::Configured}) {
        const std::uint64_t number = kind == AddressKind::Static ? 1 : 2;
        ASSERT_TRUE(table_.fix(key(number), kOne, kind).ok());
        EXPECT_EQ(learn(number, kTwo), Learning::StaticElsewhere);
        EXPECT_EQ(learn(number, kOne), Learning::Known);
        EXPECT_EQ(table_.find(key(number)), (AddressEntry{.adapter = kOne, .kind = kind}));
    }
}

TEST_F(AddressTableTest, F09_AStaticEntryReplacesALearnedOne) {
    learn(1, kOne);
    ASSERT_TRUE(table_.fix(key(1), kTwo, AddressKind::Static).ok());
    EXPECT_EQ(owner(1), kTwo);
    EXPECT_EQ(table_.learned_at(kOne), 0U);
    EXPECT_EQ(table_.learned_at(kTwo), 0U);
    EXPECT_EQ(table_.size(), 1U);
}

TEST_F(AddressTableTest, F09_AStaticEntryMovesByCommandOnly) {
    ASSERT_TRUE(table_.fix(key(1), kOne, AddressKind::Static).ok());
    const Status moved = table_.fix(key(1), kTwo, AddressKind::Static);
    ASSERT_FALSE(moved.ok());
    EXPECT_EQ(moved.error().text,
              "02:00:00:00:00:01 in VLAN 10 is fixed to another adapter; remove it there first");
    EXPECT_EQ(owner(1), kOne);
    EXPECT_TRUE(table_.forget(key(1)));
    EXPECT_TRUE(table_.fix(key(1), kTwo, AddressKind::Static).ok());
    EXPECT_EQ(owner(1), kTwo);
}

TEST_F(AddressTableTest, F09_AFlushRemovesOnlyLearnedEntries) {
    learn(1, kOne);
    ASSERT_TRUE(table_.fix(key(2), kOne, AddressKind::Static).ok());
    ASSERT_TRUE(table_.fix(key(3), kOne, AddressKind::Configured).ok());
    EXPECT_EQ(table_.flush([](AddressKey, const AddressEntry&) { return true; }), 1U);
    EXPECT_EQ(owner(1), std::nullopt);
    EXPECT_EQ(owner(2), kOne);
    EXPECT_EQ(owner(3), kOne);
}

TEST_F(AddressTableTest, AnAdaptersOwnAddressStaysItsOwn) {
    ASSERT_TRUE(table_.fix(key(1), kOne, AddressKind::Configured).ok());
    EXPECT_TRUE(table_.fix(key(1), kOne, AddressKind::Static).ok());
    EXPECT_EQ(table_.find(key(1))->kind, AddressKind::Configured);
    EXPECT_FALSE(table_.forget(key(1)));
    EXPECT_EQ(owner(1), kOne);

    ASSERT_TRUE(table_.fix(key(2), kOne, AddressKind::Static).ok());
    EXPECT_TRUE(table_.fix(key(2), kOne, AddressKind::Configured).ok());
    EXPECT_EQ(table_.find(key(2))->kind, AddressKind::Configured);
}

}  // namespace
}  // namespace sealane::hvswitch
