// What a stream port makes of the bytes that its peer sends.
#include <algorithm>

#include "tests/component/port/stream_test.h"

namespace sealane::test {
namespace {

class StreamIn : public StreamTest {
  protected:
    /// The peer writes `bytes` however long it takes; what came out meanwhile and right after.
    std::vector<Bytes> feed(StreamPeer& peer, const Bytes& bytes) {
        std::vector<Bytes> all;
        for (std::size_t written = 0; written < bytes.size();) {
            const Bytes rest(bytes.begin() + static_cast<std::ptrdiff_t>(written), bytes.end());
            written += peer.write(rest);
            for (Bytes& frame : turn()) {
                all.push_back(std::move(frame));
            }
            if (!port().state().up) break;
        }
        return all;
    }
};

TEST_F(StreamIn, FramesOfAllLengthsComeOnceAndInOrder) {
    open(listening());
    StreamPeer peer = connected_peer();
    std::vector<Bytes> frames;
    Bytes stream;
    for (const std::size_t length :
         {14U, 15U, 60U, 1514U, 2048U, 2049U, 9014U, 65407U, 65408U, 14U}) {
        frames.push_back(frame_of(length, static_cast<std::uint8_t>(frames.size())));
        const Bytes unit = on_stream(frames.back());
        stream.insert(stream.end(), unit.begin(), unit.end());
    }
    EXPECT_EQ(feed(peer, stream), frames);
    EXPECT_EQ(totals().rx_frames, frames.size());
    EXPECT_EQ(totals().rx_bytes, stream.size() - 4 * frames.size());
}

TEST_F(StreamIn, FrameCutAtAnyByteComesWhole) {
    open(listening());
    StreamPeer peer = connected_peer();
    const Bytes frame = frame_of(70);
    const Bytes unit = on_stream(frame);
    for (std::size_t cut = 1; cut < unit.size(); ++cut) {
        const auto middle = unit.begin() + static_cast<std::ptrdiff_t>(cut);
        ASSERT_TRUE(feed(peer, Bytes(unit.begin(), middle)).empty()) << cut;
        ASSERT_EQ(feed(peer, Bytes(middle, unit.end())), std::vector<Bytes>{frame}) << cut;
    }
}

TEST_F(StreamIn, BurstTakesNoMoreThanItsRoom) {
    open(listening());
    StreamPeer peer = connected_peer();
    const Bytes unit = on_stream(frame_of(60));
    for (int i = 0; i < 10; ++i) {
        peer.write(unit);
    }
    EXPECT_EQ(receive_from(port(), 3).size(), 3U);
    EXPECT_FALSE(port().prepare_to_sleep()) << "seven frames wait";
    EXPECT_EQ(receive_from(port(), 64).size(), 7U);
    EXPECT_TRUE(port().prepare_to_sleep());
}

TEST_F(StreamIn, LengthsBelowAHeaderAreRefusedAndTheStreamGoesOn) {
    open(listening());
    StreamPeer peer = connected_peer();
    Bytes stream;
    for (const std::size_t length : {0U, 1U, 13U, 14U}) {
        const Bytes unit = on_stream(frame_of(length));
        stream.insert(stream.end(), unit.begin(), unit.end());
    }
    EXPECT_EQ(feed(peer, stream), std::vector<Bytes>{frame_of(14)});
    EXPECT_EQ(dropped(Direction::In, Drop::Runt), 3U);
    EXPECT_EQ(totals().rx_frames, 4U);
}

TEST_F(StreamIn, FramesLongerThan65408AreSkippedExactly) {
    open(listening());
    StreamPeer peer = connected_peer();
    for (const std::size_t length : {65409U, 69632U}) {
        EXPECT_TRUE(feed(peer, on_stream(frame_of(length))).empty());
        EXPECT_EQ(feed(peer, on_stream(frame_of(60))), std::vector<Bytes>{frame_of(60)});
    }
    EXPECT_EQ(dropped(Direction::In, Drop::Oversize), 2U);
    EXPECT_TRUE(port().state().up);
}

TEST_F(StreamIn, LengthThatNoFrameHasCostsThatConnectionOnly) {
    open(listening());
    std::uint64_t lost = 0;
    for (const std::uint32_t length : {69633U, 0x7fffffffU, 0xffffffffU}) {
        StreamPeer peer = connected_peer();
        peer.write(on_stream(frame_of(60)));
        peer.write(with_length(length, frame_of(100)));
        EXPECT_EQ(turn().size(), 1U) << "what came before is good";
        EXPECT_TRUE(peer.was_closed());
        EXPECT_FALSE(port().state().up);
        EXPECT_EQ(dropped(Direction::In, Drop::BadLength), ++lost);
    }
    StreamPeer peer = connected_peer();
    EXPECT_EQ(feed(peer, on_stream(frame_of(60))).size(), 1U);
}

TEST_F(StreamIn, GarbageCostsItsConnectionOnly) {
    open(listening());
    StreamPeer peer = connected_peer();
    Bytes garbage = frame_of(200000, 77);
    feed(peer, garbage);
    turn();
    EXPECT_FALSE(port().state().up);
    StreamPeer next = connected_peer();
    EXPECT_EQ(feed(next, on_stream(frame_of(60))).size(), 1U);
}

TEST_F(StreamIn, EmptyPoolRefusesFramesAndTheStreamStaysInStep) {
    make_pools(64);
    open(listening());
    StreamPeer peer = connected_peer();
    std::vector<rte_mbuf*> held;
    while (rte_mbuf* const taken = rte_pktmbuf_alloc(pools().frames.get())) {
        held.push_back(taken);
    }
    const Bytes unit = on_stream(frame_of(1000));
    peer.write(unit);
    peer.write(unit);
    EXPECT_TRUE(turn().empty());
    EXPECT_EQ(dropped(Direction::In, Drop::NoBuffer), 2U);

    for (rte_mbuf* const taken : held) {
        rte_pktmbuf_free(taken);
    }
    EXPECT_EQ(feed(peer, unit), std::vector<Bytes>{frame_of(1000)});
}

TEST_F(StreamIn, LongFrameGetsAllItsBuffersOrNone) {
    make_pools(20);
    open(listening());
    StreamPeer peer = connected_peer();
    EXPECT_TRUE(feed(peer, on_stream(frame_of(65408))).empty()) << "it needs 32 buffers";
    EXPECT_EQ(dropped(Direction::In, Drop::NoBuffer), 1U);
    EXPECT_EQ(pools().in_use(), 0U);
    EXPECT_EQ(feed(peer, on_stream(frame_of(9014))).size(), 1U);
}

TEST_F(StreamIn, FramesSentBeforeAGoodbyeAreDelivered) {
    open(listening());
    StreamPeer peer = connected_peer();
    for (int i = 0; i < 100; ++i) {
        ASSERT_EQ(peer.write(on_stream(frame_of(60))), 64U);
    }
    peer.close();
    std::size_t received = 0;
    for (int i = 0; i < 20; ++i) {
        service(port());
        received += receive_from(port(), 16).size();
    }
    EXPECT_EQ(received, 100U);
    EXPECT_FALSE(port().state().up);
}

TEST_F(StreamIn, HalfFrameOfAPeerThatWentIsForgotten) {
    open(listening());
    StreamPeer peer = connected_peer();
    const Bytes unit = on_stream(frame_of(500));
    peer.write(Bytes(unit.begin(), unit.begin() + 100));
    EXPECT_TRUE(turn().empty());
    peer.close();
    EXPECT_TRUE(turn().empty());
    StreamPeer next = connected_peer();
    EXPECT_EQ(feed(next, unit), std::vector<Bytes>{frame_of(500)});
}

TEST_F(StreamIn, IdlePortIsReadAtLeastEvery32ndPollAndAtOnceWhenAwake) {
    open(listening());
    StreamPeer peer = connected_peer();
    for (int i = 0; i < 200; ++i) {
        ASSERT_TRUE(receive_from(port()).empty());
    }
    peer.write(on_stream(frame_of(60)));
    std::size_t received = 0;
    for (int i = 0; i < 32; ++i) {
        received += receive_from(port()).size();
    }
    EXPECT_EQ(received, 1U);

    for (int i = 0; i < 200; ++i) {
        ASSERT_TRUE(receive_from(port()).empty());
    }
    peer.write(on_stream(frame_of(60)));
    port().awake();
    EXPECT_EQ(receive_from(port()).size(), 1U);
}

TEST_F(StreamIn, WakeDescriptorTellsOfPeersBytesAndGoodbyes) {
    open(listening());
    EXPECT_FALSE(wants_attention());
    StreamPeer peer = StreamPeer::connect(path());
    EXPECT_TRUE(wants_attention()) << "a peer waits";
    turn();
    EXPECT_FALSE(wants_attention());
    peer.write(on_stream(frame_of(60)));
    EXPECT_TRUE(wants_attention()) << "bytes wait";
    EXPECT_EQ(turn().size(), 1U);
    EXPECT_FALSE(wants_attention());
    peer.close();
    EXPECT_TRUE(wants_attention()) << "the peer went";
    turn();
    EXPECT_FALSE(wants_attention());
}

}  // namespace
}  // namespace sealane::test
