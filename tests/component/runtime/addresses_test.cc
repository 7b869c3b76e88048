// Addresses fixed by command, while the switch learns others.
#include "tests/component/runtime/runtime_test.h"

namespace sealane::runtime {
namespace {

using test::frame;

constexpr MacAddress kOwn{0x0200'0000'0001}, kOther{0x0200'0000'0002}, kShown{0x0200'0000'0099};
constexpr VlanId kVlanOne{1};

class Addresses : public RuntimeTest {
  protected:
    void SetUp() override {
        start(R"(system: f
vswitches: [{name: E, address_table: {capacity: 16}}]
partitions:
  - {name: lpar1, type: client, adapters: [{name: ent0, type: virtual, vswitch: E, pvid: 1, mac: "02:00:00:00:00:01", port: {type: ring}}]}
  - {name: lpar2, type: client, adapters: [{name: ent0, type: virtual, vswitch: E, pvid: 1, mac: "02:00:00:00:00:02", port: {type: ring}}]}
)");
    }
    /// "lpar1/ent0 learned", or nothing.
    std::string where_is(MacAddress mac) {
        for (const AddressReport& address : system().addresses("", 100)) {
            if (address.mac == mac) return address.adapter + " " + address.kind;
        }
        return "";
    }
};

TEST_F(Addresses, WhatWasLearnedIsThereAgainAfterALoadThatFailed) {
    ASSERT_TRUE(send("lpar1/ent0", frame(kOther, kShown).bytes()));
    settle();
    take("lpar2/ent0");
    ASSERT_EQ(where_is(kShown), "lpar1/ent0 learned");

    // The second is lpar1's own address, so neither is fixed.
    const Status loaded =
        system().add_addresses({{kVlanOne, kShown, "lpar2/ent0"}, {kVlanOne, kOwn, "lpar2/ent0"}});
    EXPECT_FALSE(loaded.ok());
    EXPECT_EQ(where_is(kShown), "lpar1/ent0 learned");
    EXPECT_EQ(where_is(kOwn), "lpar1/ent0 configured");

    ASSERT_TRUE(send("lpar2/ent0", frame(kShown, kOther).bytes()));
    settle();
    EXPECT_EQ(take("lpar1/ent0").size(), 1U);
}

TEST_F(Addresses, WhatWasFixedBeforeIsFixedAfterALoadThatFailed) {
    ASSERT_TRUE(system().add_addresses({{kVlanOne, kShown, "lpar2/ent0"}}).ok());
    EXPECT_FALSE(
        system()
            .add_addresses({{kVlanOne, kShown, "lpar2/ent0"}, {kVlanOne, kOwn, "lpar2/ent0"}})
            .ok());
    EXPECT_EQ(where_is(kShown), "lpar2/ent0 static");
}

TEST_F(Addresses, LoadThatDoesNotFitForgetsNothingThatWasLearned) {
    constexpr std::uint64_t kShownFirst = 0x0200'0000'0100, kFixedFirst = 0x0200'0000'0200;
    for (std::uint64_t i = 0; i < 14; ++i) {  // with both adapters' own, the table is full
        ASSERT_TRUE(send("lpar1/ent0", frame(kOther, MacAddress{kShownFirst + i}).bytes()));
    }
    settle();
    take("lpar2/ent0");
    const auto learned = [&] {
        std::size_t count = 0;
        for (const AddressReport& address : system().addresses("", 100)) {
            count += address.kind == "learned" ? 1 : 0;
        }
        return count;
    };
    ASSERT_EQ(learned(), 14U);

    std::vector<AddressRequest> wanted;
    for (std::uint64_t i = 0; i < 15; ++i) {
        wanted.push_back({kVlanOne, MacAddress{kFixedFirst + i}, "lpar2/ent0"});
    }
    const Status loaded = system().add_addresses(wanted);
    ASSERT_FALSE(loaded.ok());
    EXPECT_EQ(loaded.error().text,
              "the address table has 16 entries, 2 of them fixed: no room for 15 more; give its "
              "virtual switch an address_table with a larger capacity");
    EXPECT_EQ(learned(), 14U);

    wanted.pop_back();
    EXPECT_TRUE(system().add_addresses(wanted).ok());
    EXPECT_EQ(learned(), 0U);
    EXPECT_EQ(where_is(MacAddress{kFixedFirst + 13}), "lpar2/ent0 static");
}

TEST_F(Addresses, EachEntryThatCantBeFixedIsNamedWithItsReason) {
    ASSERT_TRUE(system().add_addresses({{kVlanOne, kShown, "lpar1/ent0"}}).ok());
    const Status resolved = system().add_addresses({{kVlanOne, kShown, "lpar9/ent0"},
                                                    {kVlanOne, kShown, "lpar1/ent0"},
                                                    {VlanId{9}, kShown, "lpar1/ent0"}});
    ASSERT_FALSE(resolved.ok());
    EXPECT_EQ(resolved.error().text,
              "entry 1: no adapter is called 'lpar9/ent0'; see `sealane show`\n"
              "entry 3: lpar1/ent0 is no member of VLAN 9; see `sealane vlan`");

    const Status looked =
        system().add_addresses({{kVlanOne, kShown, "lpar2/ent0"},
                                {kVlanOne, kOwn, "lpar2/ent0"},
                                {kVlanOne, MacAddress{kOwn.bits + 8}, "lpar1/ent0"},
                                {kVlanOne, MacAddress{kOwn.bits + 8}, "lpar2/ent0"}});
    ASSERT_FALSE(looked.ok());
    EXPECT_EQ(looked.error().text,
              "entry 1: 02:00:00:00:00:99 in VLAN 1 is fixed to lpar1/ent0; remove it there first\n"
              "entry 2: 02:00:00:00:00:01 in VLAN 1 is lpar1/ent0's own address\n"
              "entry 4: 02:00:00:00:00:09 in VLAN 1 is for lpar2/ent0 here and for lpar1/ent0 in "
              "entry 3; "
              "keep one of them");
    EXPECT_EQ(where_is(kShown), "lpar1/ent0 static");
}

TEST_F(Addresses, OfALongWrongListTheFirstTwentyAreNamedAndTheRestCounted) {
    const std::vector<AddressRequest> wrong(23, {kVlanOne, kShown, "lpar9/ent0"});
    const Status loaded = system().add_addresses(wrong);
    ASSERT_FALSE(loaded.ok());
    EXPECT_NE(loaded.error().text.find("entry 20: "), std::string::npos);
    EXPECT_EQ(loaded.error().text.find("entry 21: "), std::string::npos);
    EXPECT_TRUE(loaded.error().text.ends_with("\nand 3 more")) << loaded.error().text;
}

}  // namespace
}  // namespace sealane::runtime
