// What admit() decides besides the VLAN: whole-frame checks, source addresses, their order.
#include "hvswitch/rules/admit.h"

#include <gtest/gtest.h>

#include "tests/unit/hvswitch/reference_switch.h"

namespace sealane::hvswitch {
namespace {

Admission admit_bytes(const PortRules& port, const Bytes& bytes) {
    return admit(port, head_of(bytes));
}
Drop verdict(const PortRules& port, const Bytes& bytes) { return admit_bytes(port, bytes).drop; }

TEST(Admit, V25_WhatCannotBeParsedKeepsItsReason) {
    EXPECT_EQ(admit(access_port(10), {.fault = Drop::Runt}), (Admission{.drop = Drop::Runt}));
    Bytes cut = frame_bytes(kDst, kSrc, {c_tag(10)});
    for (const std::size_t length : {17U, 16U, 15U, 14U}) {
        cut.resize(length);
        EXPECT_EQ(verdict(access_port(10), cut), Drop::Malformed) << length;
    }
}

TEST(Admit, ADisabledAdapterGetsNothingIn) {
    PortRules port = access_port(10);
    port.enabled = false;
    EXPECT_EQ(verdict(port, frame_bytes(kDst, kSrc)), Drop::PortDisabled);
    port.is_trunk = true;
    EXPECT_EQ(verdict(port, frame_bytes(kDst, kSrc)), Drop::PortDisabled);
}

TEST(Admit, F18_TheSixteenReservedDestinationsAreRefusedAndTheNextAreNot) {
    for (std::uint64_t last = 0; last < 256; ++last) {
        const MacAddress dst{0x0180'c200'0000 | last};
        EXPECT_EQ(verdict(access_port(10), frame_bytes(dst, kSrc)),
                  last < 16 ? Drop::ReservedDestination : Drop::None)
            << last;
        EXPECT_EQ(verdict(vlan_port(0, {10}), frame_bytes(dst, kSrc, {c_tag(10)})),
                  last < 16 ? Drop::ReservedDestination : Drop::None)
            << last;
    }
}

TEST(Admit, F19_MacControlIsRefusedWhateverItsDestination) {
    constexpr MacAddress kPause{0x0180'c200'0001};
    EXPECT_EQ(verdict(access_port(10), frame_bytes(kPause, kSrc, {}, 0x8808)), Drop::MacControl);
    EXPECT_EQ(verdict(access_port(10), frame_bytes(kDst, kSrc, {}, 0x8808)), Drop::MacControl);
    EXPECT_EQ(verdict(access_port(10), frame_bytes(kDst, kSrc, {c_tag(10)}, 0x8808)),
              Drop::MacControl);
}

TEST(Admit, F20_ZeroAndGroupSourcesAreRefusedEvenFromATrunk) {
    for (const MacAddress src : {MacAddress{0}, wire::kGroup, wire::kBroadcast}) {
        EXPECT_EQ(verdict(access_port(10), frame_bytes(kDst, src)), Drop::BadSource);
        EXPECT_EQ(verdict(trunk_port(10, {}), frame_bytes(kDst, src)), Drop::BadSource);
    }
}

/// An adapter that may send from its own address and two more.
PortRules restricted() {
    PortRules port = vlan_port(10, {20});
    port.mac = kSrc;
    port.any_mac = false;
    port.allowed_macs = {{0x0200'0000'0011}, {0x0200'0000'0012}};
    return port;
}

TEST(AdmitSource, ItsOwnAndAllowedAddressesPassAndNoOther) {
    EXPECT_EQ(verdict(restricted(), frame_bytes(kDst, kSrc)), Drop::None);
    EXPECT_EQ(verdict(restricted(), frame_bytes(kDst, {0x0200'0000'0011})), Drop::None);
    EXPECT_EQ(verdict(restricted(), frame_bytes(kDst, {0x0200'0000'0012})), Drop::None);
    EXPECT_EQ(verdict(restricted(), frame_bytes(kDst, {0x0200'0000'0013})), Drop::MacNotAllowed);
    EXPECT_EQ(verdict(restricted(), frame_bytes(kDst, kDst)), Drop::MacNotAllowed);
}

TEST(AdmitSource, WithAnEmptyListOnlyTheOwnAddressPasses) {
    PortRules port = restricted();
    port.allowed_macs.clear();
    EXPECT_EQ(verdict(port, frame_bytes(kDst, kSrc)), Drop::None);
    EXPECT_EQ(verdict(port, frame_bytes(kDst, {0x0200'0000'0011})), Drop::MacNotAllowed);
}

TEST(AdmitSource, AnyAddressPassesWhereNoneIsListed) {
    PortRules port = restricted();
    port.any_mac = true;
    EXPECT_EQ(verdict(port, frame_bytes(kDst, {0x0200'0000'0013})), Drop::None);
}

TEST(AdmitSource, ATrunkMaySendFromAnyAddress) {
    PortRules port = restricted();
    port.is_trunk = true;
    EXPECT_EQ(verdict(port, frame_bytes(kDst, {0x0200'0000'0013})), Drop::None);
}

TEST(AdmitSource, V24_NoTagAndNoLengthFieldHidesTheSource) {
    constexpr MacAddress kForged{0x0200'0000'0013};
    constexpr std::uint16_t kLlcLength = 46;  // 802.3 length; LLC and SNAP follow
    for (const std::vector<Tag>& tags :
         {std::vector<Tag>{}, {c_tag(0)}, {c_tag(10)}, {c_tag(20)}, {s_tag(0)}}) {
        EXPECT_EQ(verdict(restricted(), frame_bytes(kDst, kForged, tags, kLlcLength)),
                  Drop::MacNotAllowed);
        EXPECT_EQ(verdict(restricted(), frame_bytes(kDst, kSrc, tags, kLlcLength)), Drop::None);
    }
    EXPECT_EQ(verdict(restricted(), frame_bytes(kDst, kForged, {c_tag(0), c_tag(20)}, kLlcLength)),
              Drop::DoubleTag);
}

TEST(AdmitOrder, EachCheckComesBeforeTheNext) {
    // A frame that is wrong in every way, made right step by step.
    PortRules port = restricted();
    port.enabled = false;
    wire::FrameHead head{.dst = {0x0180'c200'0001},
                         .src = {},
                         .ether_type = 0x8808,
                         .tpid = wire::kTpidCustomer,
                         .tci = wire::make_tci({30}, 0),
                         .tag_in_bytes = true,
                         .fault = Drop::Malformed};
    EXPECT_EQ(admit(port, head).drop, Drop::Malformed);
    head.fault = Drop::None;
    EXPECT_EQ(admit(port, head).drop, Drop::PortDisabled);
    port.enabled = true;
    EXPECT_EQ(admit(port, head).drop, Drop::MacControl);
    head.ether_type = wire::kIpv4;
    EXPECT_EQ(admit(port, head).drop, Drop::ReservedDestination);
    head.dst = kDst;
    EXPECT_EQ(admit(port, head).drop, Drop::BadSource);
    head.src = {0x0200'0000'0013};
    EXPECT_EQ(admit(port, head).drop, Drop::IngressVlan);
    head.tci = wire::make_tci({20}, 0);
    EXPECT_EQ(admit(port, head).drop, Drop::MacNotAllowed);
    head.src = kSrc;
    EXPECT_EQ(admit(port, head).drop, Drop::None);
}

TEST(AdmitPriority, TheAdaptersPriorityGoesIntoTagsThatTheSwitchAddsOnly) {
    for (std::uint8_t priority = 0; priority < 8; ++priority) {
        PortRules port = vlan_port(10, {20});
        port.qos_priority = priority;
        EXPECT_EQ(admit_bytes(port, frame_bytes(kDst, kSrc)).tci, wire::make_tci({10}, priority));
        EXPECT_EQ(admit_bytes(port, frame_bytes(kDst, kSrc, {c_tag(0, 5, true)})).tci,
                  wire::make_tci({10}, 5, true));
        EXPECT_EQ(admit_bytes(port, frame_bytes(kDst, kSrc, {c_tag(10, 5)})).tci,
                  wire::make_tci({10}, 5));
        EXPECT_EQ(admit_bytes(port, frame_bytes(kDst, kSrc, {c_tag(20, 5)})).tci,
                  wire::make_tci({20}, 5));
        port.tunnel = true;
        EXPECT_EQ(admit_bytes(port, frame_bytes(kDst, kSrc, {c_tag(20, 5)})).tci,
                  wire::make_tci({10}, priority));
    }
}

TEST(AdmitPriority, WithoutOneAnAddedTagHasPriorityZero) {
    EXPECT_EQ(admit_bytes(access_port(10), frame_bytes(kDst, kSrc)).tci, wire::make_tci({10}, 0));
}

TEST(AdmitTag, OneBesideTheBytesIsUsedAndNotPopped) {
    const Bytes bytes = frame_bytes(kDst, kSrc);
    EXPECT_EQ(admit(vlan_port(0, {10}), head_of(bytes, wire::make_tci({10}, 3))),
              (Admission{.tci = wire::make_tci({10}, 3), .pop = false}));
    EXPECT_EQ(admit(access_port(10), head_of(bytes, wire::make_tci({0}, 3))),
              (Admission{.tci = wire::make_tci({10}, 3), .pop = false}));
}

TEST(AdmitTag, IsReadOnlyWhereItIsTheAdaptersTypeAndTheAdapterIsNoTunnel) {
    PortRules service = access_port(10);
    service.tpid = wire::kTpidService;
    PortRules tunnel = access_port(10);
    tunnel.tunnel = true;
    const wire::FrameHead plain = head_of(frame_bytes(kDst, kSrc));
    const wire::FrameHead c = head_of(frame_bytes(kDst, kSrc, {c_tag(10)}));
    const wire::FrameHead s = head_of(frame_bytes(kDst, kSrc, {s_tag(10)}));
    EXPECT_TRUE(reads_tag(access_port(10), c));
    EXPECT_FALSE(reads_tag(access_port(10), s));
    EXPECT_FALSE(reads_tag(access_port(10), plain));
    EXPECT_FALSE(reads_tag(service, c));
    EXPECT_TRUE(reads_tag(service, s));
    EXPECT_FALSE(reads_tag(tunnel, c));
    EXPECT_FALSE(reads_tag(tunnel, s));
}

}  // namespace
}  // namespace sealane::hvswitch
