// Frames between a vhost-user port and a guest: every kind of ring, drops by name, sleep, offloads.
#include <cstring>
#include <poll.h>

#include <rte_ip.h>
#include <rte_tcp.h>

#include "dataplane/port/vhost_offload.h"
#include "tests/component/port/vhost_test.h"
#include "tests/support/mbufs.h"
#include "tests/support/packet.h"

namespace sealane::test {
namespace {

struct Rings {
    const char* name;
    bool packed, mergeable;
};

class VhostRings : public VhostTest, public testing::WithParamInterface<Rings> {};

TEST_P(VhostRings, CarryFramesBothWaysUnchangedAndInOrder) {
    open(serving());
    const auto peer = guest({.packed = GetParam().packed, .mergeable = GetParam().mergeable});
    EXPECT_EQ(is_acked("packed"), GetParam().packed);
    EXPECT_EQ(is_acked("mrg_rxbuf"), GetParam().mergeable);
    EXPECT_TRUE(is_acked("version_1"));

    std::vector<Bytes> frames;
    for (std::size_t i = 0; i < 100; ++i) {
        frames.push_back(frame_of(14 + i * 15, static_cast<std::uint8_t>(i)));
    }
    EXPECT_EQ(peer->send(frames), frames.size());
    EXPECT_EQ(take(100), frames);

    send(frames);
    std::vector<Bytes> arrived;
    while (arrived.size() < frames.size()) {
        const std::vector<Bytes> some = peer->receive();
        ASSERT_FALSE(some.empty());
        arrived.insert(arrived.end(), some.begin(), some.end());
    }
    EXPECT_EQ(arrived, frames);
    EXPECT_EQ(totals().tx_frames, frames.size());
}

// What a frame needs beside its first buffer is not there when the library asks for it.
TEST_P(VhostRings, WhatTheLibraryLosesIsCounted) {
    open(serving());
    const auto peer = guest({.packed = GetParam().packed, .mergeable = GetParam().mergeable});
    ASSERT_EQ(peer->send({frame_of(9000)}), 1U);
    const unsigned left = GetParam().packed ? 32 : 2;  // the library takes so many at once
    std::vector<rte_mbuf*> others(rte_mempool_avail_count(pools().frames.get()) - left);
    const auto many = static_cast<unsigned>(others.size());
    ASSERT_EQ(rte_pktmbuf_alloc_bulk(pools().frames.get(), others.data(), many), 0);
    EXPECT_TRUE(take(1).empty());
    EXPECT_EQ(totals().rx_frames, 1U);
    EXPECT_EQ(dropped(Direction::In, Drop::NoBuffer), 1U);

    rte_pktmbuf_free_bulk(others.data(), many);
    EXPECT_EQ(peer->send({frame_of(60)}), 1U);
    EXPECT_EQ(take(1), std::vector<Bytes>{frame_of(60)});
}

INSTANTIATE_TEST_SUITE_P(Kinds,
                         VhostRings,
                         testing::Values(Rings{"split", false, false},
                                         Rings{"split_mergeable", false, true},
                                         Rings{"packed", true, false},
                                         Rings{"packed_mergeable", true, true}),
                         [](const auto& rings) { return std::string(rings.param.name); });

class Vhost : public VhostTest {};

TEST_F(Vhost, LongFramesTakeSeveralBuffersOnBothSides) {
    open(serving());
    const auto peer = guest({.mergeable = true});
    const Bytes longest = frame_of(65408);
    EXPECT_EQ(peer->send({longest}), 1U);
    EXPECT_EQ(take(1), std::vector<Bytes>{longest});
    send({longest});
    EXPECT_EQ(peer->receive(), std::vector<Bytes>{longest});
}

TEST_F(Vhost, WithoutAGuestFramesAreDroppedAsPortDown) {
    open(serving());
    send({frame_of(60), frame_of(60)});
    EXPECT_EQ(dropped(Direction::Out, Drop::PortDown), 2U);
    EXPECT_FALSE(port().state().up);
    EXPECT_TRUE(receive_from(port()).empty());
}

TEST_F(Vhost, WhatAGuestHasNoBuffersForIsDroppedAsPeerBackpressure) {
    open(serving());
    const auto peer = guest({.ring = 64});
    send(std::vector<Bytes>(100, frame_of(60)));
    EXPECT_EQ(totals().tx_frames + dropped(Direction::Out, Drop::PeerBackpressure), 100U);
    EXPECT_GT(dropped(Direction::Out, Drop::PeerBackpressure), 0U);
    EXPECT_EQ(peer->receive().size(), totals().tx_frames);
}

TEST_F(Vhost, AFrameTooLargeForAGuestsBuffersDoesNotStopTheNext) {
    open(serving());
    const auto peer = guest({.mergeable = false});
    send({frame_of(60, 1), frame_of(9000), frame_of(60, 2)});
    EXPECT_EQ(peer->receive(), (std::vector<Bytes>{frame_of(60, 1), frame_of(60, 2)}));
    EXPECT_EQ(dropped(Direction::Out, Drop::PeerBackpressure), 1U);
}

TEST_F(Vhost, FourFramesThatAGuestRefusesAreTheMostThatABurstTries) {
    open(serving());
    const auto peer = guest({.mergeable = false});
    std::vector<Bytes> frames(3, frame_of(9000));
    frames.push_back(frame_of(60));
    send(frames);
    EXPECT_EQ(peer->receive(), std::vector<Bytes>{frame_of(60)});
    frames.insert(frames.begin(), frame_of(9000));
    send(frames);
    EXPECT_TRUE(peer->receive().empty());
    EXPECT_EQ(dropped(Direction::Out, Drop::PeerBackpressure), 8U);
}

TEST_F(Vhost, OffloadsFalseOffersNone) {
    port::VhostSocketSettings settings = serving();
    settings.offer.offloads = false;
    open(settings);
    const auto peer = guest({});
    for (const char* name : {"csum", "guest_csum", "guest_tso4", "host_tso4"}) {
        EXPECT_FALSE(is_acked(name)) << name;
    }
    EXPECT_EQ(port().offloads(), port::Offloads{});
}

TEST_F(Vhost, AKickWakesASleepingWorkerAndNothingElseDoes) {
    open(serving());
    const auto peer = guest({});
    service(port());
    pollfd bell{.fd = port().wake_descriptor(), .events = POLLIN, .revents = 0};
    port().awake();

    ASSERT_TRUE(port().prepare_to_sleep());
    EXPECT_EQ(poll(&bell, 1, 0), 0);
    peer->send({frame_of(60)});
    EXPECT_EQ(poll(&bell, 1, 1000), 1);
    port().awake();
    service(port());
    EXPECT_EQ(take(1).size(), 1U);
    EXPECT_EQ(poll(&bell, 1, 0), 0) << "the bell does not stop";
}

TEST_F(Vhost, AFrameThatCameBeforeTheSleepIsNotSleptOn) {
    open(serving());
    const auto peer = guest({});
    service(port());  // it need not kick now
    peer->send({frame_of(60, 7)});
    EXPECT_FALSE(port().prepare_to_sleep());
    EXPECT_FALSE(port().prepare_to_sleep()) << "it is still there";
    port().awake();
    EXPECT_EQ(take(1), std::vector<Bytes>{frame_of(60, 7)});
    EXPECT_TRUE(port().prepare_to_sleep());
}

/// TCP over IPv4 with the checksum's seed as virtio wants it.
Bytes tcp_frame(std::size_t length) {
    Bytes bytes = frame_of(length);
    bytes[12] = 0x08, bytes[13] = 0x00;
    rte_ipv4_hdr ip{};
    ip.version_ihl = 0x45;
    ip.total_length = rte_cpu_to_be_16(static_cast<std::uint16_t>(length - 14));
    ip.time_to_live = 64;
    ip.next_proto_id = IPPROTO_TCP;
    ip.src_addr = rte_cpu_to_be_32(0x0a00'0001);
    ip.dst_addr = rte_cpu_to_be_32(0x0a00'0002);
    ip.hdr_checksum = rte_ipv4_cksum(&ip);
    rte_tcp_hdr tcp{};
    tcp.data_off = 5 << 4;
    tcp.tcp_flags = RTE_TCP_ACK_FLAG;
    tcp.cksum = rte_ipv4_phdr_cksum(&ip, 0);
    std::memcpy(&bytes[14], &ip, sizeof ip);
    std::memcpy(&bytes[34], &tcp, sizeof tcp);
    return bytes;
}

void describe(rte_mbuf* frame) {
    frame->ol_flags = RTE_MBUF_F_TX_TCP_SEG | RTE_MBUF_F_TX_TCP_CKSUM | RTE_MBUF_F_TX_IPV4;
    frame->l2_len = 14;
    frame->l3_len = 20;
    frame->l4_len = 20;
    frame->tso_segsz = 1448;
}

TEST_F(Vhost, ALargeFrameFromAGuestComesInWithItsClaims) {
    open(serving());
    const auto peer = guest({.offloads = true});
    const Bytes bytes = tcp_frame(30'000);
    rte_mbuf* sent = make_frame(pools().frames.get(), bytes);
    describe(sent);
    ASSERT_TRUE(peer->send(sent));

    rte_mbuf* frame = nullptr;
    ASSERT_TRUE(soon([&] { return port().receive(&frame, 1, tally()) == 1; }));
    tally().received(1, frame->pkt_len);
    tally().admitted(1);
    EXPECT_EQ(frame->ol_flags, RTE_MBUF_F_TX_TCP_SEG | RTE_MBUF_F_TX_TCP_CKSUM);
    EXPECT_EQ(frame->tso_segsz, 1448);
    EXPECT_EQ(bytes_of(frame), bytes) << "headers, seed and payload";
    rte_pktmbuf_free(frame);
}

TEST_F(Vhost, ALargeFrameGoesWholeToAGuestThatAckedIt) {
    open(serving());
    const auto peer = guest({.offloads = true});
    EXPECT_EQ(port().offloads(), (port::Offloads{.checksum = true, .tcp4 = true, .tcp6 = true}));
    const Bytes bytes = tcp_frame(60'000);
    rte_mbuf* frame = make_frame(pools().frames.get(), bytes);
    describe(frame);
    tally().offered(1);
    port().send(&frame, 1, tally());

    rte_mbuf* arrived = peer->receive_one();
    ASSERT_NE(arrived, nullptr);
    EXPECT_NE(arrived->ol_flags & RTE_MBUF_F_RX_LRO, 0U);
    EXPECT_EQ(arrived->tso_segsz, 1448);
    EXPECT_EQ(bytes_of(arrived), bytes) << "the library must not put another seed in";
    EXPECT_EQ(totals().tx_bytes, bytes.size());
    rte_pktmbuf_free(arrived);
}

TEST_F(Vhost, AGuestThatAckedNoOffloadGetsNoUnfinishedFrame) {
    open(serving());
    const auto peer = guest({});
    rte_mbuf* frame = make_frame(pools().frames.get(), tcp_frame(1000));
    describe(frame);
    tally().offered(1);
    port().send(&frame, 1, tally());
    EXPECT_EQ(dropped(Direction::Out, Drop::BadOffload), 1U);
    EXPECT_TRUE(peer->receive().empty());
}

}  // namespace
}  // namespace sealane::test
