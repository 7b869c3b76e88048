#include "control/hypercall/message.h"

#include <cstring>
#include <limits>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "control/hypercall/pages.h"

namespace sealane::hypercall {
namespace {

// Places in a packet, behind the head of 8 bytes (message.cc).
constexpr std::size_t kVersionAt = 4;
constexpr std::size_t kTypeAt = 6;
constexpr std::size_t kBodyAt = 8;

const ha::Key kKey{.id = {7}, .secret = std::vector<std::uint8_t>(32, 0xa5)};
const Hello kHello{.digest = {1, 2, 3}, .partition = "vios1"};
const Wish kWish{.sea = {5}, .call = Call::Withdraw, .trunks = {0x8001}};
const Listing kListing{.sea = {4095}, .trunks = {0xffff}};
const Welcome kWelcome{.key = kKey, .slots = 17, .counters = kCounters};
const Refused kRefused{"no"};
const SlotNews kNews{
    .sea = {3},
    .change = {.trunk = 15, .owner = ha::Owner::Partner, .offered = true, .epoch = 0xfffffffe}};
const ClientList kList{.sea = {1},
                       .clients = {{.vlan = {1}, .mac = {0x02005e100001}, .place = 0},
                                   {.vlan = {4094}, .mac = {0xfeffffffffff}, .place = 15}},
                       .last = false};

std::vector<Message> one_of_each() {
    return {kHello, kWish, kListing, kWelcome, kRefused, kNews, kList};
}

/// A packet with one byte changed.
Reject with(const Message& message, std::size_t at, std::uint8_t byte) {
    Packet packet = encode(message);
    packet.at(at) = byte;
    return decode(packet).why;
}

TEST(HypercallMessage, WhatIsSaidIsHeard) {
    for (const Message& message : one_of_each()) {
        EXPECT_EQ(decode(encode(message)), (Decoded{.message = message})) << message.index();
    }
}

TEST(HypercallMessage, ExtremesFit) {
    Hello hello{.partition = std::string(kMaxPartitionName, 'x')};
    hello.digest.fill(0xff);
    ClientList full{.sea = {0}, .clients = {}};
    full.clients.assign(kMaxClients, {.vlan = {2}, .mac = {4}, .place = 3});
    const Welcome none{
        .key = {.id = {255}, .secret = std::vector<std::uint8_t>(ha::kMaxKeyLength, 1)},
        .slots = 0,
        .counters = kCounters};
    for (const Message& message :
         {Message{hello}, Message{full}, Message{none}, Message{ClientList{}}}) {
        EXPECT_EQ(decode(encode(message)).message, message) << message.index();
        EXPECT_LE(encode(message).size(), kMaxPacket);
    }
}

TEST(HypercallMessage, ARefusalThatIsTooLongIsCut) {
    const Decoded said = decode(encode(Refused{std::string(300, 'n')}));
    EXPECT_EQ(said.message, Message{Refused{std::string(255, 'n')}});
}

TEST(HypercallMessage, WhatIsShorterOrLongerIsNoMessage) {
    for (const Message& message : one_of_each()) {
        Packet packet = encode(message);
        for (std::size_t length = 0; length < packet.size(); ++length) {
            // A copy of its own, so that a byte read behind it is seen by the sanitizer.
            const std::vector<std::uint8_t> part(
                packet.begin(), packet.begin() + static_cast<std::ptrdiff_t>(length));
            EXPECT_EQ(decode(part).why, Reject::TooShort) << message.index() << " " << length;
        }
        packet.push_back(0);
        EXPECT_EQ(decode(packet).why, Reject::TooLong) << message.index();
    }
}

TEST(HypercallMessage, AChangedBitIsRefusedOrAnotherMessageOfTheSameForm) {
    for (const Message& message : one_of_each()) {
        const Packet right = encode(message);
        for (std::size_t bit = 0; bit < right.size() * 8; ++bit) {
            Packet packet = right;
            packet[bit / 8] = static_cast<std::uint8_t>(packet[bit / 8] ^ 1U << bit % 8);
            const Decoded said = decode(packet);
            if (said.why != Reject::None) continue;
            EXPECT_EQ(encode(said.message), packet) << message.index() << " bit " << bit;
            EXPECT_NE(said.message, message);
        }
    }
}

TEST(HypercallMessage, EachFaultHasItsName) {
    EXPECT_EQ(with(kWish, 0, 0), Reject::Magic);
    EXPECT_EQ(with(kWish, kVersionAt, 1), Reject::Version);
    EXPECT_EQ(with(kWish, kTypeAt, 7), Reject::Type);
    EXPECT_EQ(with(kWish, kBodyAt + 1, 0x10), Reject::Sea) << "4101";
    EXPECT_EQ(with(kListing, kBodyAt + 1, 0x10), Reject::Sea);
    EXPECT_EQ(with(kNews, kBodyAt + 1, 0x10), Reject::Sea);
    EXPECT_EQ(with(kList, kBodyAt + 1, 0x10), Reject::Sea);
    EXPECT_EQ(with(kWish, kBodyAt + 4, 5), Reject::Call);
    EXPECT_EQ(with(kWish, kBodyAt + 5, 1), Reject::Padding);
    EXPECT_EQ(with(kHello, kBodyAt + 32, 0), Reject::Partition) << "no name";
    EXPECT_EQ(with(kHello, kBodyAt + 32, 6), Reject::Partition) << "a zero in it";
    EXPECT_EQ(with(kHello, kBodyAt + 32, 4), Reject::Partition) << "something behind it";
    EXPECT_EQ(with(kWelcome, kBodyAt + 8, 0), Reject::Key) << "no number";
    EXPECT_EQ(with(kWelcome, kBodyAt + 9, 15), Reject::Key);
    EXPECT_EQ(with(kWelcome, kBodyAt + 9, 65), Reject::Key);
    EXPECT_EQ(with(kWelcome, kBodyAt + 9, 31), Reject::Padding) << "a byte behind the key";
    EXPECT_EQ(with(kWelcome, kBodyAt + 1, 0x10), Reject::Counters) << "4113 slots";
    EXPECT_EQ(with(kWelcome, kBodyAt + 4, 63), Reject::Counters);
    EXPECT_EQ(with(kRefused, kBodyAt, 0), Reject::Padding);
    EXPECT_EQ(with(kNews, kBodyAt + 2, 16), Reject::Place);
    EXPECT_EQ(with(kNews, kBodyAt + 3, 0), Reject::Owner) << "the hypervisor always knows";
    EXPECT_EQ(with(kNews, kBodyAt + 3, 4), Reject::Owner);
    EXPECT_EQ(with(kNews, kBodyAt + 8, 2), Reject::Flag);
    EXPECT_EQ(with(kNews, kBodyAt + 9, 1), Reject::Padding);
    EXPECT_EQ(with(kList, kBodyAt + 2, 1), Reject::TooLong);
    EXPECT_EQ(with(kList, kBodyAt + 2, 3), Reject::TooShort);
    EXPECT_EQ(with(kList, kBodyAt + 3, 0xff), Reject::TooLong) << "more than kMaxClients";
    EXPECT_EQ(with(kList, kBodyAt + 4, 2), Reject::Flag);
    EXPECT_EQ(with(kList, kBodyAt + 5, 1), Reject::Padding);
    EXPECT_EQ(with(kList, kBodyAt + 8, 0), Reject::Client) << "VLAN 0";
    EXPECT_EQ(with(kList, kBodyAt + 15, 0x03), Reject::Client) << "a group's address";
}

TEST(HypercallMessage, EveryFaultHasADistinctName) {
    std::vector<std::string> names;
    for (std::size_t i = 0; i < kRejectCount; ++i) {
        names.emplace_back(name_of(static_cast<Reject>(i)));
        EXPECT_EQ(std::ranges::count(names, names.back()), 1) << names.back();
    }
    EXPECT_EQ(names.back(), "descriptors");
}

}  // namespace
}  // namespace sealane::hypercall
