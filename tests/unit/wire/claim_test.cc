// What a sender may leave to us, and what it may not (reference reliability.md, 1.4-D).
#include "dataplane/wire/claim.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/support/packet.h"

namespace sealane::wire {
namespace {

using test::Packet;
using test::payload_of;
using test::v6;

constexpr Claim kTcp{.tcp = true};
constexpr Claim kUdp{.udp = true};

Claim large_tcp(std::uint16_t piece) { return {.tcp = true, .tcp_large = true, .piece = piece}; }
Claim large_udp(std::uint16_t piece) { return {.udp = true, .udp_large = true, .piece = piece}; }

CheckedClaim check(const Claim& claim, const Packet::Bytes& frame) {
    return check_claim(claim, frame, frame.size());
}

/// One row: what is claimed of which packet, and what comes of it.
struct Row {
    std::string name;
    Claim claim;
    Packet packet;
    Drop drop = Drop::None;
    bool large = false;
    bool checksum = true;
};

void expect_rows(const std::vector<Row>& rows) {
    for (const Row& row : rows) {
        SCOPED_TRACE(row.name);
        const CheckedClaim checked = check(row.claim, row.packet.bytes());
        EXPECT_EQ(name_of(checked.drop), name_of(row.drop));
        if (row.drop != Drop::None || checked.drop != Drop::None) continue;
        EXPECT_EQ(checked.large, row.large);
        EXPECT_EQ(checked.checksum, row.checksum);
        EXPECT_EQ(checked.head.headers(), row.packet.headers());
    }
}

Packet tcp(std::size_t payload) { return {.payload = payload_of(payload)}; }
Packet udp(std::size_t payload) { return {.tcp = false, .payload = payload_of(payload)}; }

Packet with_flags(std::uint16_t flags, std::size_t payload = 2000) {
    Packet packet = tcp(payload);
    packet.flags = flags;
    return packet;
}

TEST(Claim, WhatFitsIsTaken) {
    Packet tagged = tcp(3000);
    tagged.tags = {0x81, 0, 0, 10, 0x81, 0, 0, 11};
    expect_rows({
        {"checksum of TCP", kTcp, tcp(10)},
        {"checksum of UDP", kUdp, udp(10)},
        {"checksum over IPv6", kUdp, v6(udp(10))},
        {"large TCP", large_tcp(500), tcp(2000), Drop::None, true},
        {"large TCP over IPv6", large_tcp(500), v6(tcp(2000)), Drop::None, true},
        {"G27 large UDP", large_udp(1472), udp(1472 * 44), Drop::None, true},
        {"G19 tags in the bytes", large_tcp(500), tagged, Drop::None, true},
        {"segmentation alone implies the checksum",
         {.tcp_large = true, .piece = 500},
         tcp(2000),
         Drop::None,
         true},
    });
}

TEST(Claim, G08SynAndRstAreNotCut) {
    expect_rows({
        {"SYN", large_tcp(500), with_flags(0x012), Drop::BadOffload},
        {"RST", large_tcp(500), with_flags(0x014), Drop::BadOffload},
        {"SYN that fits", large_tcp(500), with_flags(0x012, 500)},
        {"SYN with a checksum only", kTcp, with_flags(0x012)},
        {"URG", large_tcp(500), with_flags(0x030), Drop::None, true},
    });
}

TEST(Claim, G10TcpHeaderThatLies) {
    for (const std::uint8_t offset : Packet::Bytes{0x00, 0x40, 0xf0}) {
        auto frame = tcp(20).bytes();
        frame[46] = offset;
        EXPECT_EQ(check(large_tcp(100), frame).drop, Drop::BadOffload) << int{offset};
        EXPECT_EQ(check(kTcp, frame).drop, Drop::BadOffload) << int{offset};
    }
}

TEST(Claim, G11ChecksumAtAnotherPlaceThanTheHeader) {
    Claim claim = large_tcp(500);
    claim.l4_offset = 34;
    EXPECT_EQ(check(claim, tcp(2000).bytes()).drop, Drop::None);
    for (const std::uint16_t offset : {std::uint16_t{33}, std::uint16_t{35}, std::uint16_t{9}}) {
        claim.l4_offset = offset;
        EXPECT_EQ(check(claim, tcp(2000).bytes()).drop, Drop::BadOffload);
    }
}

TEST(Claim, G13G17FragmentsAreNotCutNorCompleted) {
    Packet more = tcp(2000);
    more.fragment = 0x2000;
    Packet offset = tcp(2000);
    offset.fragment = 0x0010;
    Packet six = v6(tcp(2000));
    six.extensions = {{.type = 44, .rest = Packet::Bytes(7)}};
    for (const Packet& packet : {more, offset, six}) {
        EXPECT_EQ(check(large_tcp(500), packet.bytes()).drop, Drop::BadOffload);
        EXPECT_EQ(check(kTcp, packet.bytes()).drop, Drop::BadOffload);
    }
}

TEST(Claim, G18ExtensionHeadersBeyondTheFrame) {
    Packet packet = v6(tcp(2000));
    packet.extensions = {{.type = 60, .rest = Packet::Bytes(7)}};
    auto frame = packet.bytes();
    EXPECT_EQ(check(large_tcp(500), frame).drop, Drop::None);
    frame[55] = 255;
    EXPECT_EQ(check(large_tcp(500), frame).drop, Drop::BadOffload);
}

TEST(Claim, G20G21PiecesThatAreTooSmallOrTooMany) {
    expect_rows({
        {"G20", large_tcp(0), tcp(2000), Drop::BadOffload},
        {"G20, even if it fits", large_tcp(0), tcp(0), Drop::BadOffload},
        {"G20 of UDP", large_udp(0), udp(100), Drop::BadOffload},
        {"G21", large_tcp(1), tcp(65000), Drop::TooManySegments},
        {"an MSS of 88 beside timestamps", large_tcp(76), tcp(65000), Drop::None, true},
        {"the smallest of any length", large_tcp(64), tcp(65000), Drop::None, true},
        {"the smallest", large_tcp(48), tcp(48 * 1024), Drop::None, true},
        {"one segment more", large_tcp(48), tcp(48 * 1024 + 1), Drop::TooManySegments},
        {"smaller, and few", large_tcp(47), tcp(88), Drop::TooManySegments},
        {"G27 the most", large_udp(1), udp(128), Drop::None, true},
        {"G27 one more", large_udp(1), udp(129), Drop::TooManySegments},
        {"G27 one more byte", large_udp(500), udp(64001), Drop::TooManySegments},
    });
}

TEST(Claim, G24WhatFitsOneSegmentIsAnOrdinaryFrame) {
    expect_rows({
        {"less", large_tcp(500), tcp(499)},
        {"equal", large_tcp(500), tcp(500)},
        {"more", large_tcp(500), tcp(501), Drop::None, true},
        {"nothing at all", large_tcp(500), tcp(0)},
        {"a small piece that is not cut", large_tcp(1), tcp(1)},
        {"datagram", large_udp(500), udp(500)},
    });
}

TEST(Claim, G25ClaimOfAnotherProtocol) {
    Claim four = large_tcp(500);
    four.ipv4 = true;
    Claim six = large_tcp(500);
    six.ipv6 = true;
    Claim both = four;
    both.ipv6 = true;
    Claim mixed = large_tcp(500);
    mixed.udp = true;
    expect_rows({
        {"4 of 6", four, v6(tcp(2000)), Drop::BadOffload},
        {"6 of 4", six, tcp(2000), Drop::BadOffload},
        {"6 of 6", six, v6(tcp(2000)), Drop::None, true},
        {"both", both, tcp(2000), Drop::BadOffload},
        {"TCP of UDP", large_tcp(500), udp(2000), Drop::BadOffload},
        {"UDP of TCP", large_udp(500), tcp(2000), Drop::BadOffload},
        {"checksum of the other", kTcp, udp(20), Drop::BadOffload},
        {"TCP and UDP", mixed, tcp(2000), Drop::BadOffload},
        {"nothing", {}, tcp(20), Drop::BadOffload},
        {"what nobody may leave", {.tcp = true, .other = true}, tcp(20), Drop::BadOffload},
    });
    auto frame = tcp(2000).bytes();
    frame[12] = 0x86;
    frame[13] = 0xdd;
    EXPECT_EQ(check(large_tcp(500), frame).drop, Drop::BadOffload);
}

TEST(Claim, G29DatagramWithoutAChecksumHasNoneToComplete) {
    Packet none = udp(2000);
    none.checksum = Packet::Checksum::None;
    expect_rows({
        {"IPv4", kUdp, none, Drop::None, false, false},
        {"IPv4, large", large_udp(500), none, Drop::None, true, true},
        {"IPv6, where there must be one", kUdp, v6(none)},
    });
}

TEST(Claim, DatagramThatDoesNotFillItsPacket) {
    for (const std::uint8_t length : Packet::Bytes{7, 8, 17, 19}) {
        auto frame = udp(10).bytes();
        frame[39] = length;
        EXPECT_EQ(check(kUdp, frame).drop, Drop::BadOffload) << int{length};
    }
}

TEST(Claim, NothingIsReadBehindTheFrame) {
    const auto whole = tcp(0).bytes();
    for (std::size_t length = 0; length < whole.size(); ++length) {
        const Packet::Bytes cut(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(length));
        ASSERT_EQ(check(large_tcp(500), cut).drop, Drop::BadOffload) << length;
    }
}

}  // namespace
}  // namespace sealane::wire
