// What a datagram port makes of what its peer sends.
#include <cerrno>
#include <fcntl.h>

#include "dataplane/base/descriptor.h"
#include "tests/component/port/dgram_test.h"

namespace sealane::test {
namespace {

class DgramIn : public DgramTest {};

TEST_F(DgramIn, FramesOfAllLengthsComeOnceAndInOrder) {
    open();
    DgramPeer peer = found_peer();
    std::vector<Bytes> frames;
    std::vector<Bytes> came;
    std::size_t bytes = 0;
    for (const std::size_t length : {14U, 15U, 60U, 1514U, 2048U, 2049U, 9014U, 65407U, 65408U}) {
        frames.push_back(frame_of(length, static_cast<std::uint8_t>(frames.size())));
        bytes += length;
        ASSERT_EQ(peer.send(frames.back()), 0);
        for (Bytes& frame : turn()) {
            came.push_back(std::move(frame));
        }
    }
    EXPECT_EQ(came, frames);
    EXPECT_EQ(totals().rx_frames, frames.size());
    EXPECT_EQ(totals().rx_bytes, bytes);
}

TEST_F(DgramIn, ManyComeInOneBurstInOrder) {
    open();
    DgramPeer peer = found_peer();
    std::vector<Bytes> frames;
    for (std::uint8_t i = 0; i < 100; ++i) {
        frames.push_back(frame_of(60, i));
        ASSERT_EQ(peer.send(frames.back()), 0) << "a connected peer is not bound to 10 datagrams";
    }
    port().awake();
    std::vector<Bytes> came = receive_from(port(), 50);
    EXPECT_EQ(came.size(), 50U);
    for (Bytes& frame : receive_from(port(), 64)) {
        came.push_back(std::move(frame));
    }
    EXPECT_EQ(came, frames);
}

TEST_F(DgramIn, DatagramsBelowAHeaderAreRunts) {
    open();
    DgramPeer peer = found_peer();
    for (const std::size_t length : {0U, 1U, 13U, 14U}) {
        ASSERT_EQ(peer.send(frame_of(length)), 0);
    }
    EXPECT_EQ(turn(), std::vector<Bytes>{frame_of(14)});
    EXPECT_EQ(dropped(Direction::In, Drop::Runt), 3U);
    EXPECT_EQ(totals().rx_frames, 4U);
    EXPECT_EQ(totals().rx_bytes, 28U);
}

TEST_F(DgramIn, DatagramsLongerThan65408AreOversizeWithTheLengthThatTheyHad) {
    open();
    DgramPeer peer = found_peer();
    for (const std::size_t length : {65409U, 100000U, 60U}) {
        ASSERT_EQ(peer.send(frame_of(length)), 0);
    }
    EXPECT_EQ(turn(), std::vector<Bytes>{frame_of(60)});
    EXPECT_EQ(dropped(Direction::In, Drop::Oversize), 2U);
    EXPECT_EQ(totals().rx_bytes, 65409U + 100000U + 60U);
    EXPECT_TRUE(port().state().up);
}

TEST_F(DgramIn, NobodyButThePeerIsListenedTo) {
    open();
    DgramPeer peer = found_peer();
    DgramPeer stranger(folder() + "/stranger.sock", here());
    EXPECT_EQ(stranger.send(frame_of(60, 2)), EPERM);
    EXPECT_EQ(peer.send(frame_of(60, 1)), 0);
    EXPECT_EQ(turn(), std::vector<Bytes>{frame_of(60, 1)});
}

TEST_F(DgramIn, WhatComesWhileThePeerIsAbsentIsPortDown) {
    open();
    DgramPeer stranger(folder() + "/stranger.sock", here());
    for (int i = 0; i < 3; ++i) {
        EXPECT_EQ(stranger.send(frame_of(60)), 0);
    }
    EXPECT_TRUE(turn().empty());
    EXPECT_EQ(dropped(Direction::In, Drop::PortDown), 3U);
    EXPECT_FALSE(wants_attention(port()));
}

TEST_F(DgramIn, FirstFrameOfANewPeerIsDelivered) {
    open();
    turn();
    DgramPeer peer(there(), here());
    ASSERT_EQ(peer.send(frame_of(60)), 0);
    EXPECT_TRUE(wants_attention(port()));
    EXPECT_EQ(turn(1), std::vector<Bytes>{frame_of(60)}) << "at once, not after 50 ms";
}

TEST_F(DgramIn, FramesSentBeforeAGoodbyeAreDelivered) {
    open();
    DgramPeer peer = found_peer();
    for (int i = 0; i < 100; ++i) {
        ASSERT_EQ(peer.send(frame_of(60)), 0);
    }
    peer.close();
    std::size_t received = 0;
    for (int i = 0; i < 20; ++i) {
        pass(std::chrono::milliseconds(50));
        service(port());
        port().awake();
        received += receive_from(port(), 16).size();
    }
    EXPECT_EQ(received, 100U);
    EXPECT_FALSE(port().state().up);
}

TEST_F(DgramIn, EmptyPoolRefusesFramesAndLongOnesGetAllTheirBuffersOrNone) {
    make_pools(20);
    open();
    DgramPeer peer = found_peer();
    ASSERT_EQ(peer.send(frame_of(65408)), 0);
    ASSERT_EQ(peer.send(frame_of(9014)), 0);
    EXPECT_EQ(turn(), std::vector<Bytes>{frame_of(9014)}) << "the other one needs 32 buffers";
    EXPECT_EQ(dropped(Direction::In, Drop::NoBuffer), 1U);
    EXPECT_EQ(pools().in_use(), 0U);
}

TEST_F(DgramIn, DescriptorsThatComeBesideAFrameAreNotKept) {
    open();
    DgramPeer peer = found_peer();
    const Descriptor gift(::open("/dev/null", O_RDONLY | O_CLOEXEC));
    const std::size_t before = open_descriptors();
    for (int i = 0; i < 50; ++i) {
        ASSERT_EQ(peer.send_with(frame_of(60), gift.get()), 0);
    }
    EXPECT_EQ(turn().size(), 50U);
    EXPECT_EQ(open_descriptors(), before);
}

TEST_F(DgramIn, IdlePortIsReadAtLeastEvery32ndPollAndAtOnceWhenAwake) {
    open();
    DgramPeer peer = found_peer();
    for (int i = 0; i < 200; ++i) {
        ASSERT_TRUE(receive_from(port()).empty());
    }
    ASSERT_EQ(peer.send(frame_of(60)), 0);
    std::size_t received = 0;
    for (int i = 0; i < 32; ++i) {
        received += receive_from(port()).size();
    }
    EXPECT_EQ(received, 1U);

    for (int i = 0; i < 200; ++i) {
        ASSERT_TRUE(receive_from(port()).empty());
    }
    ASSERT_EQ(peer.send(frame_of(60)), 0);
    EXPECT_TRUE(wants_attention(port()));
    port().awake();
    EXPECT_EQ(receive_from(port()).size(), 1U);
    EXPECT_FALSE(wants_attention(port()));
}

}  // namespace
}  // namespace sealane::test
