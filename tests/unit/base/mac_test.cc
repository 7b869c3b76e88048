#include "dataplane/base/mac.h"

#include <gtest/gtest.h>

namespace sealane {
namespace {

TEST(Mac, IsReadFromSixPairsOfHexDigits) {
    EXPECT_EQ(parse_mac("02:00:5e:10:00:01"), MacAddress{0x0200'5e10'0001});
    EXPECT_EQ(parse_mac("FF:ff:Ff:fF:00:aB"), MacAddress{0xffff'ffff'00ab});
    EXPECT_EQ(parse_mac("02-00-5e-10-00-01"), MacAddress{0x0200'5e10'0001});
    EXPECT_EQ(parse_mac("00:00:00:00:00:00"), MacAddress{0});
}

TEST(Mac, IsNotReadFromAnythingElse) {
    for (const char* text : {"",
                             "02:00:5e:10:00",
                             "02:00:5e:10:00:01:",
                             "02:00:5e:10:00:1",
                             "02:00:5e:10:00:001",
                             "2:00:5e:10:00:001",
                             "02:00:5e:10:00:0g",
                             "02:00:5e:10:00-01",
                             "02.00.5e.10.00.01",
                             "02005e100001",
                             " 2:00:5e:10:00:01",
                             "+2:00:5e:10:00:01",
                             "-2:00:5e:10:00:01",
                             "0x:00:5e:10:00:01",
                             "02:00:5e:10:00:01 ",
                             "02:00:5e:10:00:0\0"}) {
        EXPECT_EQ(parse_mac(text), std::nullopt) << text;
    }
}

TEST(Mac, IsPrintedSoThatItReadsBack) {
    EXPECT_EQ(to_string(MacAddress{0x0200'5e10'0001}), "02:00:5e:10:00:01");
    EXPECT_EQ(to_string(MacAddress{0xffff'ffff'ffff}), "ff:ff:ff:ff:ff:ff");
    EXPECT_EQ(to_string(MacAddress{0}), "00:00:00:00:00:00");
    std::uint64_t bits = 1;
    for (int i = 0; i < 1000; ++i) {
        bits = (bits * 6364136223846793005U + 1442695040888963407U);
        const MacAddress mac{bits >> 16};
        EXPECT_EQ(parse_mac(to_string(mac)), mac);
    }
}

TEST(Mac, IsAGroupAddressByTheFirstBitOnTheWire) {
    EXPECT_TRUE(MacAddress{0x0100'5e00'0001}.is_multicast());
    EXPECT_TRUE(MacAddress{0xffff'ffff'ffff}.is_multicast());
    EXPECT_FALSE(MacAddress{0x0200'0000'0001}.is_multicast());
    EXPECT_FALSE(MacAddress{0xfe00'0000'0001}.is_multicast());
}

TEST(Mac, IsBroadcastOnlyWithAllBitsSet) {
    EXPECT_TRUE(MacAddress{0xffff'ffff'ffff}.is_broadcast());
    EXPECT_FALSE(MacAddress{0xffff'ffff'fffe}.is_broadcast());
}

TEST(Mac, F18_ReservedAreTheSixteenOfTable8_1AndNoneBeside) {
    for (std::uint64_t last = 0; last < 256; ++last) {
        EXPECT_EQ(MacAddress{0x0180'c200'0000 | last}.is_reserved(), last < 16) << last;
    }
    EXPECT_FALSE(MacAddress{0x0180'c200'0100}.is_reserved());
    EXPECT_FALSE(MacAddress{0x0080'c200'0000}.is_reserved());
    EXPECT_FALSE(MacAddress{0x0180'c201'0000}.is_reserved());
}

TEST(Mac, IsLocalUnicastWhenTheLowBitsOfTheFirstByteAreTen) {
    EXPECT_TRUE(MacAddress{0x0200'0000'0000}.is_local_unicast());
    EXPECT_TRUE(MacAddress{0x1683'b6a3'2202}.is_local_unicast());
    EXPECT_FALSE(MacAddress{0x0300'0000'0000}.is_local_unicast());
    EXPECT_FALSE(MacAddress{0x0000'0000'0001}.is_local_unicast());
    EXPECT_FALSE(MacAddress{0x0100'0000'0000}.is_local_unicast());
}

}  // namespace
}  // namespace sealane
