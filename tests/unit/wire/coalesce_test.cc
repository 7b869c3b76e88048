// Which segment may follow which: each condition by itself, and both sides of each bound.
#include "dataplane/wire/coalesce.h"

#include <functional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "dataplane/wire/checksum.h"
#include "tests/support/packet.h"

namespace sealane::wire {
namespace {

using test::Packet;
using test::payload_of;
using Bytes = Packet::Bytes;

constexpr std::uint32_t kMost = 65535;

SegmentHeaders headers_of(const Bytes& frame) {
    return {.bytes = frame.data(), .head = parse_l4(frame, frame.size())};
}
Part part(const Bytes& frame) { return part_of(headers_of(frame), frame.size()); }

/// `count` segments of 500 bytes of one stream, with timestamps.
std::vector<Packet> stream(int version, std::size_t count) {
    Packet whole{.version = version, .payload = payload_of(500 * count)};
    whole.tcp_options = {1, 1, 8, 10, 0, 0, 0, 5, 0, 0, 0, 4};
    whole.id = 0xffff;  // wraps
    return cut(whole, 500);
}

bool may_follow(const Bytes& first, const Bytes& next) {
    return Train(headers_of(first), kMost).takes(headers_of(next));
}

struct Change {
    std::string what;
    std::function<void(Packet&)> packet;
    std::function<void(Bytes&)> bytes = [](Bytes&) {};
};

TEST(Coalesce, NextSegmentMayFollow) {
    for (const int version : {4, 6}) {
        const auto segments = stream(version, 2);
        EXPECT_TRUE(may_follow(segments[0].bytes(), segments[1].bytes())) << version;
    }
}

TEST(Coalesce, AnythingElseMayNot) {
    const auto change_byte = [](std::size_t at) { return [at](Bytes& b) { b[at] ^= 1; }; };
    const auto nothing = [](Packet&) {};
    const std::vector<Change> of_both = {
        {"a byte sent again", [](Packet& p) { --p.sequence; }},
        {"a byte left out", [](Packet& p) { ++p.sequence; }},
        {"other timestamps", [](Packet& p) { ++p.tcp_options[7]; }},
        {"no options", [](Packet& p) { p.tcp_options.clear(); }},
        {"more options", [](Packet& p) { p.tcp_options.insert(p.tcp_options.end(), 4, 1); }},
        {"a larger piece", [](Packet& p) { p.payload.push_back(0); }},
        {"an urgent pointer that means nothing", [](Packet& p) { p.urgent = 1; }},
        {"another destination", nothing, change_byte(0)},
        {"another source", nothing, change_byte(11)},
        {"a tag", [](Packet& p) {
             p.tags = {0x81, 0, 0, 10};
         }}};
    const std::vector<Change> of_ipv4 = {{"its id", [](Packet& p) { ++p.id; }},
                                         {"the id before", [](Packet& p) { --p.id; }},
                                         {"no DF", [](Packet& p) { p.fragment = 0; }},
                                         {"the evil bit", [](Packet& p) { p.fragment |= 0x8000; }},
                                         {"another TOS", nothing, change_byte(15)},
                                         {"another TTL", nothing, change_byte(22)},
                                         {"another ack", nothing, change_byte(45)},
                                         {"another window", nothing, change_byte(49)}};
    const std::vector<Change> of_ipv6 = {{"another traffic class", nothing, change_byte(14)},
                                         {"another flow label", nothing, change_byte(17)},
                                         {"another hop limit", nothing, change_byte(21)},
                                         {"another ack", nothing, change_byte(65)},
                                         {"another window", nothing, change_byte(69)}};
    for (const int version : {4, 6}) {
        std::vector<Change> all = of_both;
        const auto& own = version == 4 ? of_ipv4 : of_ipv6;
        all.insert(all.end(), own.begin(), own.end());
        for (const Change& change : all) {
            auto segments = stream(version, 2);
            change.packet(segments[1]);
            Bytes next = segments[1].bytes();
            change.bytes(next);
            EXPECT_FALSE(may_follow(segments[0].bytes(), next)) << version << ": " << change.what;
        }
    }
}

TEST(Coalesce, TagBesideIsPartOfTheFlow) {
    const auto segments = stream(4, 2);
    const Bytes first = segments[0].bytes(), second = segments[1].bytes();
    SegmentHeaders one = headers_of(first), next = headers_of(second);
    one.tag_beside = Tci{10};
    EXPECT_FALSE(Train(one, kMost).takes(next));
    next.tag_beside = Tci{0x200a};
    EXPECT_FALSE(Train(one, kMost).takes(next));
    next.tag_beside = Tci{10};
    EXPECT_TRUE(Train(one, kMost).takes(next));
}

TEST(Coalesce, SmallerPieceAndPushAreTheLast) {
    for (const bool push : {true, false}) {
        auto segments = stream(4, 3);
        if (push) {
            segments[1].flags |= 0x08;
        } else {
            segments[1].payload.pop_back();
            --segments[2].sequence;
        }
        const Bytes first = segments[0].bytes(), second = segments[1].bytes();
        const Bytes third = segments[2].bytes();
        Train train(headers_of(first), kMost);
        ASSERT_TRUE(train.takes(headers_of(second)));
        train.take(headers_of(second));
        EXPECT_FALSE(train.takes(headers_of(third)));
        EXPECT_FALSE(may_follow(second, third) && push) << "a push begins no train";
    }
}

TEST(Coalesce, PieceThatNobodyMayCutToBeginsNoTrain) {
    for (const std::size_t piece : {63, 64}) {
        const auto segments = cut(Packet{.payload = payload_of(200)}, piece);
        EXPECT_EQ(may_follow(segments[0].bytes(), segments[1].bytes()), piece == 64) << piece;
    }
}

TEST(Coalesce, PacketHasABound) {
    for (const int version : {4, 6}) {
        const auto segments = stream(version, 2);
        const Bytes first = segments[0].bytes(), second = segments[1].bytes();
        const auto whole = static_cast<std::uint32_t>((version == 4 ? 20 : 40) + 32 + 1000);
        EXPECT_TRUE(Train(headers_of(first), whole).takes(headers_of(second)));
        EXPECT_FALSE(Train(headers_of(first), whole - 1).takes(headers_of(second)));
    }
    // 65535 - 40 bytes in 5 pieces, and a byte more.
    for (const std::size_t payload : {65495, 65496}) {
        std::vector<Bytes> frames;
        for (const Packet& segment : cut(Packet{.payload = payload_of(payload)}, 13100)) {
            frames.push_back(segment.bytes());
        }
        ASSERT_EQ(frames.size(), 5U);
        Train train(headers_of(frames[0]), 100000);
        for (std::size_t i = 1; i < 4; ++i) {
            ASSERT_TRUE(train.takes(headers_of(frames[i])));
            train.take(headers_of(frames[i]));
        }
        EXPECT_EQ(train.takes(headers_of(frames[4])), payload == 65495) << payload;
    }
}

TEST(Coalesce, OnlyPlainDataIsASegment) {
    const Packet plain{.payload = payload_of(100)};
    EXPECT_EQ(part(plain.bytes()), Part::Segment);
    for (int flag = 0; flag < 12; ++flag) {
        Packet packet = plain;
        packet.flags ^= static_cast<std::uint16_t>(1 << flag);
        EXPECT_EQ(part(packet.bytes()), flag == 3 ? Part::Segment : Part::Alone) << flag;
    }
    EXPECT_EQ(part(Packet{}.bytes()), Part::Alone) << "no payload";
    Bytes padded = plain.bytes();
    padded.push_back(0);
    EXPECT_EQ(part(padded), Part::Alone) << "padding";
}

TEST(Coalesce, ChecksumThatIsWrittenInAnUnusualWayGoesAlone) {
    const Bytes plain = Packet{.payload = payload_of(100)}.bytes();
    for (const std::size_t field : {24, 50}) {
        Bytes unusual = plain;
        store_be16(unusual.data() + field, 0xffff);
        EXPECT_EQ(part(unusual), Part::Alone) << field;
        store_be16(unusual.data() + field, 0);
        EXPECT_EQ(part(unusual), Part::Segment) << field;
    }
}

TEST(Coalesce, WhatMayBeOfAnyFlowIsUnclear) {
    Packet options{.ip_options = {1, 1, 1, 1}, .payload = payload_of(100)};
    Packet more{.fragment = 0x2000, .payload = payload_of(100)};
    Packet last{.fragment = 2, .payload = payload_of(100)};
    Packet extended{.version = 6, .payload = payload_of(100)};
    extended.extensions = {{.type = 60, .rest = Bytes(7)}};
    for (const Packet& packet : {options, more, last, extended}) {
        EXPECT_EQ(part(packet.bytes()), Part::Unclear);
    }
    Bytes truncated = Packet{.payload = payload_of(100)}.bytes();
    truncated.pop_back();
    EXPECT_EQ(part(truncated), Part::Unclear);
}

TEST(Coalesce, OtherProtocolsAreForeign) {
    EXPECT_EQ(part(Packet{.tcp = false, .payload = payload_of(100)}.bytes()), Part::Foreign);
    Bytes arp = Packet{}.bytes();
    store_be16(arp.data() + 12, 0x0806);
    EXPECT_EQ(part(arp), Part::Foreign);
}

TEST(Coalesce, FlowIsAddressesAndPorts) {
    for (const int version : {4, 6}) {
        const Bytes one = Packet{.version = version}.bytes();
        EXPECT_TRUE(is_same_flow(headers_of(one), headers_of(one)));
        const std::size_t source = version == 4 ? 26 : 22;
        const std::size_t ports = version == 4 ? 34 : 54;
        for (const std::size_t at : {source, ports - 1, ports, ports + 3}) {
            Bytes other = one;
            other[at] ^= 1;
            EXPECT_FALSE(is_same_flow(headers_of(one), headers_of(other))) << version << " " << at;
        }
    }
    const Bytes four = Packet{}.bytes(), six = Packet{.version = 6}.bytes();
    EXPECT_FALSE(is_same_flow(headers_of(four), headers_of(six)));
}

TEST(Coalesce, LargeFramesHeadersAreThoseOfALargeSend) {
    for (const int version : {4, 6}) {
        for (const bool push : {true, false}) {
            Packet whole{.version = version, .payload = payload_of(2900)};
            if (push) whole.flags |= 0x08;
            std::vector<Bytes> frames;
            for (const Packet& segment : cut(whole, 1000)) {
                frames.push_back(segment.bytes());
            }
            Bytes headers(frames[0].begin(), frames[0].begin() + (version == 4 ? 54 : 74));
            Train train(headers_of(frames[0]), kMost);
            train.take(headers_of(frames[1]));
            train.take(headers_of(frames[2]));
            train.write(headers.data());
            EXPECT_EQ(train.count(), 3U);
            EXPECT_EQ(train.piece(), 1000);
            whole.checksum = Packet::Checksum::Partial;
            Bytes expected = whole.bytes();
            expected.resize(headers.size());
            EXPECT_EQ(headers, expected) << version << push;
        }
    }
}

TEST(Coalesce, IpHeaderThatIsWrongIsFound) {
    Bytes frame = Packet{}.bytes();
    EXPECT_TRUE(is_ip_header_right(headers_of(frame)));
    frame[22] ^= 1;
    EXPECT_FALSE(is_ip_header_right(headers_of(frame)));
    const Bytes six = Packet{.version = 6}.bytes();
    EXPECT_TRUE(is_ip_header_right(headers_of(six)));
}

}  // namespace
}  // namespace sealane::wire
