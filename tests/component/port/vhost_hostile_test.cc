// Headers of virtio-net that lie, at a real port.  The library looks at them first and hands on
// what it makes of them (vhost_offload.h); whatever that is, it stays inside the frame, and what
// leaves is whole.
#include <array>

#include "dataplane/base/drop.h"
#include "tests/component/port/driven_test.h"
#include "tests/support/claims.h"

namespace sealane::test {
namespace {

constexpr std::uint8_t kClaim = VirtioHeader::kNeedsChecksum;

class VhostHeader : public DrivenTest {
  protected:
    void SetUp() override {
        DrivenTest::SetUp();
        open(serving());
        driver_ = driver({.features = VhostDriver::kSends, .buffer = 69'632});
        ASSERT_TRUE(is_acked("csum"));
    }
    /// Of this frame; the good one behind it must come through as it is.
    Fate fate_of(const Bytes& frame, const VirtioHeader& header, std::uint32_t mtu = 1500) {
        const Bytes good = frame_of(77, 9);
        EXPECT_TRUE(driver_->send(frame, header));
        EXPECT_TRUE(driver_->send(good));
        Fate fate = pass_all(mtu);
        EXPECT_FALSE(fate.out.empty());
        if (fate.out.empty()) return fate;
        EXPECT_EQ(fate.out.back(), good);
        fate.out.pop_back();
        return fate;
    }

  private:
    std::unique_ptr<VhostDriver> driver_;
};

/// The header of a driver that tells the truth.
VirtioHeader header_of(const Packet& packet, std::uint16_t piece = 0) {
    const std::size_t headers = packet.headers();
    const std::size_t l4 = headers - (packet.tcp ? 20 + packet.tcp_options.size() : 8);
    VirtioHeader header{.flags = kClaim,
                        .checksum_start = static_cast<std::uint16_t>(l4),
                        .checksum_offset = static_cast<std::uint16_t>(packet.tcp ? 16 : 6)};
    if (piece == 0) return header;
    header.kind = packet.version == 4 ? VirtioHeader::kTcp4 : VirtioHeader::kTcp6;
    header.piece = piece;
    header.headers = static_cast<std::uint16_t>(headers);
    return header;
}

TEST_F(VhostHeader, OfAGoodDriverIsBelieved) {
    for (const int version : {4, 6}) {
        const Packet large = large_packet(9000, version);
        EXPECT_EQ(fate_of(large.bytes(), header_of(large, 1400)),
                  Fate{.out = bytes_of_all(cut(large, 1400))});
        for (const bool tcp : {true, false}) {
            const Packet packet = large_packet(700, version, tcp);
            EXPECT_EQ(fate_of(packet.bytes(), header_of(packet)), Fate{.out = {completed(packet)}});
        }
    }
}

/// Differs from `sent` in the two bytes at `place` at most.
testing::AssertionResult is_like(const Bytes& got, const Bytes& sent, std::size_t place) {
    if (got.size() != sent.size()) return testing::AssertionFailure() << got.size() << " bytes";
    for (std::size_t i = 0; i < got.size(); ++i) {
        if (got[i] != sent[i] && i != place && i != place + 1) {
            return testing::AssertionFailure() << "byte " << i;
        }
    }
    return testing::AssertionSuccess();
}

/// Places in and around a frame of `length` bytes, of which one or the other breaks a rule.
std::vector<std::uint16_t> places_of(std::size_t length) {
    std::vector<std::uint16_t> all{0, 13, 34, 35, 65535};
    for (const std::size_t place : {length - 2, length - 1, length, length + 1}) {
        all.push_back(static_cast<std::uint16_t>(place));
    }
    return all;
}

// What is TCP or UDP is completed where its own checksum is, or where the driver says; anything
// else where the driver says, if that is inside the frame.
TEST_F(VhostHeader, G31ChecksumAnywhereStaysInsideTheFrame) {
    for (const std::size_t payload : {0U, 1401U}) {
        for (const Packet& packet :
             {large_packet(payload), large_packet(payload, 4, false), large_packet(payload, 6)}) {
            for (const bool known : {true, false}) {
                Bytes frame = packet.bytes();
                if (!known) frame[12] = 0x88, frame[13] = 0xb5;
                for (const std::uint16_t start : places_of(frame.size())) {
                    for (const std::uint16_t place : places_of(frame.size())) {
                        SCOPED_TRACE(testing::Message() << frame.size() << " bytes, from " << start
                                                        << ", at " << place);
                        const auto offset = static_cast<std::uint16_t>(place - start);
                        const Fate fate = fate_of(
                            frame,
                            {.flags = kClaim, .checksum_start = start, .checksum_offset = offset});
                        ASSERT_EQ(fate.out.size(), 1U);
                        EXPECT_TRUE(fate.drops.empty());
                        if (!known || fate.out[0] != completed(packet)) {
                            ASSERT_TRUE(is_like(fate.out[0], frame, place));
                        }
                    }
                }
            }
        }
    }
}

TEST_F(VhostHeader, G31ChecksumInABuffersLastByteHasRoom) {
    const rte_mempool* const pool = pools().frames.get();
    const std::size_t room = rte_pktmbuf_data_room_size(const_cast<rte_mempool*>(pool));
    EXPECT_GT(pool->elt_size, sizeof(rte_mbuf) + room);
    const std::uint16_t last = port::kBufferRoom - 1;
    for (const std::size_t length : {last + 0U, last + 1U, last + 2U, 6000U}) {
        const Bytes frame = frame_of(length);
        const VirtioHeader header{.flags = kClaim,
                                  .checksum_start = 20,
                                  .checksum_offset = static_cast<std::uint16_t>(last - 20)};
        const Fate fate = fate_of(frame, header, 9000);
        ASSERT_EQ(fate.out.size(), 1U);
        EXPECT_EQ(fate.out[0].size(), length);
    }
}

TEST_F(VhostHeader, G31ChecksumOfAFrameThatEndsInItsHeaders) {
    const Bytes whole = large_packet(0).bytes();
    for (std::size_t length = 14; length < whole.size(); ++length) {
        const Bytes frame(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(length));
        const Fate fate =
            fate_of(frame, {.flags = kClaim, .checksum_start = 34, .checksum_offset = 16});
        if (!fate.drops.empty()) {
            EXPECT_EQ(fate, (Fate{.drops = {Drop::BadOffload}})) << length;
        } else {
            ASSERT_EQ(fate.out.size(), 1U);
            EXPECT_TRUE(is_like(fate.out[0], frame, 50)) << length;
        }
    }
}

TEST_F(VhostHeader, G32HeaderLengthIsNotHeard) {
    const Packet large = large_packet(9000);
    VirtioHeader header = header_of(large, 1400);
    for (const unsigned lie : {0U, 1U, 40U, 55U, 9054U, 0xffffU}) {
        header.headers = static_cast<std::uint16_t>(lie);
        EXPECT_EQ(fate_of(large.bytes(), header), Fate{.out = bytes_of_all(cut(large, 1400))})
            << lie;
    }
}

TEST_F(VhostHeader, G33UnknownFlagsAreNotHeard) {
    const Packet packet = large_packet(700);
    for (unsigned flags = 2; flags < 256; ++flags) {
        VirtioHeader header = header_of(packet);
        header.flags = static_cast<std::uint8_t>(flags);
        const bool claims = (flags & kClaim) != 0;
        EXPECT_EQ(fate_of(packet.bytes(), header),
                  Fate{.out = {claims ? completed(packet) : packet.bytes()}})
            << flags;
    }
}

// Linux's own word for tunnels and for UDP, ECN alone, and what nobody has defined: none of them
// makes a large frame, and a long frame that is not large is dropped for its length.
TEST_F(VhostHeader, G26KindsThatWereNotOfferedMakeNoLargeFrame) {
    const Packet packet = large_packet(3000);
    for (const bool claims : {true, false}) {
        for (const unsigned kind :
             {0x80U, 2U, 5U, 6U, 0x7fU, 0x85U, 0x20U, 0x40U, 0x60U, 0x61U, 0x21U, 0xffU}) {
            VirtioHeader header = claims ? header_of(packet, 1400) : VirtioHeader{.piece = 1400};
            header.kind = static_cast<std::uint8_t>(kind);
            SCOPED_TRACE(testing::Message()
                         << kind << (claims ? " with" : " without") << " a checksum");
            EXPECT_EQ(fate_of(packet.bytes(), header), Fate{.drops = {Drop::Oversize}});
            EXPECT_EQ(fate_of(packet.bytes(), header, 9000),
                      Fate{.out = {claims ? completed(packet) : packet.bytes()}});
        }
    }
}

TEST_F(VhostHeader, G25KindOfTheOtherIpIsCutAsWhatItIs) {
    for (const int version : {4, 6}) {
        const Packet large = large_packet(9000, version);
        VirtioHeader header = header_of(large, 1400);
        header.kind = version == 4 ? VirtioHeader::kTcp6 : VirtioHeader::kTcp4;
        EXPECT_EQ(fate_of(large.bytes(), header), Fate{.out = bytes_of_all(cut(large, 1400))});
    }
}

TEST_F(VhostHeader, G28FragmentsOfDatagramsAreNotMade) {
    for (const int version : {4, 6}) {
        const Packet packet = large_packet(3000, version, false);
        VirtioHeader header = header_of(packet, 1400);
        header.kind = VirtioHeader::kUdpFragments;
        EXPECT_EQ(fate_of(packet.bytes(), header), Fate{.drops = {Drop::BadOffload}});
        header.flags = 0;
        EXPECT_EQ(fate_of(packet.bytes(), header), Fate{.drops = {Drop::BadOffload}});
    }
}

// The library looks behind one 802.1Q tag, or behind an 802.1ad tag and another.  Behind other
// pairs it forgets that the frame was large, and completes its checksum.  Linux cuts such frames
// itself.
TEST_F(VhostHeader, G19LargeBehindTwoTagsIsCutOrStaysWithinTheMtu) {
    for (const int version : {4, 6}) {
        Packet large = large_packet(3000, version);
        large.tags = {0x88, 0xa8, 0, 20, 0x81, 0, 0xa0, 10};
        EXPECT_EQ(fate_of(large.bytes(), header_of(large, 1400)),
                  Fate{.out = bytes_of_all(cut(large, 1400))});
        for (const auto& inner : {Bytes{0x81, 0}, Bytes{0x88, 0xa8}}) {
            large.tags = {0x81, 0, 0, 20, inner[0], inner[1], 0xa0, 10};
            EXPECT_EQ(fate_of(large.bytes(), header_of(large, 1400)),
                      Fate{.drops = {Drop::Oversize}});
            EXPECT_EQ(fate_of(large.bytes(), header_of(large, 1400), 9000),
                      Fate{.out = {completed(large)}});
        }
    }
}

TEST_F(VhostHeader, G20G21PiecesThatAreTooSmall) {
    const Packet packet = large_packet(3000);
    EXPECT_EQ(fate_of(packet.bytes(), header_of(packet, 1)),
              Fate{.drops = {Drop::TooManySegments}});
    VirtioHeader none = header_of(packet, 1400);
    none.piece = 0;
    EXPECT_EQ(fate_of(packet.bytes(), none), Fate{.drops = {Drop::Oversize}});
}

TEST_F(VhostHeader, LargeFrameImpliesAChecksumToComplete) {
    const Packet large = large_packet(9000);
    VirtioHeader header = header_of(large, 1400);
    header.flags = 0;
    EXPECT_EQ(fate_of(large.bytes(), header), Fate{.out = bytes_of_all(cut(large, 1400))});
}

}  // namespace
}  // namespace sealane::test
