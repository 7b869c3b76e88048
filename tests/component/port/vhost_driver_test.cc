// Frames that a guest's driver finishes itself.
#include "dataplane/base/drop.h"
#include "tests/component/port/driven_test.h"
#include "tests/support/claims.h"

namespace sealane::test {
namespace {

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
