// Large frames on their way out: cut, or not.
#include "tests/component/port/offload_test.h"

namespace sealane::test {
namespace {

TEST_F(OffloadTest, EveryLargeFrameIsCutAsIfItsSegmentsHadBeenSentAlone) {
    for (const Row& row : rows()) {
        for (const Cuts& cuts : kPieces) {
            SCOPED_TRACE(row.name + " with " + std::to_string(cuts.size()) + " cuts");
            TakingPort port;
            port::Outlet outlet = outlet_to(port);
            emit(outlet, {checked(row.packet, row.piece, cuts)});
            ASSERT_EQ(port.taken, bytes_of_all(cut(row.packet, row.piece)));
            for (const std::uint64_t flags : port.flags) {
                ASSERT_EQ(flags, 0U) << "a driver would act on it";
            }
        }
    }
}

TEST_F(OffloadTest, AnyPlaceOfTheCutsIsRight) {
    const Packet packet = large_packet(700, 6);
    const auto expected = bytes_of_all(cut(packet, 123));
    for (std::size_t at = 1; at < packet.bytes().size(); ++at) {
        TakingPort port;
        port::Outlet outlet = outlet_to(port);
        emit(outlet, {checked(packet, 123, {at, at + 1, at + 40})});
        ASSERT_EQ(port.taken, expected) << at;
    }
}

TEST_F(OffloadTest, G02ReceiverThatTakesItGetsItWhole) {
    for (const Row& row : rows()) {
        if (row.packet.checksum == Packet::Checksum::None) continue;
        SCOPED_TRACE(row.name);
        TakingPort port(kTakesAll);
        port::Outlet outlet = outlet_to(port);
        emit(outlet, {checked(row.packet, row.piece)});
        ASSERT_EQ(port.taken, std::vector<Bytes>{row.packet.bytes()});
        EXPECT_TRUE((port.flags[0] & port::kLarge) != 0);
        EXPECT_EQ(port.pieces[0], row.piece);
    }
}

TEST_F(OffloadTest, EachKindIsTakenByItsOwnOffloadOnly) {
    for (int taken = 0; taken < 4; ++taken) {
        const port::Offloads takes{
            .checksum = taken > 0, .tcp4 = taken == 1, .tcp6 = taken == 2, .udp = taken == 3};
        int kind = 1;
        for (const Packet& packet :
             {large_packet(2000), large_packet(2000, 6), large_packet(2000, 4, false)}) {
            TakingPort port(takes);
            port::Outlet outlet = outlet_to(port);
            emit(outlet, {checked(packet, 500)});
            EXPECT_EQ(port.taken.size(), kind == taken ? 1U : 4U) << kind << " to " << taken;
            ++kind;
        }
    }
}

TEST_F(OffloadTest, ReceiverThatCompletesChecksumsGetsSegmentsWithPartialOnes) {
    const Packet packet = large_packet(2000);
    TakingPort port({.checksum = true});
    port::Outlet outlet = outlet_to(port);
    emit(outlet, {checked(packet, 500)});
    std::vector<Packet> expected = cut(packet, 500);
    for (Packet& segment : expected) {
        segment.checksum = Packet::Checksum::Partial;
    }
    EXPECT_EQ(port.taken, bytes_of_all(expected));
    for (const std::uint64_t flags : port.flags) {
        EXPECT_EQ(flags, RTE_MBUF_F_TX_TCP_CKSUM | RTE_MBUF_F_TX_IPV4);
    }
}

TEST_F(OffloadTest, WhereNobodyIsNothingIsCut) {
    TakingPort port;
    port.up = false;
    port::Outlet outlet = outlet_to(port);
    rte_mbuf* const frame = checked(large_packet(2000), 500);
    EXPECT_EQ(outlet.pieces_of(frame), 0U);
    emit(outlet, {frame});
    EXPECT_EQ(port.sends, 0U);
    EXPECT_EQ(totals().offered, 1U);
    EXPECT_EQ(totals().copies, 0U);
    EXPECT_EQ(dropped(Drop::PortDown), 1U);
}

TEST_F(OffloadTest, OutletSaysWhatFramesCameTo) {
    TakingPort port;
    port::Outlet outlet = outlet_to(port);
    const std::vector<rte_mbuf*> burst{checked(large_packet(2001), 500), make(large_packet(10))};
    EXPECT_EQ(outlet.pieces_of(burst[0]), 5U);
    EXPECT_EQ(outlet.pieces_of(burst[1]), 1U);
    tally_.received(2, 0);
    tally_.admitted(2);
    auto frames = burst;
    EXPECT_EQ(outlet.emit(frames.data(), 2, tally_), 6U);
    TakingPort whole({.checksum = true, .tcp4 = true});
    port::Outlet to_whole = outlet_to(whole);
    rte_mbuf* const frame = checked(large_packet(2000), 500);
    EXPECT_EQ(to_whole.pieces_of(frame), 1U);
    emit(to_whole, {frame});
}

TEST_F(OffloadTest, G35BurstGrowsWithoutLosingAFrame) {
    std::uint64_t offered = 0;
    for (const Cuts& cuts : kPieces) {
        SCOPED_TRACE(std::to_string(cuts.size()) + " cuts");
        TakingPort port;
        port::Outlet outlet = outlet_to(port);
        std::vector<rte_mbuf*> burst;
        std::vector<Bytes> expected;
        const std::uint64_t copies = totals().copies;
        for (std::uint32_t i = 0; i < 32; ++i) {
            Packet packet = large_packet(0);
            packet.payload = payload_of(1448 * 30, i);
            const bool large = i % 4 != 3;  // and ordinary ones between, in order
            if (!large) packet.payload.resize(1000);
            for (Bytes& segment : bytes_of_all(cut(packet, 1448))) {
                expected.push_back(std::move(segment));
            }
            burst.push_back(checked(packet, large ? 1448 : 0, cuts));
        }
        emit(outlet, burst);
        offered += expected.size();
        EXPECT_EQ(port.taken, expected);
        EXPECT_EQ(port.sends, (expected.size() + port::kBurst - 1) / port::kBurst);
        EXPECT_EQ(port.asked, 1U);
        EXPECT_EQ(totals().copies, copies + 24U * 29);
        EXPECT_EQ(totals().offered, offered);
    }
}

/// Holds all buffers of a pool but some.
class ScarcePool {
  public:
    ScarcePool(rte_mempool* pool, unsigned left) {
        while (rte_mbuf* const buffer = rte_pktmbuf_alloc(pool)) {
            away_.push_back(buffer);
        }
        for (; left > 0; --left) {
            rte_pktmbuf_free(away_.back());
            away_.pop_back();
        }
    }
    ~ScarcePool() { rte_pktmbuf_free_bulk(away_.data(), static_cast<unsigned>(away_.size())); }
    ScarcePool(const ScarcePool&) = delete;
    ScarcePool& operator=(const ScarcePool&) = delete;

    [[nodiscard]] std::size_t held() const { return away_.size(); }

  private:
    std::vector<rte_mbuf*> away_;
};

/// Buffers that it takes to cut the frame: one for the headers of each segment, and one for each
/// buffer of the frame that it has bytes of.
unsigned buffers_to_cut(const rte_mbuf* frame, std::size_t headers, std::size_t piece) {
    unsigned needed = 0;
    for (std::size_t begin = headers; begin < frame->pkt_len; begin += piece) {
        const std::size_t end = std::min<std::size_t>(begin + piece, frame->pkt_len);
        needed += 2;
        std::size_t border = 0;
        for (const rte_mbuf* part = frame; part != nullptr; part = part->next) {
            border += part->data_len;
            if (begin < border && border < end) ++needed;
        }
    }
    return needed;
}

TEST_F(OffloadTest, G36PoolThatRunsEmptyCostsOneFrameWhole) {
    const Packet packet = large_packet(2000);
    for (const Cuts& cuts : kPieces) {
        for (const std::uint16_t piece : {std::uint16_t{500}, std::uint16_t{0}}) {
            rte_mbuf* const pinned = checked(packet, piece, cuts);  // its copies are not writable
            const unsigned needed = piece == 0 ? 1 : buffers_to_cut(pinned, 54, piece);
            for (unsigned left = 0; left <= needed; ++left) {
                SCOPED_TRACE(std::to_string(left) + " buffers left of " + std::to_string(needed) +
                             ", with " + std::to_string(cuts.size()) + " cuts");
                TakingPort port;
                port::Outlet outlet = outlet_to(port, 9000);
                rte_mbuf* const copy = rte_pktmbuf_clone(pinned, pools_.heads.get());
                const ScarcePool scarce(pools_.heads.get(), left);
                const bool enough = left == needed;
                const std::uint64_t before = dropped(Drop::NoBuffer);
                emit(outlet, {copy});
                EXPECT_EQ(port.taken.size(), !enough ? 0U : piece == 0 ? 1U : 4U);
                EXPECT_EQ(dropped(Drop::NoBuffer), before + (enough ? 0 : 1));
                EXPECT_EQ(rte_mempool_in_use_count(pools_.heads.get()), scarce.held());
            }
            rte_pktmbuf_free(pinned);
        }
    }
}

TEST_F(OffloadTest, M14G23SegmentsMustFitNotTheFrame) {
    const Packet packet = large_packet(60000);
    for (const Cuts& cuts : kPieces) {
        for (const bool takes : {true, false}) {
            TakingPort port(takes ? kTakesAll : port::Offloads{});
            port::Outlet outlet = outlet_to(port);
            emit(outlet, {checked(packet, 1460, cuts)});  // 1500 bytes of IP
            ASSERT_EQ(port.taken.size(), takes ? 1U : 42U);
            EXPECT_EQ(port.taken[0].size(), takes ? 60054U : 1514U);
            const std::uint64_t before = dropped(Drop::Oversize);
            emit(outlet, {checked(packet, 1461, cuts)});
            EXPECT_EQ(dropped(Drop::Oversize), before + 1);
        }
    }
}

/// A receiver with an MTU of 1500, and the longest pieces of TCP over IPv4 that it gets.
struct Receiver {
    const char* name;
    std::uint32_t max_frame;  ///< The port's own limit: none to speak of, or one for 1514 and tag.
    bool tagged, beside;
    std::uint16_t longest;
};
constexpr Receiver kReceivers[]{{"untagged", 65535, false, false, 1460},
                                {"tag in the bytes", 65535, true, false, 1460},
                                {"tag beside them", 65535, true, true, 1460},
                                {"untagged, to a short port", 1516, false, false, 1460},
                                {"tag in the bytes, to a short port", 1516, true, false, 1458},
                                {"tag beside them, to a short port", 1516, true, true, 1458}};

TEST_F(OffloadTest, M14G23SegmentsMustFitWithTheirTag) {
    const Packet packet = large_packet(60000);
    for (const Receiver& to : kReceivers) {
        for (const Cuts& cuts : kPieces) {
            SCOPED_TRACE(std::string(to.name) + " with " + std::to_string(cuts.size()) + " cuts");
            TakingPort port({}, {.tag_beside = to.beside, .max_frame = to.max_frame});
            port::Outlet outlet = outlet_to(port);
            const auto emit_in_pieces_of = [&](int piece) {
                rte_mbuf* const frame = checked(packet, static_cast<std::uint16_t>(piece), cuts);
                if (to.tagged) port::set_tag_beside(frame, wire::make_tci({10}, 5));
                emit(outlet, {frame});
            };
            emit_in_pieces_of(to.longest);
            ASSERT_EQ(port.taken.size(), (60000U + to.longest - 1) / to.longest);
            EXPECT_EQ(port.taken[0].size(),
                      54U + to.longest + (to.tagged && !to.beside ? wire::kTagLength : 0));
            const std::uint64_t before = dropped(Drop::Oversize);
            emit_in_pieces_of(to.longest + 1);
            EXPECT_EQ(dropped(Drop::Oversize), before + 1);
        }
    }
}

TEST_F(OffloadTest, FrameThatIsTooLongForAPortIsCutThoughItTakesSuch) {
    TakingPort port(kTakesAll, {.max_frame = 9018});
    port::Outlet outlet = outlet_to(port);
    emit(outlet, {checked(large_packet(9018 - 54), 1448), checked(large_packet(9018 - 53), 1448)});
    EXPECT_EQ(port.taken.size(), 1U + 7U);
}

TEST_F(OffloadTest, G19TagThatIsPutInIsInEverySegment) {
    for (const Cuts& cuts : kPieces) {
        for (const bool beside : {true, false}) {
            const Packet packet = large_packet(3000);
            TakingPort port({}, {.tag_beside = beside});
            port::Outlet outlet = outlet_to(port);
            rte_mbuf* const frame = checked(packet, 1460, cuts);
            port::set_tag_beside(frame, wire::make_tci({10}, 5));
            emit(outlet, {frame});
            Packet expected = packet;
            if (!beside) expected.tags = {0x81, 0, 0xa0, 10};
            EXPECT_EQ(port.taken, bytes_of_all(cut(expected, 1460)));
            for (const std::uint16_t tag : port.tags) {
                EXPECT_EQ(tag, beside ? 0xa00a : 0);
            }
        }
    }
}

}  // namespace
}  // namespace sealane::test
