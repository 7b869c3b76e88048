#include "control/app/demo/pair/outside_switch.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace sealane::app {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr VlanId kOne{1}, kTwo{2};
constexpr MacAddress kA{0x0200'0000'000a}, kB{0x0200'0000'000b}, kAll{0xffff'ffff'ffff};

TEST(OutsideSwitch, WhatItDoesNotKnowGoesEverywhereElse) {
    OutsideSwitch outside(3);
    EXPECT_THAT(outside.pass(1, {kOne, kA, kB}), ElementsAre(0, 2));
    EXPECT_THAT(outside.pass(0, {kOne, kB, kAll}), ElementsAre(1, 2));
}

TEST(OutsideSwitch, AnAddressIsSoughtWhereItWasLastSeen) {
    OutsideSwitch outside(3);
    outside.pass(0, {kOne, kA, kAll});
    EXPECT_THAT(outside.pass(2, {kOne, kB, kA}), ElementsAre(0));
    outside.pass(1, {kOne, kA, kAll});
    EXPECT_THAT(outside.pass(2, {kOne, kB, kA}), ElementsAre(1));
    EXPECT_EQ(outside.port_of(kOne, kA), 1U);
}

TEST(OutsideSwitch, EachVlanHasAddressesOfItsOwn) {
    OutsideSwitch outside(3);
    outside.pass(0, {kOne, kA, kAll});
    EXPECT_THAT(outside.pass(2, {kTwo, kB, kA}), ElementsAre(0, 1));
    EXPECT_FALSE(outside.port_of(kTwo, kA));
}

TEST(OutsideSwitch, NothingGoesBackWhereItCameFrom) {
    OutsideSwitch outside(3);
    outside.pass(0, {kOne, kA, kAll});
    EXPECT_THAT(outside.pass(0, {kOne, kB, kA}), IsEmpty());
}

TEST(OutsideSwitch, AGroupAddressIsNobodysSource) {
    OutsideSwitch outside(3);
    outside.pass(0, {kOne, kAll, kB});
    EXPECT_FALSE(outside.port_of(kOne, kAll));
}

}  // namespace
}  // namespace sealane::app
