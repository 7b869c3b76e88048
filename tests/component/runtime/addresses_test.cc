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
vswitches: [{name: E}]
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

}  // namespace
}  // namespace sealane::runtime
