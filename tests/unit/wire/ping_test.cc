// ARP and ICMP echo, against bytes written by hand.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "dataplane/wire/arp.h"
#include "dataplane/wire/icmp_echo.h"

namespace sealane::wire {
namespace {

using PingBytes = std::vector<std::uint8_t>;

constexpr MacAddress kAskerMac{0x0200'0000'0001}, kAskedMac{0x0200'0000'0002};
constexpr Ipv4Address kAskerIp{0xc000'020a}, kAskedIp{0xc000'0201};

template <typename Frame>
PingBytes bytes_of_ping(const Frame& frame) {
    return {frame.begin(), frame.end()};
}

TEST(Arp, RequestIsAsRfc826HasIt) {
    PingBytes wanted{0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 2, 0, 0, 0, 0,    1, 0x08, 0x06,
                     0,    1,    0x08, 0,    6,    4,    0, 1, 2, 0, 0,    0, 0,    1,
                     0xc0, 0,    2,    0x0a, 0,    0,    0, 0, 0, 0, 0xc0, 0, 2,    1};
    wanted.resize(kArpLength);
    const Arp request{.kind = Arp::Kind::Request,
                      .sender = kAskerMac,
                      .sender_ip = kAskerIp,
                      .target = {},
                      .target_ip = kAskedIp};
    EXPECT_EQ(bytes_of_ping(make_arp(request)), wanted);
    EXPECT_EQ(parse_arp(wanted), request);
}

TEST(Arp, ReplyGoesToWhoAsked) {
    const Arp reply{.kind = Arp::Kind::Reply,
                    .sender = kAskedMac,
                    .sender_ip = kAskedIp,
                    .target = kAskerMac,
                    .target_ip = kAskerIp};
    const auto frame = make_arp(reply);
    EXPECT_EQ(frame[5], 1) << "its destination is the asker";
    EXPECT_EQ(frame[11], 2);
    EXPECT_EQ(parse_arp(frame), reply);
}

TEST(Arp, WhatIsNoneOrIsCutShortIsNotRead) {
    const auto good = bytes_of_ping(make_arp({}));
    ASSERT_TRUE(parse_arp(good));
    for (std::size_t length = 0; length < 42; ++length) {
        EXPECT_FALSE(parse_arp(std::span(good).first(length))) << length;
    }
    EXPECT_TRUE(parse_arp(std::span(good).first(42)));
    for (const std::size_t at : {12, 13, 14, 15, 16, 17, 18, 19, 20}) {
        PingBytes bad = good;
        bad[at] ^= 0x40;
        EXPECT_FALSE(parse_arp(bad)) << at;
    }
    PingBytes reverse = good;
    reverse[21] = 3;
    EXPECT_FALSE(parse_arp(reverse));
}

TEST(Echo, RequestIsAsRfc792HasIt) {
    // Checksums by hand: 4500+001c+4000+4001+c000+020a+c000+0201 and 0800+1234+0007.
    PingBytes wanted{2,    0,    0,    0,    0, 2, 2,    0, 0,    0,    0,    1,    0x08, 0,
                     0x45, 0,    0,    0x1c, 0, 0, 0x40, 0, 0x40, 1,    0xb6, 0xd5, 0xc0, 0,
                     2,    0x0a, 0xc0, 0,    2, 1, 8,    0, 0xe5, 0xc4, 0x12, 0x34, 0,    7};
    wanted.resize(kEchoLength);
    const Echo request{.from = kAskerIp, .to = kAskedIp, .id = 0x1234, .sequence = 7};
    EXPECT_EQ(bytes_of_ping(make_echo(request, kAskerMac, kAskedMac)), wanted);
    EXPECT_EQ(parse_echo(wanted), request);
}

TEST(Echo, EachWrongBitOfItsHeadersIsNoticed) {
    const Echo reply{.reply = true, .from = kAskedIp, .to = kAskerIp, .id = 9, .sequence = 1};
    const auto good = bytes_of_ping(make_echo(reply, kAskedMac, kAskerMac));
    ASSERT_EQ(parse_echo(good), reply);
    for (std::size_t at = 12; at < 42; ++at) {
        for (unsigned bit = 0; bit < 8; ++bit) {
            PingBytes bad = good;
            bad[at] ^= static_cast<std::uint8_t>(1U << bit);
            EXPECT_FALSE(parse_echo(bad)) << at << "." << bit;
        }
    }
    for (std::size_t length = 0; length < 42; ++length) {
        EXPECT_FALSE(parse_echo(std::span(good).first(length))) << length;
    }
}

}  // namespace
}  // namespace sealane::wire
