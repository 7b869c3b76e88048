// Frames between a hypervisor and a VIOS that are processes of their own: a trunk link against the
// port that serves it.
#include "dataplane/port/trunk_link.h"

#include <array>
#include <span>

#include "dataplane/port/frame.h"
#include "dataplane/port/offload.h"
#include "dataplane/port/outlet.h"
#include "tests/component/port/vhost_test.h"
#include "tests/support/claims.h"
#include "tests/support/mbufs.h"
#include "tests/support/packet.h"

namespace sealane::test {
namespace {

constexpr AdapterId kTrunk{7};
constexpr std::uint32_t kWholeMtu = 65394;

/// The fixture's port is the hypervisor's end; the link has counters of its own.
class TrunkLinkTest : public VhostTest {
  protected:
    void TearDown() override {
        if (link_) {
            EXPECT_TRUE(inward_law_holds(link_totals()));
            EXPECT_TRUE(outward_law_holds(link_totals(), link_->state().pending));
        }
        link_.reset();
        VhostTest::TearDown();
    }
    [[nodiscard]] port::TrunkLink::Settings settings(std::uint16_t ring = 256) const {
        return {.device = {.name = "vios1/ent3", .path = path(), .mac = {2}, .ring = ring},
                .from = kTrunk};
    }
    void join(const port::TrunkLink::Settings& wanted) {
        auto opened = port::TrunkLink::open(wanted, pools());
        ASSERT_TRUE(opened.ok()) << opened.error().text;
        link_ = std::move(opened).value();
        EXPECT_TRUE(soon([&] { return port().is_up() && link_->is_up(); }));
    }
    /// Both ends, ready.
    void connect() {
        open(serving());
        join(settings());
    }
    [[nodiscard]] port::TrunkLink& link() { return *link_; }
    void leave() { link_.reset(); }

    /// What the link receives, admitted and in the test's hands.
    std::vector<rte_mbuf*> take_mbufs() {
        std::array<rte_mbuf*, 64> burst{};
        const std::uint16_t count = link_->receive(burst.data(), burst.size(), link_tally_);
        for (rte_mbuf* const frame : std::span(burst).first(count)) {
            link_tally_.received(1, port::length_of(frame));
            link_tally_.admitted(1);
            EXPECT_EQ(frame->port, kTrunk.index);
        }
        return {burst.begin(), burst.begin() + count};
    }
    std::vector<Bytes> take_from_link() {
        std::vector<Bytes> all;
        for (rte_mbuf* const frame : take_mbufs()) {
            all.push_back(bytes_of(frame));
            rte_pktmbuf_free(frame);
        }
        return all;
    }
    void send_by_link(rte_mbuf* frame) {
        link_tally_.offered(1);
        link_->send(&frame, 1, link_tally_);
    }
    void send_by_link(const std::vector<Bytes>& frames) {
        for (const Bytes& bytes : frames) {
            send_by_link(make_frame(pools().frames.get(), bytes));
        }
    }
    /// As the switch gives a frame to its last stage: checked, and with a tag beside it.
    void emit(port::Port& to, const Packet& packet, std::uint16_t piece, int vid) {
        rte_mbuf* frame = claim(make_frame(pools().frames.get(), packet.bytes()), packet, piece);
        ASSERT_EQ(name_of(port::check_offload(frame)), "none");
        if (vid > 0) port::set_tag_beside(frame, {static_cast<std::uint16_t>(vid)});
        port::Outlet outlet(to, pools().heads.get(), {.mtu = kWholeMtu});
        outlet.emit(&frame, 1, &to == link_.get() ? link_tally_ : tally());
    }
    /// One frame from the hypervisor's end, as it claims it.
    rte_mbuf* take_one() {
        rte_mbuf* frame = nullptr;
        EXPECT_TRUE(soon([&] { return port().receive(&frame, 1, tally()) == 1; }));
        if (frame != nullptr) {
            tally().received(1, frame->pkt_len);
            tally().admitted(1);
        }
        return frame;
    }

    [[nodiscard]] AdapterTotals link_totals() const {
        AdapterTotals sum;
        sum.add(link_counters_);
        return sum;
    }
    [[nodiscard]] std::uint64_t link_dropped(Direction direction, Drop why) const {
        return link_totals().dropped(direction, why);
    }
    port::Tally& link_tally() { return link_tally_; }

  private:
    AdapterCounters link_counters_;
    port::Tally link_tally_{link_counters_};
    std::unique_ptr<port::TrunkLink> link_;
};

Bytes tagged(Bytes frame, std::uint16_t tpid, std::uint16_t tci) {
    const Bytes tag{static_cast<std::uint8_t>(tpid >> 8),
                    static_cast<std::uint8_t>(tpid),
                    static_cast<std::uint8_t>(tci >> 8),
                    static_cast<std::uint8_t>(tci)};
    frame.insert(frame.begin() + 12, tag.begin(), tag.end());
    return frame;
}

TEST_F(TrunkLinkTest, CarriesFramesBothWaysUnchangedAndInOrder) {
    connect();
    std::vector<Bytes> frames;
    for (std::size_t i = 0; i < 100; ++i) {
        frames.push_back(frame_of(14 + i * 15, static_cast<std::uint8_t>(i)));
    }
    send(frames);
    std::vector<Bytes> arrived;
    while (arrived.size() < frames.size()) {
        const std::vector<Bytes> some = take_from_link();
        ASSERT_FALSE(some.empty());
        arrived.insert(arrived.end(), some.begin(), some.end());
    }
    EXPECT_EQ(arrived, frames);

    send_by_link(frames);
    EXPECT_EQ(take(frames.size()), frames);
    EXPECT_EQ(link_totals().tx_frames, frames.size());
    EXPECT_EQ(link_totals().tx_bytes, link_totals().rx_bytes);
}

TEST_F(TrunkLinkTest, RingsTurnRoundManyTimesAndLoseNothing) {
    connect();
    for (unsigned round = 0; round < 100; ++round) {
        std::vector<Bytes> frames;
        for (std::size_t i = 0; i < 60; ++i) {
            frames.push_back(frame_of(60 + (i * 997 + round) % 4000, static_cast<std::uint8_t>(i)));
        }
        send(frames);
        std::vector<Bytes> arrived;
        for (std::vector<Bytes> some; !(some = take_from_link()).empty();) {
            arrived.insert(arrived.end(), some.begin(), some.end());
        }
        ASSERT_EQ(arrived, frames) << round;
        send_by_link(frames);
        ASSERT_EQ(take(frames.size()), frames) << round;
    }
}

TEST_F(TrunkLinkTest, ACustomersTagIsBesideWhatComesAndInTheBytesOfWhatGoes) {
    connect();
    const Bytes plain = frame_of(100), with = tagged(plain, 0x8100, 0xa00a);
    send({with});
    const std::vector<rte_mbuf*> came = take_mbufs();
    ASSERT_EQ(came.size(), 1U);
    EXPECT_TRUE(port::has_tag_beside(came[0]));
    EXPECT_EQ(port::tag_beside(came[0]).value, 0xa00a);
    EXPECT_EQ(bytes_of(came[0]), plain);
    EXPECT_EQ(link_totals().rx_bytes, with.size());
    rte_pktmbuf_free(came[0]);

    EXPECT_FALSE(link().traits().tag_beside);
    send_by_link({with});
    EXPECT_EQ(take(1), std::vector<Bytes>{with});
}

TEST_F(TrunkLinkTest, AServiceTagIsPayload) {
    connect();
    const Bytes service = tagged(frame_of(100), 0x88a8, 10);
    send({service});
    const std::vector<rte_mbuf*> came = take_mbufs();
    ASSERT_EQ(came.size(), 1U);
    EXPECT_FALSE(port::has_tag_beside(came[0]));
    EXPECT_EQ(bytes_of(came[0]), service);
    rte_pktmbuf_free(came[0]);
}

TEST_F(TrunkLinkTest, LeavesToTheOtherEndWhatWasAgreedUpon) {
    connect();
    constexpr port::Offloads kTcp{.checksum = true, .tcp4 = true, .tcp6 = true};
    EXPECT_EQ(link().offloads(), kTcp);
    EXPECT_EQ(port().offloads(), kTcp);
    for (const char* name : {"csum",
                             "guest_csum",
                             "guest_tso4",
                             "guest_tso6",
                             "host_tso4",
                             "host_tso6",
                             "mrg_rxbuf",
                             "in_order",
                             "version_1"}) {
        EXPECT_TRUE(is_acked(name)) << name;
    }
    EXPECT_FALSE(is_acked("packed"));
    for (const port::PortFeature& feature : link().state().features) {
        EXPECT_TRUE(feature.acked) << feature.name;
    }
    EXPECT_EQ(link().state().type, "trunk-link");
    EXPECT_EQ(link().wake_descriptor(), -1);
}

TEST_F(TrunkLinkTest, LeavesNothingToAHypervisorThatOffersNothing) {
    port::VhostSocketSettings plain = serving();
    plain.offer.offloads = false;
    open(plain);
    join(settings());
    EXPECT_EQ(link().offloads(), port::Offloads{});
    EXPECT_EQ(port().offloads(), port::Offloads{});
    rte_mbuf* const frame =
        claim(make_frame(pools().frames.get(), large_packet(100).bytes()), large_packet(100));
    ASSERT_EQ(name_of(port::check_offload(frame)), "none");
    send_by_link(frame);
    EXPECT_EQ(link_dropped(Direction::Out, Drop::BadOffload), 1U);
    emit(link(), large_packet(100), 0, 0);
    EXPECT_EQ(take(1), std::vector<Bytes>{completed(large_packet(100))});
}

struct Unfinished {
    const char* name;
    int version;
    bool tcp;
    std::uint16_t piece;  ///< 0: a partial checksum only.
    int vid;              ///< 0: no tag.
};

class TrunkLinkUnfinished : public TrunkLinkTest, public testing::WithParamInterface<Unfinished> {
  protected:
    [[nodiscard]] static Packet packet() {
        const Unfinished& kind = GetParam();
        return large_packet(kind.piece > 0 ? 60'000 : 1000, kind.version, kind.tcp);
    }
    static void expect_as_sent(const rte_mbuf* frame) {
        const Unfinished& kind = GetParam();
        EXPECT_EQ(port::is_large(frame), kind.piece > 0);
        EXPECT_EQ(frame->ol_flags & RTE_MBUF_F_TX_L4_MASK,
                  kind.tcp ? RTE_MBUF_F_TX_TCP_CKSUM : RTE_MBUF_F_TX_UDP_CKSUM);
        if (kind.piece > 0) {
            EXPECT_EQ(frame->tso_segsz, kind.piece);
        }
    }
};

TEST_P(TrunkLinkUnfinished, ComesFromTheHypervisorAsItWasSent) {
    connect();
    emit(port(), packet(), GetParam().piece, GetParam().vid);
    const std::vector<rte_mbuf*> came = take_mbufs();
    ASSERT_EQ(came.size(), 1U);
    expect_as_sent(came[0]);
    EXPECT_EQ(port::headers_of(came[0]), packet().headers());
    EXPECT_EQ(port::has_tag_beside(came[0]), GetParam().vid > 0);
    if (GetParam().vid > 0) {
        EXPECT_EQ(port::tag_beside(came[0]).vid().value, GetParam().vid);
    }
    EXPECT_EQ(bytes_of(came[0]), packet().bytes()) << "headers, seed and payload";
    rte_pktmbuf_free(came[0]);
}

TEST_P(TrunkLinkUnfinished, ReachesTheHypervisorAsItWasSent) {
    connect();
    emit(link(), packet(), GetParam().piece, GetParam().vid);
    rte_mbuf* const frame = take_one();
    ASSERT_NE(frame, nullptr);
    expect_as_sent(frame);
    Packet expected = packet();
    if (GetParam().vid > 0)
        expected.tags = {0x81, 0x00, 0, static_cast<std::uint8_t>(GetParam().vid)};
    EXPECT_EQ(bytes_of(frame), expected.bytes()) << "headers, seed and payload";
    rte_pktmbuf_free(frame);
}

INSTANTIATE_TEST_SUITE_P(Frames,
                         TrunkLinkUnfinished,
                         testing::Values(Unfinished{"large_v4", 4, true, 1448, 0},
                                         Unfinished{"large_v6", 6, true, 1428, 0},
                                         Unfinished{"large_v4_vlan", 4, true, 1448, 10},
                                         Unfinished{"large_v6_vlan", 6, true, 1428, 10},
                                         Unfinished{"tcp_v4", 4, true, 0, 0},
                                         Unfinished{"tcp_v6_vlan", 6, true, 0, 10},
                                         Unfinished{"udp_v4_vlan", 4, false, 0, 10},
                                         Unfinished{"udp_v6", 6, false, 0, 0}),
                         [](const auto& kind) { return std::string(kind.param.name); });

/// The driver sums what it takes for no TCP, and of that the first buffer only.
TEST_F(TrunkLinkTest, AnUnfinishedFrameBehindTwoTagsComesAsItWasSent) {
    connect();
    for (const std::uint16_t piece : {std::uint16_t{0}, std::uint16_t{1448}}) {
        for (const int version : {4, 6}) {
            for (const bool tcp : {true, false}) {
                if (piece > 0 && !tcp) continue;
                Packet packet = large_packet(piece > 0 ? 60'000 : 5000, version, tcp);
                packet.tags = {0x81, 0x00, 0, 20};
                emit(port(), packet, piece, 10);
                const std::vector<rte_mbuf*> came = take_mbufs();
                ASSERT_EQ(came.size(), 1U);
                EXPECT_EQ(port::is_large(came[0]), piece > 0);
                EXPECT_NE(came[0]->ol_flags & RTE_MBUF_F_TX_L4_MASK, 0U);
                EXPECT_EQ(bytes_of(came[0]), packet.bytes());
                rte_pktmbuf_free(came[0]);
            }
        }
    }
}

TEST_F(TrunkLinkTest, AClaimThatTheBytesDoNotBearOutIsDroppedAsBadOffload) {
    connect();
    rte_mbuf* frame = make_frame(pools().frames.get(), frame_of(5000));
    frame->ol_flags |= RTE_MBUF_F_TX_TCP_SEG | RTE_MBUF_F_TX_TCP_CKSUM | RTE_MBUF_F_TX_IPV4;
    frame->l2_len = 14, frame->l3_len = 20, frame->l4_len = 20, frame->tso_segsz = 1448;
    tally().offered(1);
    port().send(&frame, 1, tally());
    EXPECT_TRUE(take_mbufs().empty());
    EXPECT_EQ(link_dropped(Direction::In, Drop::BadOffload), 1U);
}

TEST_F(TrunkLinkTest, TheLongestFrameCrossesBothWaysInSeveralBuffers) {
    connect();
    const Bytes longest = frame_of(65408);
    for (int i = 0; i < 20; ++i) {
        send({longest});
        EXPECT_EQ(take_from_link(), std::vector<Bytes>{longest});
        send_by_link({longest});
        EXPECT_EQ(take(1), std::vector<Bytes>{longest});
    }
}

TEST_F(TrunkLinkTest, TheSmallestRingTakesTheLongestFrame) {
    open(serving());
    join(settings(64));
    send({frame_of(65408)});
    EXPECT_EQ(take_from_link(), std::vector<Bytes>{frame_of(65408)});
    send_by_link({frame_of(65408)});
    EXPECT_EQ(take(1), std::vector<Bytes>{frame_of(65408)});
}

TEST_F(TrunkLinkTest, AFrameInVeryManyPiecesCrossesToo) {
    connect();
    const Bytes bytes = frame_of(20'000);
    send_by_link(make_frame(pools().frames.get(), bytes, even_cuts(bytes.size(), 500)));
    EXPECT_EQ(take(1), std::vector<Bytes>{bytes});
}

TEST_F(TrunkLinkTest, BytesThatOthersReferToAreNotWritten) {
    connect();
    rte_mbuf* const original = make_frame(pools().frames.get(), frame_of(200));
    const auto* const buffer = static_cast<const std::uint8_t*>(original->buf_addr);
    const Bytes before(buffer, buffer + original->buf_len);
    rte_mbuf* const copy = rte_pktmbuf_clone(original, pools().heads.get());
    ASSERT_NE(copy, nullptr);
    rte_mbuf_refcnt_update(original, 1);  // it is sent, and kept
    send_by_link(copy);
    send_by_link(original);
    EXPECT_EQ(take(2), (std::vector<Bytes>{frame_of(200), frame_of(200)}));
    EXPECT_EQ(Bytes(buffer, buffer + original->buf_len), before);
    leave();  // it gives back what it has sent
    EXPECT_EQ(rte_mbuf_refcnt_read(original), 1U);
    rte_pktmbuf_free(original);
}

TEST_F(TrunkLinkTest, WhatTheHypervisorDoesNotTakeIsDroppedAsQueueFull) {
    connect();
    const std::vector<Bytes> frames(400, frame_of(60));
    send_by_link(frames);
    EXPECT_EQ(link_totals().tx_frames, 256U);
    EXPECT_EQ(link_dropped(Direction::Out, Drop::QueueFull), 144U);
    EXPECT_EQ(take(256).size(), 256U);

    send_by_link({frame_of(60, 9)});
    EXPECT_EQ(take(1), std::vector<Bytes>{frame_of(60, 9)});
}

TEST_F(TrunkLinkTest, WhatTheViosDoesNotTakeIsDroppedByTheHypervisor) {
    connect();
    send(std::vector<Bytes>(400, frame_of(60)));
    EXPECT_EQ(totals().tx_frames + dropped(Direction::Out, Drop::PeerBackpressure), 400U);
    EXPECT_GT(dropped(Direction::Out, Drop::PeerBackpressure), 0U);
    std::size_t got = 0;
    for (std::vector<Bytes> some; !(some = take_from_link()).empty();) {
        got += some.size();
    }
    EXPECT_EQ(got, totals().tx_frames);
}

TEST_F(TrunkLinkTest, OfAHypervisorThatHasGoneFramesAreDroppedAsPortDown) {
    connect();
    send_by_link({frame_of(60)});
    close();
    EXPECT_TRUE(soon([&] {
        pass(std::chrono::milliseconds(10));
        link().service(now(), link_tally());
        return !link().is_up();
    }));
    EXPECT_FALSE(link().state().up);
    EXPECT_NE(link().state().detail.find("the hypervisor has gone"), std::string::npos);
    send_by_link({frame_of(60), frame_of(60)});
    EXPECT_EQ(link_dropped(Direction::Out, Drop::PortDown), 2U);
    EXPECT_TRUE(take_mbufs().empty());
}

TEST_F(TrunkLinkTest, AHypervisorSeesALinkGoAndTheNextComes) {
    connect();
    leave();
    EXPECT_TRUE(soon([&] { return !port().is_up(); }));
    join(settings());
    send_by_link({frame_of(60, 3)});
    EXPECT_EQ(take(1), std::vector<Bytes>{frame_of(60, 3)});
}

class TrunkLinkErrors : public TrunkLinkTest {
  protected:
    [[nodiscard]] std::string error_of(const port::TrunkLink::Settings& wanted) {
        const auto opened = port::TrunkLink::open(wanted, pools());
        return opened.ok() ? "" : opened.error().text;
    }
};

TEST_F(TrunkLinkErrors, NobodyListens) {
    EXPECT_EQ(error_of(settings()),
              "vios1/ent3: can't open the link to the hypervisor at " + path() +
                  ": nobody listens there; start the hypervisor first");
}

TEST_F(TrunkLinkErrors, SettingsThatCannotBe) {
    port::TrunkLink::Settings wrong = settings(100);
    EXPECT_NE(error_of(wrong).find("it has 64 to 1024, a power of two"), std::string::npos);
    wrong = settings();
    wrong.device.path = "/a,b";
    EXPECT_NE(error_of(wrong).find("a comma"), std::string::npos);
    wrong.device.path = std::string(200, 'x');
    EXPECT_NE(error_of(wrong).find("200 bytes long"), std::string::npos);
}

}  // namespace
}  // namespace sealane::test
