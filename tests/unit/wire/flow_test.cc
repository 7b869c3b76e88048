// What is one flow, and that flows are spread.
#include "dataplane/wire/flow.h"

#include <algorithm>
#include <array>
#include <vector>

#include <gtest/gtest.h>

#include "dataplane/wire/l4_head.h"
#include "tests/support/packet.h"

namespace sealane::wire {
namespace {

using test::Packet;

std::uint32_t flow(const Packet::Bytes& frame) {
    const std::size_t seen = std::min(frame.size(), kL4ParseLength);
    return flow_of(std::span(frame).first(seen), frame.size());
}

TEST(Flow, IsTheSameWhateverElseTheFrameSays) {
    for (const int version : {4, 6}) {
        for (const bool tcp : {true, false}) {
            const Packet packet{.version = version, .tcp = tcp, .payload = test::payload_of(60)};
            Packet other = packet;
            other.addresses[11] = 9;
            other.tags = {0x81, 0x00, 0x60, 0x0a};
            other.id = 99;
            other.sequence = 5;
            other.flags = 0x18;
            other.payload = test::payload_of(1400, 7);
            EXPECT_EQ(flow(packet.bytes()), flow(other.bytes())) << version << tcp;
            other.source_port = 40001;
            EXPECT_NE(flow(packet.bytes()), flow(other.bytes())) << version << tcp;
        }
    }
}

TEST(Flow, GoesByEachByteOfIpAddressesAndPorts) {
    for (const int version : {4, 6}) {
        const auto frame = Packet{.version = version, .payload = test::payload_of(60)}.bytes();
        const std::size_t ports = version == 4 ? 34 : 54;
        const std::size_t addresses = version == 4 ? 26 : 22;
        for (std::size_t place = addresses; place < ports + 4; ++place) {
            auto other = frame;
            other[place] ^= 0x10;
            EXPECT_NE(flow(frame), flow(other)) << place;
        }
    }
}

TEST(Flow, OfFragmentsHasNoPorts) {
    const auto first = Packet{.fragment = 0x2000, .payload = test::payload_of(60)}.bytes();
    const auto next = Packet{.fragment = 0x0003, .payload = test::payload_of(90, 5)}.bytes();
    EXPECT_EQ(flow(first), flow(next));
}

TEST(Flow, OfWhatIsNoIpGoesByMacAddresses) {
    Packet::Bytes frame(60, 1);
    frame[12] = 0x88, frame[13] = 0xb5;
    auto same = frame;
    same[30] ^= 1;
    EXPECT_EQ(flow(frame), flow(same));
    for (std::size_t place = 0; place < 12; ++place) {
        auto other = frame;
        other[place] ^= 0x10;
        EXPECT_NE(flow(frame), flow(other)) << place;
    }
    EXPECT_EQ(flow({}), flow(Packet::Bytes(11, 1)));
}

TEST(Flow, SpreadsNeighboursEvenly) {
    for (const unsigned queues : {2U, 3U, 4U, 16U}) {
        std::vector<unsigned> got(queues);
        constexpr unsigned kFlows = 4096;
        for (unsigned i = 0; i < kFlows; ++i) {
            Packet packet{.payload = {1}};
            packet.source_port = static_cast<std::uint16_t>(30000 + i);
            ++got[flow(packet.bytes()) % queues];
        }
        const double even = double{kFlows} / queues;
        for (const unsigned count : got) {
            EXPECT_NEAR(count, even, even / 4) << queues;
        }
    }
}

}  // namespace
}  // namespace sealane::wire
