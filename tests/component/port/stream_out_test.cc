// What a stream port does with the frames that it is given to send.
#include "tests/component/port/stream_test.h"
#include "tests/support/mbufs.h"

namespace sealane::test {
namespace {

constexpr std::size_t kPieces = 30;

class StreamOut : public StreamTest {
  protected:
    static std::vector<Bytes> numbered(std::size_t count, std::size_t length) {
        std::vector<Bytes> frames;
        for (std::size_t i = 0; i < count; ++i) {
            frames.push_back(frame_of(length, static_cast<std::uint8_t>(i)));
        }
        return frames;
    }

    /// The peer reads until nothing more comes.
    std::vector<Bytes> drain(StreamPeer& peer) {
        std::vector<Bytes> all;
        for (bool more = true; more;) {
            std::vector<Bytes> some = peer.frames();
            more = !some.empty() || pending() > 0;
            for (Bytes& frame : some) {
                all.push_back(std::move(frame));
            }
            service(port());
        }
        return all;
    }
};

TEST_F(StreamOut, FramesOfAllLengthsArriveWholeAndInOrder) {
    open(listening());
    StreamPeer peer = connected_peer();
    std::vector<Bytes> frames;
    for (const std::size_t length : {14U, 60U, 1514U, 2049U, 9014U, 65408U, 60U}) {
        frames.push_back(frame_of(length, static_cast<std::uint8_t>(length)));
    }
    send(frames);
    EXPECT_EQ(drain(peer), frames);
    EXPECT_EQ(totals().tx_frames, frames.size());
    expect_laws(port());
}

TEST_F(StreamOut, FrameInMorePiecesThanOneSystemCallTakesArrivesWhole) {
    open(listening());
    StreamPeer peer = connected_peer();
    const Bytes bytes = frame_of(65408);
    rte_mbuf* frame = make_frame(pools().frames.get(), bytes, even_cuts(bytes.size(), 2000));
    ASSERT_NE(frame, nullptr);
    tally().offered(1);
    port().send(&frame, 1, tally());
    EXPECT_EQ(drain(peer), std::vector<Bytes>{bytes});
}

TEST_F(StreamOut, WithoutAPeerFramesArePortDown) {
    open(listening());
    send(numbered(5, 60));
    EXPECT_EQ(dropped(Direction::Out, Drop::PortDown), 5U);
    EXPECT_EQ(pending(), 0U);
}

TEST_F(StreamOut, FrameLongerThanThePortTakesIsOversize) {
    open(listening());
    StreamPeer peer = connected_peer();
    send({frame_of(65409), frame_of(60)});
    EXPECT_EQ(dropped(Direction::Out, Drop::Oversize), 1U);
    EXPECT_EQ(drain(peer), std::vector<Bytes>{frame_of(60)});
}

TEST_F(StreamOut, PeerThatStopsReadingCostsNoMoreThanItsQueue) {
    port::QemuStreamSettings settings = listening();
    settings.queue_frames = 100;
    open(settings);
    StreamPeer peer = connected_peer();
    const std::vector<Bytes> frames = numbered(2000, 1514);
    send(frames);

    EXPECT_EQ(pending(), 100U);
    const std::uint64_t refused = dropped(Direction::Out, Drop::PeerBackpressure);
    const std::uint64_t taken = totals().tx_frames;
    EXPECT_EQ(taken + refused + 100, 2000U);
    EXPECT_EQ(pools().in_use(), 100U);

    // It reads again: what was accepted comes whole and in order, and nothing else.
    const std::vector<Bytes> expected(frames.begin(),
                                      frames.begin() + static_cast<std::ptrdiff_t>(taken + 100));
    EXPECT_EQ(drain(peer), expected);
    EXPECT_EQ(totals().tx_frames, taken + 100);
    expect_laws(port());
}

TEST_F(StreamOut, QueueIsBoundedInBytesToo) {
    open(listening());
    StreamPeer peer = connected_peer();
    send(numbered(60, 65408));
    EXPECT_LE(pending(), 16U) << "1 MiB";
    EXPECT_GE(pending(), 8U);
    EXPECT_GT(dropped(Direction::Out, Drop::PeerBackpressure), 0U);
    const std::size_t arrived = drain(peer).size();
    EXPECT_EQ(arrived, totals().tx_frames);
    expect_laws(port());
}

TEST_F(StreamOut, QueueIsBoundedInBuffersTooHoweverManyAFrameIsIn) {
    port::QemuStreamSettings settings = listening();
    settings.queue_frames = 64;
    open(settings);
    StreamPeer peer = connected_peer();
    const Bytes bytes = frame_of(1514);
    for (int sent = 0; dropped(Direction::Out, Drop::PeerBackpressure) < 8 && sent < 1000; ++sent) {
        rte_mbuf* frame = make_frame(pools().frames.get(), bytes, even_cuts(bytes.size(), kPieces));
        ASSERT_NE(frame, nullptr) << "the queue took everything";
        tally().offered(1);
        port().send(&frame, 1, tally());
    }
    const std::size_t most = port::QemuStreamPort::most_buffers(settings);
    EXPECT_LE(pools().in_use(), most);
    EXPECT_GT(pools().in_use(), most - kPieces);
    EXPECT_EQ(pending(), most / kPieces);
    const std::size_t arrived = drain(peer).size();
    EXPECT_EQ(arrived, totals().tx_frames);
    expect_laws(port());
}

TEST_F(StreamOut, PeerThatStopsReadingHoldsUpNoOtherPort) {
    open(listening());
    StreamPeer stuck = connected_peer();
    AdapterCounters others;
    port::Tally other_tally(others);
    port::QemuStreamSettings settings = listening();
    settings.path = path() + ".other";
    auto other = port::QemuStreamPort::open(settings, pools());
    ASSERT_TRUE(other.ok()) << other.error().text;
    StreamPeer reader = StreamPeer::connect(settings.path);
    (*other)->service(now(), other_tally);

    for (int i = 0; i < 1000; ++i) {
        send({frame_of(1514)});
        rte_mbuf* frame = make_frame(pools().frames.get(), frame_of(1514));
        ASSERT_NE(frame, nullptr);
        other_tally.offered(1);
        (*other)->send(&frame, 1, other_tally);
        ASSERT_EQ(reader.frames().size(), 1U);
    }
    EXPECT_GT(pending(), 0U);
    EXPECT_EQ(others.tx_frames.read(), 1000U);
}

TEST_F(StreamOut, WritesThatStopAnywhereGoOnAtTheExactByte) {
    open(listening());
    StreamPeer peer = connected_peer();
    const std::vector<Bytes> frames = numbered(400, 1514);
    send(frames);
    ASSERT_GT(pending(), 0U);
    std::size_t odd = 1;
    while (pending() > 0) {
        odd = odd * 7 % 4099;
        peer.read(odd);
        service(port());
    }
    EXPECT_EQ(drain(peer), frames);
}

TEST_F(StreamOut, WhatWaitsWhenThePeerGoesIsPortDown) {
    open(listening());
    StreamPeer peer = connected_peer();
    send(numbered(400, 1514));
    const std::uint64_t waiting = pending();
    ASSERT_GT(waiting, 0U);
    peer.close();
    turn();
    EXPECT_EQ(dropped(Direction::Out, Drop::PortDown), waiting);
    EXPECT_EQ(pending(), 0U);
    EXPECT_EQ(pools().in_use(), 0U);
    EXPECT_EQ(totals().tx_frames + waiting, 400U);

    // The next peer gets none of the half-written frame.
    StreamPeer next = connected_peer();
    send({frame_of(60)});
    EXPECT_EQ(drain(next), std::vector<Bytes>{frame_of(60)});
}

TEST_F(StreamOut, SendingToAPeerThatWentUnseenIsCountedOnce) {
    open(listening());
    StreamPeer peer = connected_peer();
    peer.close();
    send(numbered(10, 60));
    expect_laws(port());
    turn();
    EXPECT_EQ(dropped(Direction::Out, Drop::PortDown), 10U);
}

TEST_F(StreamOut, DestroyedPortGivesItsBuffersBack) {
    open(listening());
    StreamPeer peer = connected_peer();
    send(numbered(400, 1514));
    ASSERT_GT(pools().in_use(), 0U);
    close();
    EXPECT_EQ(pools().in_use(), 0U);
}

TEST_F(StreamOut, WakeDescriptorTellsOfRoomOnlyWhileFramesWait) {
    open(listening());
    StreamPeer peer = connected_peer();
    send({frame_of(60)});
    EXPECT_FALSE(wants_attention()) << "nothing waits";
    send(numbered(400, 1514));
    ASSERT_GT(pending(), 0U);
    EXPECT_FALSE(wants_attention()) << "there is no room";
    peer.frames();
    EXPECT_TRUE(wants_attention());
    drain(peer);
    EXPECT_FALSE(wants_attention());
}

}  // namespace
}  // namespace sealane::test
