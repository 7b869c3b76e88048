// Segments' headers against packets that are built from their first byte.
#include "dataplane/wire/segment.h"

#include <rapidcheck.h>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "dataplane/wire/checksum.h"
#include "dataplane/wire/claim.h"
#include "tests/support/packet.h"

namespace sealane::wire {
namespace {

using test::Packet;
using test::payload_of;
using test::v6;

Packet large(std::size_t payload) {
    Packet packet{.payload = payload_of(payload)};
    packet.checksum = Packet::Checksum::Partial;
    return packet;
}
Packet large_datagram(std::size_t payload) {
    Packet packet = large(payload);
    packet.tcp = false;
    return packet;
}

/// All segments, made as a port does it.
std::vector<Packet::Bytes> segments_of(const Packet& packet, std::uint16_t piece, bool partial) {
    const auto frame = packet.bytes();
    const L4Head head = parse_l4(frame, frame.size());
    const Segmentation made(
        std::span<const std::uint8_t>(frame).first(head.headers()), head, piece);
    std::vector<Packet::Bytes> segments;
    for (std::uint32_t i = 0; i < made.count(); ++i) {
        const std::uint8_t* const payload = frame.data() + head.headers() + made.offset(i);
        Packet::Bytes segment(head.headers());
        std::optional<std::uint16_t> sum;
        if (!partial) sum = sum_of(payload, made.length(i));
        made.write(segment.data(), i, sum);
        segment.insert(segment.end(), payload, payload + made.length(i));
        segments.push_back(segment);
    }
    return segments;
}

std::vector<Packet::Bytes> expected(const Packet& packet, std::uint16_t piece, bool partial) {
    std::vector<Packet::Bytes> segments;
    for (Packet segment : cut(packet, piece)) {
        if (partial) segment.checksum = packet.checksum;
        segments.push_back(segment.bytes());
    }
    return segments;
}

void expect_segments(const std::string& what,
                     const Packet& packet,
                     std::uint16_t piece,
                     std::size_t count) {
    SCOPED_TRACE(what);
    EXPECT_EQ(segments_of(packet, piece, false).size(), count);
    EXPECT_EQ(segments_of(packet, piece, false), expected(packet, piece, false));
    EXPECT_EQ(segments_of(packet, piece, true), expected(packet, piece, true));
}

TEST(Segment, G01G03TcpOverBothIps) {
    expect_segments("G01", large(2000), 500, 4);
    expect_segments("G03", v6(large(2000)), 500, 4);
    const auto first = segments_of(large(2000), 500, false).front();
    EXPECT_EQ(load_be16(first.data() + 16), 540);
    EXPECT_EQ(load_be16(segments_of(v6(large(2000)), 500, false).front().data() + 18), 520);
}

TEST(Segment, G04EveryKindOfLastSegment) {
    expect_segments("a byte more", large(501), 500, 2);
    expect_segments("twice", large(1000), 500, 2);
    expect_segments("twice and a byte", large(1001), 500, 3);
    expect_segments("odd pieces", large(2000), 333, 7);
    expect_segments("the largest", large(65407 - 54), 1448, 46);
}

TEST(Segment, G06FlagsStandWhereTheyBelong) {
    Packet packet = large(2000);
    packet.flags = 0x1ff & ~0x26;  // all but URG, RST and SYN
    expect_segments("CWR first, FIN and PSH last", packet, 500, 4);
    const auto segments = segments_of(packet, 500, false);
    for (std::size_t i = 0; i < segments.size(); ++i) {
        const std::uint8_t flags = segments[i][47];
        EXPECT_EQ((flags & 0x80) != 0, i == 0) << i;
        EXPECT_EQ(flags & 0x09, i == 3 ? 0x09 : 0) << i;
        EXPECT_EQ(flags & 0x50, 0x50) << i;
    }
}

TEST(Segment, G08UrgentPointerCountsFromEachSegment) {
    for (const std::uint16_t urgent : {std::uint16_t{1},
                                       std::uint16_t{500},
                                       std::uint16_t{501},
                                       std::uint16_t{1999},
                                       std::uint16_t{65535}}) {
        Packet packet = large(2000);
        packet.flags |= 0x20;
        packet.urgent = urgent;
        expect_segments(std::to_string(urgent), packet, 500, 4);
    }
    Packet unused = large(2000);
    unused.urgent = 3;  // without the flag it means nothing, and nobody touches it
    expect_segments("without URG", unused, 500, 4);
}

TEST(Segment, G09OptionsAreInEverySegment) {
    Packet packet = large(3000);
    packet.tcp_options = payload_of(40, 5);
    packet.ip_options = payload_of(40, 6);
    expect_segments("40 bytes of each", packet, 500, 6);
}

TEST(Segment, G14IdentificationWraps) {
    Packet packet = large(2000);
    packet.id = 0xfffe;
    expect_segments("FFFE, FFFF, 0000, 0001", packet, 500, 4);
}

TEST(Segment, G17ExtensionHeadersAreInEverySegment) {
    Packet packet = v6(large(3000));
    packet.extensions = {{.type = 0, .rest = Packet::Bytes(7)},
                         {.type = 60, .rest = {1, 5, 4, 3, 2, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0}}};
    expect_segments("hop by hop, destination", packet, 500, 6);
}

TEST(Segment, G19TagsAreInEverySegment) {
    Packet packet = large(3000);
    packet.tags = {0x88, 0xa8, 0x60, 20, 0x81, 0, 0xa0, 10};
    expect_segments("two", packet, 500, 6);
}

TEST(Segment, G27G29Datagrams) {
    for (const std::uint16_t count : {std::uint16_t{2}, std::uint16_t{44}}) {
        expect_segments("full", large_datagram(1472U * count), 1472, count);
        if (count < 44) expect_segments("+1", large_datagram(1472U * count + 1), 1472, count + 1U);
        expect_segments("over IPv6", v6(large_datagram(1400U * count)), 1400, count);
    }
    expect_segments("one byte each", large_datagram(128), 1, 128);
    Packet none = large_datagram(3000);
    none.checksum = Packet::Checksum::None;
    expect_segments("without a checksum", none, 1000, 3);
}

TEST(Segment, G29SumOfZeroIsWrittenAsOnes) {
    const auto frame = large_datagram(4).bytes();
    const L4Head head = parse_l4(frame, frame.size());
    const Segmentation made(std::span<const std::uint8_t>(frame).first(head.headers()), head, 2);
    bool found = false;
    for (std::uint32_t sum = 0; sum < 65536; ++sum) {  // one of them makes the checksum 0
        Packet::Bytes segment(head.headers());
        made.write(segment.data(), 0, static_cast<std::uint16_t>(sum));
        found = found || load_be16(segment.data() + 40) == 0xffff;
        ASSERT_NE(load_be16(segment.data() + 40), 0);
    }
    EXPECT_TRUE(found);
}

TEST(Segment, G30WrongChecksumsAreNotRepaired) {
    auto frame = large(2000).bytes();
    frame[24] ^= 0x10;  // the IP header's checksum
    frame[51] ^= 0x01;  // the pseudo-header's sum
    const L4Head head = parse_l4(frame, frame.size());
    const Segmentation made(std::span<const std::uint8_t>(frame).first(head.headers()), head, 500);
    const auto right = segments_of(large(2000), 500, false);
    for (std::uint32_t i = 0; i < made.count(); ++i) {
        Packet::Bytes segment(head.headers());
        made.write(segment.data(), i, sum_of(frame.data() + 54 + made.offset(i), 500));
        EXPECT_NE(test::plain_sum(segment.data() + 14, 20), 0xffff) << i;
        EXPECT_NE(load_be16(segment.data() + 50), load_be16(right[i].data() + 50)) << i;
    }
}

TEST(Segment, AnyPacketIsCutAsIfEverySegmentHadBeenSentAlone) {
    const bool holds = rc::check([] {
        Packet packet = large(*rc::gen::inRange<std::size_t>(2, 9000));
        packet.version = *rc::gen::element(4, 6);
        packet.tcp = *rc::gen::arbitrary<bool>();
        packet.id = *rc::gen::arbitrary<std::uint16_t>();
        packet.sequence = *rc::gen::arbitrary<std::uint32_t>();
        packet.flags = static_cast<std::uint16_t>(*rc::gen::inRange(0, 0x1000) & ~0x06);
        packet.urgent = *rc::gen::arbitrary<std::uint16_t>();
        packet.tcp_options = payload_of(4 * *rc::gen::inRange<std::size_t>(0, 11), 3);
        packet.tags.resize(4 * *rc::gen::inRange<std::size_t>(0, 3));
        for (std::size_t i = 0; i < packet.tags.size(); i += 4) {
            packet.tags[i] = 0x81;
        }
        if (packet.version == 4) {
            packet.ip_options = payload_of(4 * *rc::gen::inRange<std::size_t>(0, 11), 4);
        } else if (*rc::gen::arbitrary<bool>()) {
            packet.extensions = {{.type = 60, .rest = Packet::Bytes(7)}};
        }
        const auto piece = static_cast<std::uint16_t>(*rc::gen::inRange<std::size_t>(
            std::max<std::size_t>(1, packet.payload.size() / 100), packet.payload.size()));
        const bool partial = *rc::gen::arbitrary<bool>();
        RC_ASSERT(segments_of(packet, piece, partial) == expected(packet, piece, partial));
    });
    EXPECT_TRUE(holds);
}

}  // namespace
}  // namespace sealane::wire
