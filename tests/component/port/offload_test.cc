// Claims and partial checksums; who may write to which bytes.
#include "tests/component/port/offload_test.h"

#include <algorithm>
#include <memory>

#include "dataplane/port/ring_port.h"

namespace sealane::test {
namespace {

TEST_F(OffloadTest, G24OneSegmentIsAnOrdinaryFrame) {
    const Packet packet = large_packet(500);
    TakingPort taking(kTakesAll);
    port::Outlet to_taking = outlet_to(taking);
    emit(to_taking, {checked(packet, 500)});
    EXPECT_EQ(taking.taken, std::vector<Bytes>{packet.bytes()});
    EXPECT_EQ(taking.flags[0], RTE_MBUF_F_TX_TCP_CKSUM | RTE_MBUF_F_TX_IPV4);
    EXPECT_EQ(taking.pieces[0], 0U);

    TakingPort plain;
    port::Outlet to_plain = outlet_to(plain);
    emit(to_plain, {checked(packet, 500)});
    EXPECT_EQ(plain.taken, std::vector<Bytes>{completed(packet)});
    EXPECT_EQ(plain.flags[0], 0U);
}

/// A large frame that its own headers deny: `byte` stands at `at`, or the claim is another one.
struct Lie {
    std::string what;
    Packet packet;
    std::size_t at = 0;
    std::uint8_t byte = 0;
    std::uint64_t flags = 0;  ///< Claimed beside.
};

TEST_F(OffloadTest, G08G10G13G18G25LiesAreFoundInFramesOfAnyPieces) {
    const Packet four = large_packet(2000);
    Packet fragment = four;
    fragment.fragment = 0x2000;
    Packet later_fragment = four;
    later_fragment.fragment = 0x0010;
    Packet extended = large_packet(2000, 6);
    extended.extensions = {{.type = 60, .rest = Packet::Bytes(7)}};
    const std::vector<Lie> lies{
        {"G08 SYN", four, 47, 0x12},
        {"G10 a TCP header of 16 bytes", four, 46, 0x40},
        {"G10 no TCP header", four, 46, 0x00},
        {"G13 first fragment", fragment},
        {"G13 later fragment", later_fragment},
        {"G18 an extension header that runs out of the frame", extended, 55, 255},
        {"G25 IPv6 that is IPv4", four, 0, 2, RTE_MBUF_F_TX_IPV6},
        {"G25 TCP that is UDP", four, 23, 17},
    };
    for (const Lie& lie : lies) {
        for (const Cuts& cuts : kPieces) {
            SCOPED_TRACE(lie.what + " in " + std::to_string(cuts.size() + 1) + " pieces");
            Bytes bytes = lie.packet.bytes();
            if (lie.byte != 0 || lie.at != 0) bytes[lie.at] = lie.byte;
            rte_mbuf* const frame =
                claim(make_frame(pools_.frames.get(), bytes, cuts), lie.packet, 500);
            frame->ol_flags |= lie.flags;
            EXPECT_EQ(name_of(port::check_offload(frame)), "bad_offload");
            rte_pktmbuf_free(frame);
        }
    }
}

TEST_F(OffloadTest, G30PartialIsCompletedAndNothingElseIsTouched) {
    using enum Packet::Checksum;
    for (const int version : {4, 6}) {
        for (const bool tcp : {true, false}) {
            for (const Packet::Checksum checksum : {Right, Wrong, Partial, None}) {
                for (const bool takes : {true, false}) {
                    for (const Cuts& cuts : kPieces) {
                        if (checksum == None && (version == 6 || tcp)) continue;
                        Packet packet = large_packet(801, version, tcp);
                        packet.checksum = checksum;
                        TakingPort port({.checksum = takes});
                        port::Outlet outlet = outlet_to(port);
                        const bool claimed = checksum == Partial || checksum == None;
                        emit(outlet, {claimed ? checked(packet, 0, cuts) : make(packet, cuts)});
                        const bool complete = checksum == Partial && !takes;
                        EXPECT_EQ(port.taken[0], complete ? completed(packet) : packet.bytes());
                        EXPECT_EQ(port.flags[0] != 0, checksum == Partial && takes);
                    }
                }
            }
        }
    }
}

// RFC 768: 0 would say that there is none.
TEST_F(OffloadTest, G29CompletedChecksumOfADatagramIsNeverZero) {
    for (const int version : {4, 6}) {
        Packet packet = large_packet(8, version, false);
        packet.payload.assign(8, 0);
        const std::size_t field = packet.headers() - 2;
        const Bytes whole = completed(packet);
        packet.payload[0] = whole[field], packet.payload[1] = whole[field + 1];
        TakingPort port;
        port::Outlet outlet = outlet_to(port);
        emit(outlet, {checked(packet, 0)});
        EXPECT_EQ((Bytes{port.taken[0][field], port.taken[0][field + 1]}), (Bytes{0xff, 0xff}));
    }
}

TEST_F(OffloadTest, PaddingBehindThePacketIsNotSummed) {
    Packet packet = large_packet(3);
    rte_mbuf* const frame = make(packet);
    auto* const padding = reinterpret_cast<std::uint8_t*>(rte_pktmbuf_append(frame, 3));
    std::fill_n(padding, 3, std::uint8_t{0x5a});
    ASSERT_EQ(port::check_offload(claim(frame, packet)), Drop::None);
    TakingPort port;
    port::Outlet outlet = outlet_to(port);
    emit(outlet, {frame});
    Bytes expected = completed(packet);
    expected.insert(expected.end(), 3, 0x5a);
    EXPECT_EQ(port.taken[0], expected);
}

TEST_F(OffloadTest, G34CopiesAreFinishedEachForItsOwnReceiver) {
    for (const std::uint16_t piece : {std::uint16_t{0}, std::uint16_t{500}}) {
        for (const Cuts& cuts : kPieces) {
            const Packet packet = large_packet(2000);
            rte_mbuf* const original = checked(packet, piece, cuts);
            const Bytes before = bytes_of(original);
            const auto finished = piece == 0 ? std::vector<Bytes>{completed(packet)}
                                             : bytes_of_all(cut(packet, piece));
            for (int receiver = 0; receiver < 3; ++receiver) {
                TakingPort plain;
                port::Outlet outlet = outlet_to(plain, 9000);
                rte_mbuf* const copy = rte_pktmbuf_clone(original, pools_.heads.get());
                ASSERT_NE(copy, nullptr);
                emit(outlet, {copy});
                EXPECT_EQ(plain.taken, finished);
                EXPECT_EQ(bytes_of(original), before);
            }
            TakingPort taking(kTakesAll);
            port::Outlet outlet = outlet_to(taking, 9000);
            emit(outlet, {original});
            EXPECT_EQ(taking.taken, std::vector<Bytes>{before});
        }
    }
}

TEST_F(OffloadTest, OriginalWhoseCopyWaitsElsewhereIsNotWrittenTo) {
    const Packet packet = large_packet(100);
    rte_mbuf* const original = checked(packet, 0);
    rte_mbuf* const copy = rte_pktmbuf_clone(original, pools_.heads.get());
    TakingPort plain;
    port::Outlet outlet = outlet_to(plain);
    emit(outlet, {original});
    EXPECT_EQ(plain.taken, std::vector<Bytes>{completed(packet)});
    EXPECT_EQ(bytes_of(copy), packet.bytes());
    rte_pktmbuf_free(copy);
}

TEST_F(OffloadTest, OrdinaryBurstsAskThePortNothing) {
    TakingPort port;
    port::Outlet outlet = outlet_to(port);
    Packet packet = large_packet(100);
    packet.checksum = Packet::Checksum::Right;
    emit(outlet, {make(packet), make(packet)});
    EXPECT_EQ(port.asked, 0U);
    EXPECT_EQ(port.taken.size(), 2U);
}

TEST_F(OffloadTest, TagsThatComeAndGoMoveTheHeaders) {
    Packet packet = large_packet(3000);
    packet.tags = {0x81, 0, 0, 10};
    for (const Cuts& cuts : {Cuts{}, Cuts{13}}) {
        rte_mbuf* frame = checked(packet, 1448, cuts);
        EXPECT_EQ(frame->l2_len, 18U);
        frame = port::take_tag(frame, pools_.heads.get());
        EXPECT_EQ(frame->l2_len, 14U);
        frame = port::put_tag(frame, kSTag, {20}, pools_.heads.get());
        EXPECT_EQ(frame->l2_len, 18U);
        EXPECT_EQ(frame->l3_len, 20U);
        EXPECT_EQ(frame->tso_segsz, 1448U);
        rte_pktmbuf_free(frame);
    }
}

TEST_F(OffloadTest, G11ClaimedPlaceFollowsTheTagToo) {
    Packet packet = large_packet(3000);
    packet.tags = {0x81, 0, 0, 10};
    for (const std::uint16_t l3 : {std::uint16_t{20}, std::uint16_t{24}}) {
        rte_mbuf* frame = claim(make(packet), packet, 1448);
        frame->l2_len = 18;
        frame->l3_len = l3 & 0x1ff;
        frame = port::take_tag(frame, pools_.heads.get());
        EXPECT_EQ(port::check_offload(frame), l3 == 20 ? Drop::None : Drop::BadOffload);
        rte_pktmbuf_free(frame);
    }
}

TEST_F(OffloadTest, CheckedClaimIsFoundRightAgain) {
    for (const Row& row : rows()) {
        rte_mbuf* const frame = checked(row.packet, row.piece);
        const std::uint64_t flags = frame->ol_flags;
        const std::uint64_t lengths = frame->tx_offload;
        EXPECT_EQ(port::check_offload(frame), Drop::None);
        EXPECT_EQ(frame->ol_flags, flags);
        EXPECT_EQ(frame->tx_offload, lengths);
        rte_pktmbuf_free(frame);
    }
}

TEST_F(OffloadTest, WhatAClientSaysBeyondItsClaimIsNotHeard) {
    Result<std::unique_ptr<port::RingPair>> made = port::RingPair::make(8, false, kTakesAll);
    ASSERT_TRUE(made.ok());
    const std::unique_ptr<port::RingPair> ring = std::move(made).value();
    EXPECT_EQ(ring->near().offloads(), kTakesAll);
    const Packet packet = large_packet(2000);
    rte_mbuf* frame = claim(make(packet), packet, 500);
    const std::uint64_t said = frame->ol_flags;
    frame->ol_flags |= RTE_MBUF_F_RX_RSS_HASH | RTE_MBUF_F_TX_VLAN | RTE_MBUF_F_TX_SEC_OFFLOAD |
                       RTE_MBUF_F_RX_L4_CKSUM_BAD | RTE_MBUF_F_TX_OUTER_IPV4;
    tally_.received(1, 0);
    tally_.admitted(1);
    tally_.offered(1);
    ring->far().send(&frame, 1, tally_);
    rte_mbuf* got = nullptr;
    ASSERT_EQ(ring->near().receive(&got, 1, tally_), 1);
    EXPECT_EQ(got->ol_flags, said);
    rte_pktmbuf_free(got);
}

}  // namespace
}  // namespace sealane::test
