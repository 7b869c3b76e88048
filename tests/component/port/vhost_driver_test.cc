// What a guest's driver may ask of the port besides frames, and frames that it finishes itself.
#include <array>

#include "dataplane/base/drop.h"
#include "tests/component/port/driven_test.h"
#include "tests/support/claims.h"

namespace sealane::test {
namespace {

class VhostAsked : public DrivenTest {};

TEST_F(VhostAsked, AnnouncementReachesTheSwitchAndIsOneFrame) {
    constexpr std::array<std::uint8_t, 6> kMoved{2, 0, 0, 0, 0, 7};
    constexpr unsigned kTimes = 3;
    open(serving());
    const auto peer = driver();
    for (unsigned i = 0; i < kTimes; ++i) {
        ASSERT_TRUE(peer->announce(kMoved));
        std::vector<Bytes> got;
        ASSERT_TRUE(soon([&] {
            got = receive_from(port());
            return !got.empty();
        }));
        ASSERT_EQ(got.size(), 1U);
        EXPECT_TRUE(std::equal(kMoved.begin(), kMoved.end(), got[0].begin() + 6));
        EXPECT_EQ((Bytes{got[0].begin() + 12, got[0].begin() + 14}), (Bytes{0x80, 0x35}));
    }
    peer->give_buffers();
    exchange(*peer);
    EXPECT_EQ(totals().rx_frames, kTimes + 1);
    EXPECT_EQ(totals().dropped(Direction::In, Drop::Malformed), 0U);
}

TEST_F(VhostAsked, RingsThatWereNotOfferedGetNothing) {
    open(serving());
    const auto peer = driver();
    peer->give_buffers();
    ASSERT_TRUE(peer->enable_ring(2) && peer->enable_ring(3));
    for (std::uint8_t i = 0; i < 16; ++i) {
        exchange(*peer);
    }
    EXPECT_NE(port().state().detail.find("1 of 1 queue"), std::string::npos);
}

TEST_F(VhostAsked, ARingThatCanNotKickIsNotSleptOn) {
    open(serving());
    {
        const auto peer = driver();
        EXPECT_TRUE(port().prepare_to_sleep());
    }
    ASSERT_TRUE(soon([&] { return !port().state().up; }));
    {
        const auto peer = driver({.kicks = false});
        EXPECT_FALSE(port().prepare_to_sleep());
    }
    ASSERT_TRUE(soon([&] { return !port().state().up; }));
    EXPECT_TRUE(port().prepare_to_sleep());
}

class VhostUnfinished : public DrivenTest {
  protected:
    void SetUp() override {
        DrivenTest::SetUp();
        open(serving());
        driver_ = driver({.features = VhostDriver::kReceives});
        ASSERT_TRUE(is_acked("guest_csum"));
        driver_->give_buffers();
    }
    rte_mbuf* make(const Packet& packet) {
        return claim(make_frame(pools().frames.get(), packet.bytes()), packet);
    }
    std::vector<VhostDriver::Arrival> arrivals_of(rte_mbuf* frame) {
        tally().offered(1);
        port().send(&frame, 1, tally());
        return driver_->received();
    }

  private:
    std::unique_ptr<VhostDriver> driver_;
};

/// Of each kind, with the sum of the addresses that stand in its IP header and with another: the
/// last address of a source route is not among them.
std::vector<Packet> unfinished_packets() {
    std::vector<Packet> all;
    for (const auto sum : {Packet::Checksum::Partial, Packet::Checksum::Wrong}) {
        for (const int version : {4, 6}) {
            for (const bool tcp : {true, false}) {
                Packet packet = large_packet(301, version, tcp);
                packet.checksum = sum;
                all.push_back(packet);
                if (version == 4) packet.ip_options = {0x83, 7, 4, 10, 0, 0, 99, 0};
                if (version == 6) packet.extensions = {{.type = 60, .rest = Packet::Bytes(7)}};
                all.push_back(packet);
            }
        }
    }
    return all;
}

TEST_F(VhostUnfinished, ArriveAsTheyWereSentRightOrWrong) {
    for (const Packet& packet : unfinished_packets()) {
        SCOPED_TRACE(testing::PrintToString(packet.bytes()));
        rte_mbuf* const frame = make(packet);
        ASSERT_EQ(port::check_offload(frame), Drop::None);
        const auto arrived = arrivals_of(frame);
        ASSERT_EQ(arrived.size(), 1U);
        EXPECT_EQ(arrived[0].bytes, packet.bytes());
        EXPECT_EQ(arrived[0].header.flags, VirtioHeader::kNeedsChecksum);
        const std::size_t l4 = packet.tcp ? 20 : 8;
        EXPECT_EQ(arrived[0].header.checksum_start, packet.headers() - l4);
        EXPECT_EQ(arrived[0].header.checksum_offset, packet.tcp ? 16 : 6);
    }
}

TEST_F(VhostUnfinished, BytesOfOthersAreNotWritten) {
    for (const Packet& packet : unfinished_packets()) {
        rte_mbuf* const frame = make(packet);
        ASSERT_EQ(port::check_offload(frame), Drop::None);
        rte_mbuf* const copy = rte_pktmbuf_clone(frame, pools().heads.get());
        ASSERT_NE(copy, nullptr);
        EXPECT_EQ(arrivals_of(copy).size(), 1U);
        EXPECT_EQ(bytes_of(frame), packet.bytes());
        rte_pktmbuf_free(frame);
    }
}

TEST_F(VhostUnfinished, WithoutACheckedClaimAreRefused) {
    EXPECT_TRUE(arrivals_of(make(large_packet(301))).empty());
    EXPECT_EQ(dropped(Direction::Out, Drop::BadOffload), 1U);
}

}  // namespace
}  // namespace sealane::test
