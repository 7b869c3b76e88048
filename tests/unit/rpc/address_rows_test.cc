#include "control/rpc/address_rows.h"

#include <gtest/gtest.h>

namespace sealane::rpc {
namespace {

std::string fault_of(std::string_view row) {
    const auto parsed = parse_address_row(row);
    return parsed ? "" : parsed.error().text;
}

TEST(AddressRows, ThreeWordsAreAnAddress) {
    for (const char* row : {"02:00:5e:10:00:01 10 lpar1/ent0",
                            "  02-00-5E-10-00-01\t10   lpar1/ent0  # the web server\r"}) {
        const auto parsed = parse_address_row(row);
        ASSERT_TRUE(parsed.ok() && parsed->has_value()) << row;
        EXPECT_EQ((*parsed)->mac, MacAddress{0x02005e100001});
        EXPECT_EQ((*parsed)->vlan, VlanId{10});
        EXPECT_EQ((*parsed)->adapter, "lpar1/ent0");
    }
}

TEST(AddressRows, CommentsAndEmptyRowsAreNothing) {
    for (const char* row : {"", "   \t", "# all of lpar1", "\r"}) {
        const auto parsed = parse_address_row(row);
        ASSERT_TRUE(parsed.ok()) << row;
        EXPECT_FALSE(parsed->has_value());
    }
}

TEST(AddressRows, FaultsSayWhatIsWrongAndWhatIsRight) {
    EXPECT_EQ(fault_of("02:00:5e:10:00:01 10"), "a row has three words, MAC VLAN ADAPTER");
    EXPECT_EQ(fault_of("02:00:5e:10:00:01 10 a/b c"), "a row has three words, MAC VLAN ADAPTER");
    EXPECT_EQ(fault_of("02:00:5e:10:00 10 a/b"),
              "'02:00:5e:10:00' is no address of an adapter; one looks like 02:00:5e:10:00:01");
    EXPECT_EQ(fault_of("ff:ff:ff:ff:ff:ff 10 a/b"),
              "'ff:ff:ff:ff:ff:ff' is no address of an adapter; one looks like 02:00:5e:10:00:01");
    for (const char* vlan : {"0", "4095", "65546", "-1", "x", "10x", "0x10", "010"}) {
        EXPECT_EQ(fault_of(std::string("02:00:5e:10:00:01 ") + vlan + " a/b"),
                  std::string("'") + vlan + "' is no VLAN; one is from 1 to 4094");
    }
}

}  // namespace
}  // namespace sealane::rpc
