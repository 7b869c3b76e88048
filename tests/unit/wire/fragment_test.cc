// Fragments against RFC 791: put together again by plain code, they are the packet.
#include "dataplane/wire/fragment.h"

#include <rapidcheck.h>
#include <vector>

#include <gtest/gtest.h>

#include "tests/support/packet.h"

namespace sealane::wire {
namespace {

using test::Packet;
using test::payload_of;
using Bytes = Packet::Bytes;

constexpr std::size_t kL2 = 14;

Packet datagram(std::size_t payload) {
    return {.tcp = false, .fragment = 0, .payload = payload_of(payload)};
}

/// All fragments, headers and payload, as they would be on the wire.
std::vector<Bytes> fragments_of(const Bytes& frame, std::uint32_t mtu) {
    const L4Head head = parse_l3(frame, frame.size());
    const std::size_t headers = std::size_t{head.l2_length} + head.l3_length;
    const Fragmentation plan(std::span<const std::uint8_t>(frame).first(headers), head, mtu);
    std::vector<Bytes> fragments;
    for (std::uint32_t i = 0; i < plan.count(); ++i) {
        Bytes fragment(plan.headers(i));
        plan.write(fragment.data(), i);
        const auto begin = frame.begin() + static_cast<std::ptrdiff_t>(headers + plan.offset(i));
        fragment.insert(fragment.end(), begin, begin + plan.length(i));
        fragments.push_back(fragment);
    }
    return fragments;
}

/// What the header says of the fragment.
struct Said {
    std::size_t length = 0, offset = 0;
    bool more = false;

    bool operator==(const Said&) const = default;
};
std::size_t word_at(const Bytes& bytes, std::size_t at) { return bytes[at] * 256U + bytes[at + 1]; }
Said said_by(const Bytes& frame, std::size_t l2 = kL2) {
    const std::size_t field = word_at(frame, l2 + 6);
    return {.length = word_at(frame, l2 + 2),
            .offset = field % 0x2000 * 8,
            .more = (field & 0x2000) != 0};
}
std::vector<Said> said_by_all(const std::vector<Bytes>& frames) {
    std::vector<Said> all;
    for (const Bytes& frame : frames) {
        all.push_back(said_by(frame));
    }
    return all;
}
Bytes options_of(const Bytes& frame) {
    const std::size_t header = frame[kL2] % 16 * 4U;
    return {frame.begin() + kL2 + 20, frame.begin() + static_cast<std::ptrdiff_t>(kL2 + header)};
}

TEST(Fragment, OffsetsAreInUnitsOfEightAndOnlyTheLastHasNoMore) {
    EXPECT_EQ(said_by_all(fragments_of(datagram(3972).bytes(), 1500)),  // 3980 with the UDP header
              (std::vector<Said>{{1500, 0, true}, {1500, 1480, true}, {1040, 2960, false}}));
    EXPECT_EQ(said_by_all(fragments_of(datagram(3972).bytes(), 1499)),
              (std::vector<Said>{{1492, 0, true}, {1492, 1472, true}, {1056, 2944, false}}));
}

TEST(Fragment, LastOneTakesTheBytesThatAreNoWholeUnit) {
    // At 1499 others have 1472 bytes of payload; the last may have 1479.
    EXPECT_EQ(fragments_of(datagram(1472 + 1479 - 8).bytes(), 1499).size(), 2U);
    EXPECT_EQ(fragments_of(datagram(1472 + 1480 - 8).bytes(), 1499).size(), 3U);
    EXPECT_EQ(fragments_of(datagram(1472).bytes(), 1500).size(), 1U);
    EXPECT_EQ(said_by_all(fragments_of(datagram(1473).bytes(), 1500)),
              (std::vector<Said>{{1500, 0, true}, {21, 1480, false}}));
}

TEST(Fragment, OptionsThatAreNotCopiedAreInTheFirstOnly) {
    Packet packet = datagram(3000);
    packet.ip_options = {1, 7, 3, 4, 0x83, 7, 4, 1, 2, 3, 4, 0x88, 4, 9, 9, 0};
    const auto fragments = fragments_of(packet.bytes(), 1500);
    ASSERT_EQ(fragments.size(), 3U);
    EXPECT_EQ(options_of(fragments[0]), packet.ip_options);
    const Bytes copied{0x83, 7, 4, 1, 2, 3, 4, 0x88, 4, 9, 9, 0};
    EXPECT_EQ(options_of(fragments[1]), copied);
    EXPECT_EQ(options_of(fragments[2]), copied);
}

TEST(Fragment, OptionsThatCannotBeReadAreNotCopied) {
    for (const Bytes& broken :
         {Bytes{0x83, 0, 0, 0}, {0x83, 1, 0, 0}, {0x83, 9, 4, 0}, {1, 1, 1, 0x83}}) {
        Packet packet = datagram(3000);
        packet.ip_options = broken;
        EXPECT_EQ(options_of(fragments_of(packet.bytes(), 1500).back()), Bytes());
    }
}

TEST(Fragment, FragmentIsCutIntoFragmentsOfTheSamePacket) {
    Packet middle = datagram(2992);
    middle.fragment = 0x2000 | 185;
    EXPECT_EQ(said_by_all(fragments_of(middle.bytes(), 1500)),
              (std::vector<Said>{{1500, 1480, true}, {1500, 2960, true}, {60, 4440, true}}));
    middle.fragment = 185;
    EXPECT_FALSE(said_by(fragments_of(middle.bytes(), 1500).back()).more);
}

TEST(Fragment, LeastMtuCarriesEightBytesBehindTheLongestHeader) {
    Packet packet = datagram(100);
    packet.ip_options = payload_of(40);
    packet.ip_options[0] = 0x88;
    packet.ip_options[1] = 40;
    const auto fragments = fragments_of(packet.bytes(), kLeastIpv4Mtu);
    EXPECT_EQ(fragments.size(), 14U);
    EXPECT_EQ(said_by(fragments[1]), (Said{68, 8, true}));
}

TEST(Fragment, AnyPacketIsTheSumOfItsFragments) {
    const bool holds = rc::check([] {
        Packet packet = datagram(*rc::gen::inRange<std::size_t>(0, 9000));
        packet.ip_options = payload_of(4 * *rc::gen::inRange<std::size_t>(0, 11), 4);
        packet.tags.resize(4 * *rc::gen::inRange<std::size_t>(0, 3));
        for (std::size_t i = 0; i < packet.tags.size(); i += 4) {
            packet.tags[i] = 0x81;
        }
        const std::uint32_t mtu = *rc::gen::inRange<std::uint32_t>(68, 3000);
        const Bytes frame = packet.bytes();
        const std::size_t l2 = kL2 + packet.tags.size();
        const std::size_t header = 20 + packet.ip_options.size();

        Bytes joined;
        const auto fragments = fragments_of(frame, mtu);
        for (const Bytes& fragment : fragments) {
            const Said said = said_by(fragment, l2);
            const std::size_t own = fragment[l2] % 16 * 4U;
            RC_ASSERT(std::equal(
                frame.begin(), frame.begin() + static_cast<std::ptrdiff_t>(l2), fragment.begin()));
            RC_ASSERT(said.length == fragment.size() - l2);
            RC_ASSERT(said.length <= mtu);
            RC_ASSERT(said.offset == joined.size());
            RC_ASSERT(said.more == (&fragment != &fragments.back()));
            RC_ASSERT(test::plain_sum(fragment.data() + l2, own) == 0xffff);
            RC_ASSERT(word_at(fragment, l2 + 4) == packet.id);
            joined.insert(joined.end(),
                          fragment.begin() + static_cast<std::ptrdiff_t>(l2 + own),
                          fragment.end());
        }
        RC_ASSERT(joined ==
                  Bytes(frame.begin() + static_cast<std::ptrdiff_t>(l2 + header), frame.end()));
    });
    EXPECT_TRUE(holds);
}

}  // namespace
}  // namespace sealane::wire
