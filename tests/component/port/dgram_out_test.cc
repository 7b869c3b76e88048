// What a datagram port does with the frames that it is given to send.
#include <array>
#include <sys/socket.h>

#include "dataplane/port/dgram_outbox.h"
#include "tests/component/port/dgram_test.h"
#include "tests/support/mbufs.h"

namespace sealane::test {
namespace {

constexpr std::size_t kPiecesOfADatagram = 30;

class DgramOut : public DgramTest {
  protected:
    static std::vector<Bytes> some(std::size_t count, std::size_t length) {
        std::vector<Bytes> frames;
        for (std::size_t i = 0; i < count; ++i) {
            frames.push_back(frame_of(length, static_cast<std::uint8_t>(i)));
        }
        return frames;
    }
    void send_in_pieces(const Bytes& bytes, std::size_t pieces) {
        rte_mbuf* frame = make_frame(pools().frames.get(), bytes, even_cuts(bytes.size(), pieces));
        ASSERT_NE(frame, nullptr);
        tally().offered(1);
        port().send(&frame, 1, tally());
    }
};

TEST_F(DgramOut, FramesOfAllLengthsArriveWholeAndInOrder) {
    open();
    DgramPeer peer = found_peer();
    std::vector<Bytes> frames;
    for (const std::size_t length : {14U, 60U, 1514U, 2049U, 9014U, 65408U, 60U}) {
        frames.push_back(frame_of(length, static_cast<std::uint8_t>(length)));
    }
    send(frames);
    EXPECT_EQ(drain(peer), frames);
    EXPECT_EQ(totals().tx_frames, frames.size());
    expect_laws(port());
}

TEST_F(DgramOut, FrameInMorePiecesThanOneSystemCallTakesArrivesWhole) {
    open();
    DgramPeer peer = found_peer();
    const Bytes bytes = frame_of(65408);
    send({frame_of(60, 1)});
    send_in_pieces(bytes, 2000);
    send({frame_of(60, 2)});
    EXPECT_EQ(drain(peer), (std::vector<Bytes>{frame_of(60, 1), bytes, frame_of(60, 2)}));
}

TEST_F(DgramOut, WithoutAPeerFramesArePortDown) {
    open();
    turn();
    send(some(5, 60));
    EXPECT_EQ(dropped(Direction::Out, Drop::PortDown), 5U);
    EXPECT_EQ(pending(), 0U);
}

TEST_F(DgramOut, FrameLongerThanThePortTakesIsOversize) {
    open();
    DgramPeer peer = found_peer();
    send({frame_of(65409), frame_of(60)});
    EXPECT_EQ(dropped(Direction::Out, Drop::Oversize), 1U);
    EXPECT_EQ(drain(peer), std::vector<Bytes>{frame_of(60)});
}

TEST_F(DgramOut, FrameLongerThanTheSystemLetsADatagramBeIsOversizeAndTheNextOneGoes) {
    std::array<int, 2> pair{};
    ASSERT_EQ(socketpair(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0, pair.data()), 0);
    const Descriptor from(pair[0]);
    const Descriptor to(pair[1]);
    const int least = 0;
    ASSERT_EQ(setsockopt(from.get(), SOL_SOCKET, SO_SNDBUF, &least, sizeof least), 0);

    port::DgramOutbox outbox(8, 65408);
    for (const std::size_t length : {60000U, 60U}) {
        tally().offered(1);
        outbox.push(make_frame(pools().frames.get(), frame_of(length)));
    }
    EXPECT_EQ(outbox.flush(from.get(), tally()), port::Flushed::Empty);
    EXPECT_EQ(dropped(Direction::Out, Drop::Oversize), 1U);
    EXPECT_EQ(totals().tx_frames, 1U);
    EXPECT_EQ(totals().tx_bytes, 60U);
}

TEST_F(DgramOut, PeerThatStopsReadingCostsNoMoreThanItsQueue) {
    port::QemuDgramSettings short_queue = settings();
    short_queue.queue_frames = 100;
    open(short_queue);
    DgramPeer peer = found_peer();
    const std::vector<Bytes> frames = some(2000, 1514);
    send(frames);

    EXPECT_EQ(pending(), 100U);
    const std::uint64_t refused = dropped(Direction::Out, Drop::PeerBackpressure);
    const std::uint64_t taken = totals().tx_frames;
    EXPECT_GT(taken, 0U);
    EXPECT_EQ(taken + refused + 100, 2000U);
    EXPECT_EQ(pools().in_use(), 100U);

    // It reads again: what was accepted comes whole and in order, and nothing else.
    const std::vector<Bytes> expected(frames.begin(),
                                      frames.begin() + static_cast<std::ptrdiff_t>(taken + 100));
    EXPECT_EQ(drain(peer), expected);
    EXPECT_EQ(totals().tx_frames, taken + 100);
    expect_laws(port());
}

TEST_F(DgramOut, QueueIsBoundedInBuffersTooHoweverManyAFrameIsIn) {
    port::QemuDgramSettings short_queue = settings();
    short_queue.queue_frames = 64;
    open(short_queue);
    DgramPeer peer = found_peer();
    for (int sent = 0; dropped(Direction::Out, Drop::PeerBackpressure) < 8 && sent < 1000; ++sent) {
        send_in_pieces(frame_of(1514), kPiecesOfADatagram);
    }
    const std::size_t most = port::QemuDgramPort::most_buffers(short_queue);
    EXPECT_LE(pools().in_use(), most);
    EXPECT_GT(pools().in_use(), most - kPiecesOfADatagram);
    const std::size_t arrived = drain(peer).size();
    EXPECT_EQ(arrived, totals().tx_frames);
    expect_laws(port());
}

TEST_F(DgramOut, WhatWaitsWhenThePeerGoesIsPortDownAndTheNextPeerGetsNoneOfIt) {
    open();
    DgramPeer peer = found_peer();
    send(some(400, 1514));
    const std::uint64_t waiting = pending();
    ASSERT_GT(waiting, 0U);
    peer.close();
    EXPECT_TRUE(wants_attention(port())) << "that it went is noticed at once while frames wait";
    turn(1);
    EXPECT_FALSE(port().state().up);
    EXPECT_EQ(dropped(Direction::Out, Drop::PortDown), waiting);
    EXPECT_EQ(pools().in_use(), 0U);
    EXPECT_EQ(totals().tx_frames + waiting, 400U);

    DgramPeer next = found_peer();
    send({frame_of(60)});
    EXPECT_EQ(drain(next), std::vector<Bytes>{frame_of(60)});
}

TEST_F(DgramOut, PeerThatWentUnseenIsNoticedByTheFirstFrameAndEachIsCountedOnce) {
    open();
    DgramPeer peer = found_peer();
    peer.close();
    send(some(10, 60));
    EXPECT_FALSE(port().state().up);
    EXPECT_EQ(dropped(Direction::Out, Drop::PortDown), 10U);
    EXPECT_EQ(pending(), 0U);
    expect_laws(port());
}

TEST_F(DgramOut, PeerThatTakesNoInputCostsItsOwnFramesOnly) {
    open();
    DgramPeer peer = found_peer();
    peer.shut_down_input();
    for (int i = 0; i < 10; ++i) {
        send(some(10, 60));
        EXPECT_EQ(peer.send(frame_of(60)), 0);
        turn();
    }
    EXPECT_EQ(dropped(Direction::Out, Drop::PortDown), 100U);
    EXPECT_EQ(totals().tx_frames, 0U);
    EXPECT_EQ(pools().in_use(), 0U);
    expect_laws(port());
}

TEST_F(DgramOut, DestroyedPortGivesItsBuffersBack) {
    open();
    DgramPeer peer = found_peer();
    send(some(400, 1514));
    ASSERT_GT(pools().in_use(), 0U);
    close();
    EXPECT_EQ(pools().in_use(), 0U);
}

TEST_F(DgramOut, WakeDescriptorTellsOfRoomOnlyWhileFramesWait) {
    open();
    DgramPeer peer = found_peer();
    send({frame_of(60)});
    EXPECT_FALSE(wants_attention(port())) << "nothing waits";
    send(some(400, 1514));
    ASSERT_GT(pending(), 0U);
    EXPECT_FALSE(wants_attention(port())) << "there is no room";
    peer.frames();
    EXPECT_TRUE(wants_attention(port()));
    drain(peer);
    EXPECT_FALSE(wants_attention(port()));
}

}  // namespace
}  // namespace sealane::test
