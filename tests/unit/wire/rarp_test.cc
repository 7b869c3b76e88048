#include "dataplane/wire/rarp.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace sealane::wire {
namespace {

TEST(Rarp, AsksForTheClientsOwnAddressFromTheClient) {
    // RFC 903: hardware 1, protocol 0x0800, lengths 6 and 4, operation 3; the address twice.
    EXPECT_THAT(make_rarp(MacAddress{0x0200'5e10'0001}),
                testing::ElementsAre(0xff,
                                     0xff,
                                     0xff,
                                     0xff,
                                     0xff,
                                     0xff,  //
                                     0x02,
                                     0x00,
                                     0x5e,
                                     0x10,
                                     0x00,
                                     0x01,  //
                                     0x80,
                                     0x35,  //
                                     0,
                                     1,
                                     0x08,
                                     0,
                                     6,
                                     4,
                                     0,
                                     3,  //
                                     0x02,
                                     0x00,
                                     0x5e,
                                     0x10,
                                     0x00,
                                     0x01,
                                     0,
                                     0,
                                     0,
                                     0,  //
                                     0x02,
                                     0x00,
                                     0x5e,
                                     0x10,
                                     0x00,
                                     0x01,
                                     0,
                                     0,
                                     0,
                                     0,  //
                                     0,
                                     0,
                                     0,
                                     0,
                                     0,
                                     0,
                                     0,
                                     0,
                                     0,
                                     0,
                                     0,
                                     0,
                                     0,
                                     0,
                                     0,
                                     0,
                                     0,
                                     0));
}

}  // namespace
}  // namespace sealane::wire
