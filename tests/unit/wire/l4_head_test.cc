// Where the headers are, and what is not followed.
#include "dataplane/wire/l4_head.h"

#include <vector>

#include <gtest/gtest.h>

#include "tests/support/packet.h"

namespace sealane::wire {
namespace {

using test::Packet;
using Fault = L4Head::Fault;

const Packet::Bytes kTwoTags{0x88, 0xa8, 0x00, 0x14, 0x81, 0x00, 0x60, 0x0a};

/// Of the frame whole, as parse_l4() wants it.
L4Head l4_of(const Packet::Bytes& frame) { return parse_l4(frame, frame.size()); }

Packet::Extension options(std::uint8_t type, std::uint8_t units = 0) {
    Packet::Extension extension{.type = type, .rest = Packet::Bytes(7 + 8U * units)};
    extension.rest[0] = units;
    return extension;
}

TEST(L4Head, Ipv4TcpWithOptionsAndTags) {
    Packet packet{.tags = kTwoTags, .payload = test::payload_of(33)};
    packet.ip_options = Packet::Bytes(8, 1);
    packet.tcp_options = Packet::Bytes(12, 1);
    EXPECT_EQ(l4_of(packet.bytes()),
              (L4Head{.ip_version = 4,
                      .protocol = 6,
                      .l2_length = 22,
                      .l3_length = 28,
                      .l4_length = 32,
                      .ip_length = 28 + 32 + 33}));
    EXPECT_EQ(l4_of(packet.bytes()).payload(), 33U);
}

TEST(L4Head, Ipv6UdpBehindExtensionHeaders) {
    Packet packet{.version = 6, .tcp = false, .payload = test::payload_of(5)};
    packet.extensions = {options(0), options(60, 2), options(43)};
    EXPECT_EQ(l4_of(packet.bytes()),
              (L4Head{.ip_version = 6,
                      .protocol = 17,
                      .l2_length = 14,
                      .l3_length = 40 + 8 + 24 + 8,
                      .l4_length = 8,
                      .ip_length = 40 + 40 + 8 + 5}));
}

TEST(L4Head, PaddingBehindThePacketIsNoPayload) {
    auto frame = Packet{.payload = {1}}.bytes();
    frame.resize(60);
    EXPECT_EQ(l4_of(frame).payload(), 1U);
}

// RFC 4302 2.2: its length is in units of 4 bytes, two of which do not count.
TEST(L4Head, AuthenticationHeaderCountsInFours) {
    Packet packet{.version = 6, .payload = test::payload_of(5)};
    packet.extensions = {{.type = 51, .rest = Packet::Bytes(23)}};
    packet.extensions[0].rest[0] = 4;
    const L4Head head = l4_of(packet.bytes());
    EXPECT_EQ(head.l3_length, 40 + 24);
    EXPECT_EQ(head.l4_length, 20);
}

TEST(L4Head, OtherProtocolsHaveAnIpHeadOnly) {
    auto frame = Packet{.payload = test::payload_of(9)}.bytes();
    frame[23] = 132;
    const L4Head head = l4_of(frame);
    EXPECT_EQ(head.fault, Fault::None);
    EXPECT_EQ(head.l4_length, 0);
    EXPECT_EQ(head.protocol, 132);
}

TEST(L4Head, FragmentsHaveNoL4Head) {
    for (const std::uint16_t field : std::vector<std::uint16_t>{0x2000, 0x0001, 0x1fff}) {
        const Packet packet{.fragment = field, .payload = test::payload_of(64)};
        EXPECT_TRUE(l4_of(packet.bytes()).fragment) << field;
        EXPECT_EQ(l4_of(packet.bytes()).l4_length, 0);
    }
    Packet packet{.version = 6, .payload = test::payload_of(64)};
    packet.extensions = {options(0), options(44)};
    EXPECT_TRUE(l4_of(packet.bytes()).fragment);
    EXPECT_EQ(l4_of(packet.bytes()).l3_length, 56);
}

TEST(L4Head, EveryTruncationIsSeenAndNothingBehindItIsRead) {
    for (const int version : {4, 6}) {
        Packet packet{.tags = kTwoTags, .version = version};
        if (version == 6) packet.extensions = {options(0), options(60)};
        const auto whole = packet.bytes();
        for (std::size_t length = 0; length < whole.size(); ++length) {
            const Packet::Bytes cut(whole.begin(),
                                    whole.begin() + static_cast<std::ptrdiff_t>(length));
            ASSERT_NE(l4_of(cut).fault, Fault::None) << version << ": " << length;
        }
        EXPECT_EQ(l4_of(whole).fault, Fault::None);
    }
}

TEST(L4Head, G18ExtensionHeadersThatRunOnAreNotFollowed) {
    Packet packet{.version = 6, .payload = test::payload_of(300)};
    packet.extensions = {options(60, 0)};
    auto frame = packet.bytes();
    frame[14 + 40 + 1] = 255;  // says 2048 bytes
    EXPECT_EQ(l4_of(frame).fault, Fault::Malformed);
    frame[14 + 40 + 1] = 20;  // 168 bytes, all there, more than is followed
    EXPECT_EQ(l4_of(frame).fault, Fault::TooLong);

    packet.extensions.assign(100, options(60, 0));
    EXPECT_EQ(l4_of(packet.bytes()).fault, Fault::TooLong);
}

TEST(L4Head, G18HeadersAreFollowedUpToTheLimit) {
    Packet packet{.version = 6, .payload = test::payload_of(300)};
    packet.extensions.assign(14, options(60, 0));  // 14 + 40 + 112 + 20 = 186
    EXPECT_EQ(l4_of(packet.bytes()).headers(), 186U);
    packet.extensions.emplace_back(options(60, 0));
    EXPECT_EQ(l4_of(packet.bytes()).fault, Fault::TooLong);
}

TEST(L4Head, HeadersThatContradictThemselvesAreMalformed) {
    const auto good = Packet{.payload = test::payload_of(10)}.bytes();
    const auto with = [&](std::size_t at, std::uint8_t value) {
        auto frame = good;
        frame[at] = value;
        return l4_of(frame).fault;
    };
    EXPECT_EQ(with(14, 0x44), Fault::Malformed);  // IP header of 16 bytes
    EXPECT_EQ(with(14, 0x65), Fault::Malformed);  // version 6 under IPv4's EtherType
    EXPECT_EQ(with(17, 19), Fault::Malformed);    // packet shorter than its header
    EXPECT_EQ(with(17, 39), Fault::Malformed);    // ends in the TCP header
    EXPECT_EQ(with(17, 51), Fault::Truncated);    // a byte more than there is
    EXPECT_EQ(with(46, 0x40), Fault::Malformed);  // TCP header of 16 bytes
    EXPECT_EQ(with(46, 0x80), Fault::Malformed);  // longer than the packet
    EXPECT_EQ(with(46, 0x70), Fault::None);
    EXPECT_EQ(with(12, 0x09), Fault::NotIp);
    EXPECT_EQ(with(13, 0x06), Fault::NotIp);
}

TEST(L4Head, MoreThanTwoTagsAreNotFollowed) {
    Packet packet{.tags = kTwoTags};
    packet.tags.insert(packet.tags.end(), {0x81, 0x00, 0x00, 0x01});
    EXPECT_EQ(l4_of(packet.bytes()).fault, Fault::NotIp);
}

}  // namespace
}  // namespace sealane::wire
