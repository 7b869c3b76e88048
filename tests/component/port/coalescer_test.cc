// Large receive by itself.  The oracle is its inverse: what the segmenter makes of its large frames
// is what came.
#include "dataplane/port/coalescer.h"

#include <cstdlib>
#include <map>
#include <rapidcheck.h>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "dataplane/port/batch.h"
#include "dataplane/port/offload.h"
#include "dataplane/port/pools.h"
#include "dataplane/port/segmenter.h"
#include "tests/support/claims.h"

namespace sealane::test {
namespace {

constexpr std::uint32_t kMaxFrame = 65408;

/// A frame as it comes, and which flow it is of; -1: of any.
struct Arrival {
    int flow = 0;
    Bytes bytes;
    Cuts cuts = {};
    std::uint16_t tci = 0;  ///< Beside it, if not 0.
};

class Coalescer : public testing::Test {
  protected:
    void SetUp() override { pools_ = std::move(port::make_pools("coalescer", 2048, 4096)).value(); }
    void TearDown() override { EXPECT_EQ(pools_.in_use(), 0U); }

    std::vector<rte_mbuf*> merged(const std::vector<Arrival>& arrivals,
                                  std::uint32_t max_frame = kMaxFrame) {
        std::vector<rte_mbuf*> frames;
        for (const Arrival& arrival : arrivals) {
            frames.push_back(make_frame(pools_.frames.get(), arrival.bytes, arrival.cuts));
            if (arrival.tci != 0) port::set_tag_beside(frames.back(), {arrival.tci});
        }
        frames.resize(port::coalesce(frames, max_frame));
        return frames;
    }

    /// What a receiver that takes nothing gets.  Each large frame must be as a checked sender's.
    std::vector<Bytes> cut_all(const std::vector<rte_mbuf*>& frames) {
        std::vector<Bytes> out;
        for (rte_mbuf* const frame : frames) {
            std::vector<rte_mbuf*> parts{frame};
            if (port::is_large(frame)) {
                const std::uint64_t claimed = frame->tx_offload, flags = frame->ol_flags;
                EXPECT_EQ(port::check_offload(frame), Drop::None);
                EXPECT_EQ(frame->tx_offload, claimed);
                EXPECT_EQ(frame->ol_flags, flags);
                EXPECT_LE(port::length_of(frame), kMaxFrame);
                parts.resize(wire::kMostSegments);
                parts.resize(
                    port::cut(frame, pools_.heads.get(), port::SegmentChecksum::Complete, parts));
            }
            for (rte_mbuf* const part : parts) {
                EXPECT_FALSE(port::has_offload(part));
                out.push_back(bytes_of(part));
                rte_pktmbuf_free(part);
            }
        }
        return out;
    }

    /// Merges, and expects so many frames, and after cutting what came.
    void expect_merged(const std::string& what,
                       const std::vector<Arrival>& arrivals,
                       std::size_t count,
                       std::uint32_t max_frame = kMaxFrame) {
        SCOPED_TRACE(what);
        const std::vector<rte_mbuf*> frames = merged(arrivals, max_frame);
        EXPECT_EQ(frames.size(), count);
        std::vector<Bytes> expected;
        for (const Arrival& arrival : arrivals) {
            expected.push_back(arrival.bytes);
        }
        EXPECT_EQ(cut_all(frames), expected);
    }

    port::Pools pools_;
};

std::vector<Arrival> arrivals_of(const Packet& whole, std::size_t piece, const Cuts& cuts = {}) {
    std::vector<Arrival> arrivals;
    for (const Packet& segment : cut(whole, piece)) {
        arrivals.push_back({.bytes = segment.bytes(), .cuts = cuts});
    }
    return arrivals;
}

TEST_F(Coalescer, SegmentsOfAStreamBecomeOneFrameAndAreTheSameAgain) {
    for (const int version : {4, 6}) {
        for (const Cuts& cuts : {Cuts{}, Cuts{100}, Cuts{100, 300, 301, 900}}) {
            Packet whole{.version = version, .payload = payload_of(64 * 1000 - 1)};
            whole.flags |= 0x08;
            whole.tcp_options = {1, 1, 8, 10, 0, 0, 0, 5, 0, 0, 0, 4};
            expect_merged("64", arrivals_of(whole, 1000, cuts), 1);
            whole.payload = payload_of(2);
            expect_merged("two of a byte", arrivals_of(whole, 1), 2);
            whole.payload = payload_of(2000);
            whole.tags = {0x88, 0xa8, 0, 9};
            expect_merged("a service tag", arrivals_of(whole, 1000), 1);
        }
    }
}

TEST_F(Coalescer, HeadersInSeveralBuffersStayAsTheyAre) {
    expect_merged("cut in TCP", arrivals_of({.payload = payload_of(2000)}, 1000, {50}), 2);
}

TEST_F(Coalescer, FrameHasABound) {
    const Packet whole{.payload = payload_of(64 * 1000)};
    // 54 bytes of headers and room for a tag: 4 segments and no byte more.
    expect_merged("fits", arrivals_of(whole, 1000), 16, 4058);
    expect_merged("a byte less", arrivals_of(whole, 1000), 22, 4057);
}

TEST_F(Coalescer, G30WrongChecksumIsNeitherMergedNorRepaired) {
    for (const std::size_t at : {std::size_t{60}, std::size_t{22}}) {  // payload, TTL
        for (const std::size_t which : {0, 1, 2}) {
            auto arrivals = arrivals_of({.payload = payload_of(3000)}, 1000);
            arrivals[which].bytes[at] ^= 1;
            expect_merged(std::to_string(which), arrivals, which == 1 ? 3 : 2);
        }
    }
}

TEST_F(Coalescer, NothingOvertakesWithinItsFlow) {
    const auto data = arrivals_of({.payload = payload_of(2000)}, 1000);
    Packet ack{.source_port = 40000};
    Packet fragment{.fragment = 0x2000, .payload = payload_of(100)};
    expect_merged("an ack", {data[0], {.bytes = ack.bytes()}, data[1]}, 3);
    expect_merged("a fragment", {data[0], {.bytes = fragment.bytes()}, data[1]}, 3);
}

TEST_F(Coalescer, OtherFlowsInBetweenDoNotMatter) {
    const auto data = arrivals_of({.payload = payload_of(2000)}, 1000);
    const auto other = arrivals_of({.source_port = 1, .payload = payload_of(2000)}, 1000);
    const Bytes datagram = Packet{.tcp = false, .payload = payload_of(100)}.bytes();
    const auto frames = merged({data[0], other[0], {.bytes = datagram}, data[1], other[1]});
    EXPECT_EQ(frames.size(), 3U);
    EXPECT_EQ(cut_all(frames),
              (std::vector<Bytes>{
                  data[0].bytes, data[1].bytes, other[0].bytes, other[1].bytes, datagram}));
}

TEST_F(Coalescer, FrameThatClaimsSomethingAlreadyStaysAsItIs) {
    Packet partial{.payload = payload_of(1000)};
    partial.checksum = Packet::Checksum::Partial;
    Packet next = partial;
    next.id += 1;
    next.sequence += 1000;
    std::vector<rte_mbuf*> frames;
    for (const Packet& packet : {partial, next}) {
        frames.push_back(claim(make_frame(pools_.frames.get(), packet.bytes()), packet));
    }
    EXPECT_EQ(port::coalesce(frames, kMaxFrame), 2);
    for (rte_mbuf* const frame : frames) {
        EXPECT_FALSE(port::is_large(frame));
        rte_pktmbuf_free(frame);
    }
}

/// Of the whole range from the first run on.
template <typename T>
T pick(T from, T to) {
    return *rc::gen::resize(rc::kNominalSize, rc::gen::inRange(from, to));
}

/// One sender that mostly sends what can be merged.
class Sender {
  public:
    Sender(int flow, int version, std::size_t piece) : flow_(flow), piece_(piece) {
        next_.version = version;
        next_.source_port = static_cast<std::uint16_t>(1000 + flow);
        next_.id = static_cast<std::uint16_t>(65500 + flow);
    }

    Arrival send(int whim, std::uint32_t seed) {
        Packet packet = next_;
        std::size_t length = piece_;
        if (whim == 1) length = 1 + seed % piece_;
        if (whim == 2) length = 0;
        if (whim == 3) length = piece_ + 1;
        if (whim == 4) packet.flags |= 0x08;
        if (whim == 5) packet.flags ^= static_cast<std::uint16_t>(1U << seed % 12);
        if (whim == 6) packet.sequence += 1;
        if (whim == 7) packet.id += 3;
        if (whim == 8) packet.checksum = Packet::Checksum::Wrong;
        if (whim == 9) packet.tags = {0x88, 0xa8, 0, 9};
        if (whim == 10) packet.tcp_options = {1, 1, 1, 1};
        if (whim == 11) packet.fragment = packet.version == 4 ? 0x2000 : 0x4000;
        packet.payload = payload_of(length, seed);
        Arrival arrival{.flow = flow_, .bytes = packet.bytes()};
        if (whim == 11 && packet.version == 4) arrival.flow = -1;
        if (whim == 12) arrival.bytes.push_back(0);
        if (whim == 13) arrival.cuts = {70, 71, 200};
        if (whim == 14) arrival.cuts = {20};
        if (whim == 14) arrival.flow = -1;
        if (whim == 15) arrival.tci = 0x2009;
        next_.sequence += static_cast<std::uint32_t>(length);
        ++next_.id;
        return arrival;
    }

  private:
    int flow_;
    std::size_t piece_;
    Packet next_;
};

/// Of each flow what it may be compared by: its own frames and those of any, in order.
std::map<int, std::vector<Bytes>> by_flow(const std::vector<std::pair<int, Bytes>>& frames,
                                          int flows) {
    std::map<int, std::vector<Bytes>> sorted;
    for (const auto& [of, bytes] : frames) {
        for (int flow = 0; flow < flows; ++flow) {
            if (of == flow || of == -1) sorted[flow].push_back(bytes);
        }
    }
    return sorted;
}

TEST_F(Coalescer, WhateverComesIsTheSameOfEachFlowOnceItIsCut) {
    std::size_t frames_in = 0, frames_merged = 0;
    const bool holds = rc::check([&] {
        const int flows = pick(1, 5);
        std::vector<Sender> senders;
        for (int flow = 0; flow < flows; ++flow) {
            senders.emplace_back(
                flow, *rc::gen::element(4, 6), *rc::gen::element<std::size_t>(63, 64, 536, 1448));
        }
        std::vector<Arrival> arrivals;
        const int count = pick(0, port::kBurst + 1);
        for (int i = 0; i < count; ++i) {
            const auto from = static_cast<std::size_t>(pick(0, flows));
            const int whim = std::max(0, pick(-40, 16));
            arrivals.push_back(senders[from].send(whim, pick(1U, 100000U)));
        }

        std::map<Bytes, int> flow_of;
        std::vector<std::pair<int, Bytes>> in, out;
        for (const Arrival& arrival : arrivals) {
            flow_of[arrival.bytes] = arrival.flow;
            in.emplace_back(arrival.flow, arrival.bytes);
        }
        const std::vector<rte_mbuf*> frames = merged(arrivals);
        frames_in += arrivals.size();
        frames_merged += arrivals.size() - frames.size();
        for (const Bytes& bytes : cut_all(frames)) {
            RC_ASSERT(flow_of.contains(bytes));
            out.emplace_back(flow_of[bytes], bytes);
        }
        RC_ASSERT(out.size() == in.size());
        RC_ASSERT(by_flow(out, flows) == by_flow(in, flows));
        RC_ASSERT(pools_.in_use() == 0U);
    });
    EXPECT_TRUE(holds);
    EXPECT_GT(frames_merged, frames_in / 5) << "the mix must be one that merges";
}

}  // namespace
}  // namespace sealane::test
