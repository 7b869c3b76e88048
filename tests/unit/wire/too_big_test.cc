// The answers to packets too big, against bytes that are put together by hand.
#include "dataplane/wire/too_big.h"

#include <vector>

#include <gtest/gtest.h>

#include "tests/support/packet.h"

namespace sealane::wire {
namespace {

using test::Packet;
using test::payload_of;
using test::plain_sum;
using Bytes = Packet::Bytes;

constexpr MacAddress kBridge{0x0200'0000'5ea0};

Packet packet(int version, std::size_t payload = 3000) {
    return {.version = version, .tcp = false, .payload = payload_of(payload)};
}

Bytes part(const Bytes& bytes, std::size_t from, std::size_t length) {
    const auto begin = bytes.begin() + static_cast<std::ptrdiff_t>(from);
    return {begin, begin + static_cast<std::ptrdiff_t>(length)};
}
void put(Bytes& bytes, const Bytes& more) { bytes.insert(bytes.end(), more.begin(), more.end()); }
void set_checksum(Bytes& bytes, std::size_t at, const Bytes& covered) {
    const unsigned checksum = 0xffffU - plain_sum(covered.data(), covered.size());
    bytes[at] = static_cast<std::uint8_t>(checksum >> 8);
    bytes[at + 1] = static_cast<std::uint8_t>(checksum);
}

Bytes answer_to(const Bytes& frame, std::uint32_t mtu) {
    const L4Head head = parse_l3(frame, frame.size());
    std::array<std::uint8_t, kMostTooBig> room;
    const auto read =
        std::span<const std::uint8_t>(frame).first(std::min(frame.size(), kMostOffending));
    const std::size_t length = write_too_big(read, head, kBridge, mtu, room);
    return {room.begin(), room.begin() + static_cast<std::ptrdiff_t>(length)};
}
/// Ethernet header of the answer.
Bytes back(const Bytes& frame, std::size_t l2) {
    Bytes header = part(frame, 6, 6);
    put(header, {2, 0, 0, 0, 0x5e, 0xa0});
    put(header, part(frame, 12, l2 - 12));
    return header;
}

TEST(TooBig, FragmentationNeededFillsFiveHundredSeventySixBytes) {
    Packet sent = packet(4);
    for (const Bytes& tags : {Bytes{}, Bytes{0x88, 0xa8, 0x60, 20}}) {
        sent.tags = tags;
        const Bytes frame = sent.bytes();
        const std::size_t l2 = 14 + tags.size();
        Bytes ip{0x45, 0xc0, 2, 64, 0, 0, 0x40, 0, 64, 1, 0, 0};
        put(ip, part(frame, l2 + 16, 4));
        put(ip, part(frame, l2 + 12, 4));
        set_checksum(ip, 10, ip);
        Bytes icmp{3, 4, 0, 0, 0, 0, 5, 0xdc};
        put(icmp, part(frame, l2, 548));
        set_checksum(icmp, 2, icmp);

        Bytes expected = back(frame, l2);
        put(expected, ip);
        put(expected, icmp);
        EXPECT_EQ(answer_to(frame, 1500), expected);
    }
}

TEST(TooBig, Ipv6AnswerFillsTwelveHundredEightyBytes) {
    const Bytes frame = packet(6).bytes();
    Bytes ip{0x60, 0, 0, 0, 4, 0xd8, 58, 64};
    put(ip, part(frame, 14 + 24, 16));
    put(ip, part(frame, 14 + 8, 16));
    Bytes icmp{2, 0, 0, 0, 0, 0, 0x23, 0x28};
    put(icmp, part(frame, 14, 1232));
    Bytes covered = part(ip, 8, 32);
    put(covered, {0, 0, 4, 0xd8, 0, 0, 0, 58});
    put(covered, icmp);
    set_checksum(icmp, 2, covered);

    Bytes expected = back(frame, 14);
    put(expected, ip);
    put(expected, icmp);
    EXPECT_EQ(answer_to(frame, 9000), expected);
}

TEST(TooBig, ShortPacketIsQuotedWithoutWhatStandsBehindIt) {
    for (const int version : {4, 6}) {
        const Bytes frame = packet(version, 100).bytes();
        Bytes padded = frame;
        padded.resize(frame.size() + 30, 0xee);
        EXPECT_EQ(answer_to(padded, 68), answer_to(frame, 68));
        EXPECT_EQ(answer_to(frame, 68).size(), frame.size() + (version == 4 ? 28U : 48U));
    }
}

bool answered(const Bytes& frame) {
    const L4Head head = parse_l3(frame, frame.size());
    EXPECT_EQ(head.fault, L4Head::Fault::None);
    return may_be_answered(
        std::span<const std::uint8_t>(frame).first(std::min(frame.size(), kL4ParseLength)), head);
}
/// An ICMP message of `type` (its protocol's number in the header, and the type behind it).
Bytes icmp(int version, std::uint8_t type) {
    Bytes frame = packet(version).bytes();
    frame[14 + (version == 4 ? 9 : 6)] = version == 4 ? 1 : 58;
    frame[14 + (version == 4 ? 20 : 40)] = type;
    return frame;
}

TEST(TooBig, PacketsForOneHostFromOneHostAreAnswered) {
    EXPECT_TRUE(answered(packet(4).bytes()));
    EXPECT_TRUE(answered(packet(6).bytes()));
}

TEST(TooBig, GroupsAreNotAnswered) {
    for (const int version : {4, 6}) {
        Packet group = packet(version);
        group.addresses[0] = 1;
        EXPECT_FALSE(answered(group.bytes()));
    }
    for (const std::size_t address : {std::size_t{14 + 12}, std::size_t{14 + 16}}) {
        for (const unsigned first : {0U, 127U, 224U, 239U, 240U, 255U}) {
            Bytes frame = packet(4).bytes();
            frame[address] = static_cast<std::uint8_t>(first);
            EXPECT_FALSE(answered(frame)) << first;
        }
        for (const unsigned first : {1U, 126U, 128U, 223U}) {
            Bytes frame = packet(4).bytes();
            frame[address] = static_cast<std::uint8_t>(first);
            EXPECT_TRUE(answered(frame)) << first;
        }
    }
    for (const std::size_t address : {std::size_t{14 + 8}, std::size_t{14 + 24}}) {
        Bytes frame = packet(6).bytes();
        frame[address] = 0xff;
        EXPECT_FALSE(answered(frame));
        for (std::size_t i = 0; i < 16; ++i) {
            frame[address + i] = 0;
        }
        EXPECT_FALSE(answered(frame)) << "unspecified";
        frame[address + 15] = 1;
        EXPECT_FALSE(answered(frame)) << "loopback";
        frame[address + 15] = 2;
        EXPECT_TRUE(answered(frame));
    }
}

TEST(TooBig, ErrorsAreNotAnsweredAndOtherIcmpIs) {
    for (int type = 0; type < 256; ++type) {
        const bool error4 = type == 3 || type == 4 || type == 5 || type == 11 || type == 12;
        EXPECT_EQ(answered(icmp(4, static_cast<std::uint8_t>(type))), !error4) << type;
        const bool error6 = type < 128 || type == 137;
        EXPECT_EQ(answered(icmp(6, static_cast<std::uint8_t>(type))), !error6) << type;
    }
}

TEST(TooBig, OfFragmentsTheFirstIsAnswered) {
    Packet sent = packet(4);
    sent.fragment = 0x6000;
    EXPECT_TRUE(answered(sent.bytes()));
    sent.fragment = 0x6001;
    EXPECT_FALSE(answered(sent.bytes()));

    Packet sent6 = packet(6);
    sent6.extensions = {{.type = 44, .rest = {0, 0, 1, 9, 9, 9, 9}}};
    EXPECT_TRUE(answered(sent6.bytes()));
    sent6.extensions.front().rest[2] = 8;
    EXPECT_FALSE(answered(sent6.bytes()));
}

TEST(TooBig, ErrorBehindExtensionHeadersIsSeen) {
    Packet sent = packet(6);
    sent.extensions = {{.type = 60, .rest = Bytes(7)}};
    Bytes frame = sent.bytes();
    EXPECT_TRUE(answered(frame));
    frame[14 + 40] = 58;
    frame[14 + 48] = 1;
    EXPECT_FALSE(answered(frame));
}

}  // namespace
}  // namespace sealane::wire
