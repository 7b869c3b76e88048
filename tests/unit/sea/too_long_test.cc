// What becomes of frames that are too long for the real adapter.
#include "dataplane/sea/rules/too_long.h"

#include <algorithm>

#include <gtest/gtest.h>

#include "tests/support/packet.h"

namespace sealane::sea {
namespace {

using test::Packet;
using Way = TooLong::Way;
using Bytes = Packet::Bytes;

constexpr std::uint32_t kMost = 1514;

Packet packet(int version, bool dont_fragment, std::size_t ip_length = 1501) {
    Packet packet{.version = version, .tcp = false, .fragment = 0};
    if (dont_fragment) packet.fragment = 0x4000;
    packet.payload = test::payload_of(ip_length - (version == 4 ? 28 : 48));
    return packet;
}

TooLong judge(const Bytes& frame, bool large = false, std::uint32_t most = kMost) {
    const auto start =
        std::span<const std::uint8_t>(frame).first(std::min(frame.size(), wire::kL4ParseLength));
    return judge_too_long(start, frame.size(), large, most);
}
void expect_way(const Bytes& frame, Way way, Drop why, bool large = false) {
    const TooLong verdict = judge(frame, large);
    EXPECT_EQ(verdict.way, way);
    if (way == Way::Answer || way == Way::Drop) {
        EXPECT_EQ(name_of(verdict.why), name_of(why));
    }
}

TEST(TooLong, Ipv4WithoutDfIsCutAndAllElseThatIsIpIsAnswered) {
    expect_way(packet(4, false).bytes(), Way::Fragment, Drop::None);
    expect_way(packet(4, true).bytes(), Way::Answer, Drop::PacketTooBig);
    expect_way(packet(6, false).bytes(), Way::Answer, Drop::PacketTooBig);
}

TEST(TooLong, TagsInTheBytesAreNoPartOfThePacket) {
    Packet tagged = packet(4, true, 1500);
    tagged.tags = {0x88, 0xa8, 0, 20};
    const TooLong verdict = judge(tagged.bytes());
    EXPECT_EQ(verdict.way, Way::Answer);
    EXPECT_EQ(verdict.mtu, 1496U);
    EXPECT_EQ(judge(packet(4, true).bytes()).mtu, 1500U);
}

TEST(TooLong, LargeFrameIsCutIntoItsSegmentsBeforeFragments) {
    expect_way(packet(4, false, 9000).bytes(), Way::Segment, Drop::None, true);
    expect_way(packet(4, true, 9000).bytes(), Way::Answer, Drop::PacketTooBig, true);
    expect_way(packet(6, true, 9000).bytes(), Way::Answer, Drop::PacketTooBig, true);
}

TEST(TooLong, WhoMayNotBeToldIsNotTold) {
    for (const int version : {4, 6}) {
        Packet group = packet(version, true);
        group.addresses[0] = 1;
        expect_way(group.bytes(), Way::Drop, Drop::PacketTooBig);
        group.fragment = 0;
        if (version == 4) expect_way(group.bytes(), Way::Fragment, Drop::None);
    }
}

TEST(TooLong, WhatIsNoPacketIsOversize) {
    Bytes other = packet(4, false).bytes();
    other[12] = 0x86;  // some other EtherType
    expect_way(other, Way::Drop, Drop::Oversize);
    Bytes truncated = packet(4, false, 2000).bytes();
    truncated.resize(1600);
    expect_way(truncated, Way::Drop, Drop::Oversize);
    Bytes wrong = packet(4, false).bytes();
    wrong[14 + 10] ^= 1;
    expect_way(wrong, Way::Drop, Drop::Oversize);
}

TEST(TooLong, FragmentThatEndsBeyondAPacketIsMalformed) {
    Packet late = packet(4, false, 2004);
    late.fragment = (65536 - 1984) / 8;
    expect_way(late.bytes(), Way::Drop, Drop::Malformed);
    late.fragment = 8191;
    expect_way(late.bytes(), Way::Drop, Drop::Malformed);
    late.fragment = (65536 - 1984) / 8 - 1;
    expect_way(late.bytes(), Way::Fragment, Drop::None);
    late.fragment = 0x4000 | 8191;
    expect_way(late.bytes(), Way::Drop, Drop::PacketTooBig);
    Packet last = packet(4, false, 2011);
    last.fragment = (65535 - 1991) / 8;  // to the last byte that a packet can have
    expect_way(last.bytes(), Way::Fragment, Drop::None);
}

TEST(TooLong, ShortPacketInALongFrameIsOversize) {
    for (const bool dont_fragment : {true, false}) {
        Bytes padded = packet(4, dont_fragment, 1500).bytes();
        padded.resize(1515);
        expect_way(padded, Way::Drop, Drop::Oversize);
    }
}

TEST(TooLong, BelowTheLeastMtuNothingIsCut) {
    const Bytes frame = packet(4, false).bytes();
    EXPECT_EQ(judge(frame, false, 14 + 68).way, Way::Fragment);
    EXPECT_EQ(judge(frame, false, 14 + 67).way, Way::Drop);
    EXPECT_EQ(judge(frame, false, 13).way, Way::Drop);
}

}  // namespace
}  // namespace sealane::sea
