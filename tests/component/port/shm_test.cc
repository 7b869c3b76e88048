// The port of shared memory, and clients good and bad.
#include <atomic>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <fcntl.h>
#include <memory>
#include <random>
#include <thread>
#include <unistd.h>

#include "dataplane/port/shm_port.h"
#include "tests/component/port/shm_peer.h"
#include "tests/component/port/socket_test.h"
#include "tests/component/port/stream_peer.h"

namespace sealane::test {
namespace {

class ShmTest : public SocketTest {
  protected:
    void SetUp() override {
        SocketTest::SetUp();
        path_ = folder() + "/port.sock";
        open({.name = "lpar1/ent0", .path = path_});
    }
    void TearDown() override {
        if (port_) expect_laws(*port_);
        port_.reset();
        SocketTest::TearDown();
    }
    void open(const port::ShmSettings& settings) {
        port_.reset();
        Result<std::unique_ptr<port::ShmPort>> opened = port::ShmPort::open(settings, pools());
        ASSERT_TRUE(opened.ok()) << opened.error().text;
        port_ = std::move(opened).value();
    }
    std::unique_ptr<ShmPeer> connected_peer() {
        auto peer = std::make_unique<ShmPeer>(path_);
        service(*port_);
        EXPECT_TRUE(peer->read_welcome());
        EXPECT_TRUE(port_->is_up());
        return peer;
    }
    /// The port has closed `peer` and counted why.
    void expect_closed(ShmPeer& peer, std::uint64_t bad = 1) {
        EXPECT_TRUE(SocketTest::turn(*port_).empty());
        EXPECT_EQ(peer.drain(), 0);
        EXPECT_EQ(dropped(Direction::In, Drop::BadRing), bad);
        EXPECT_FALSE(port_->is_up());
    }
    std::vector<Bytes> turn() { return SocketTest::turn(*port_); }
    void send(const std::vector<Bytes>& frames) { send_to(*port_, frames); }

    std::string path_;
    std::unique_ptr<port::ShmPort> port_;
};

TEST_F(ShmTest, FramesOfAllLengthsComeAndGoInOrder) {
    const auto peer = connected_peer();
    std::vector<Bytes> frames;
    for (const std::size_t length : {14U, 15U, 60U, 1514U, 2048U, 2049U, 9014U, 65407U, 65408U}) {
        frames.push_back(frame_of(length, static_cast<std::uint8_t>(frames.size())));
    }
    for (int turns = 0; turns < 20; ++turns) {
        ASSERT_TRUE(peer->send(frames));
        ASSERT_EQ(turn(), frames) << turns;
        send(frames);
        ASSERT_EQ(peer->receive(), frames) << turns;
        service(*port_);
    }
    EXPECT_EQ(totals().rx_frames, 20 * frames.size());
    EXPECT_EQ(totals().tx_frames, 20 * frames.size());
    EXPECT_EQ(totals().tx_bytes, totals().rx_bytes);
}

TEST_F(ShmTest, AFrameIsSentWhenTheClientHasTakenItAndPendingUntilThen) {
    const auto peer = connected_peer();
    send({frame_of(60), frame_of(61)});
    EXPECT_EQ(totals().tx_frames, 0U);
    EXPECT_EQ(port_->state().pending, 2U);
    EXPECT_EQ(peer->receive(1).size(), 1U);
    service(*port_);
    EXPECT_EQ(totals().tx_frames, 1U);
    EXPECT_EQ(totals().tx_bytes, 60U);
    EXPECT_EQ(port_->state().pending, 1U);
}

TEST_F(ShmTest, WhatHasNoRoomIsDroppedForBackpressure) {
    open({.name = "lpar1/ent0", .path = path_, .queue_frames = 3});
    const auto peer = connected_peer();
    send(std::vector<Bytes>(5, frame_of(60)));
    EXPECT_EQ(dropped(Direction::Out, Drop::PeerBackpressure), 2U);
    EXPECT_EQ(peer->receive().size(), 3U);
    send({frame_of(60)});
    EXPECT_EQ(dropped(Direction::Out, Drop::PeerBackpressure), 2U);
}

TEST_F(ShmTest, ARingFullOfLongFramesTakesNoMore) {
    const auto peer = connected_peer();
    send(std::vector<Bytes>(20, frame_of(65408)));
    EXPECT_EQ(dropped(Direction::Out, Drop::PeerBackpressure), 4U);
    EXPECT_EQ(peer->receive(), std::vector<Bytes>(16, frame_of(65408)));
}

TEST_F(ShmTest, FramesThatAreNoneAreRefusedAndTheNextIsCarried) {
    const auto peer = connected_peer();
    ASSERT_TRUE(peer->send({Bytes(13), Bytes(0), Bytes(65409), frame_of(60)}));
    EXPECT_EQ(turn(), std::vector<Bytes>{frame_of(60)});
    EXPECT_EQ(dropped(Direction::In, Drop::Runt), 2U);
    EXPECT_EQ(dropped(Direction::In, Drop::Oversize), 1U);
    EXPECT_TRUE(port_->is_up());
}

TEST_F(ShmTest, WithoutAClientFramesAreDroppedAsPortDown) {
    send({frame_of(60)});
    EXPECT_EQ(dropped(Direction::Out, Drop::PortDown), 1U);
}

TEST_F(ShmTest, WhatAClientSentBeforeItWentIsDeliveredAndWhatItDidNotTakeIsCounted) {
    auto peer = connected_peer();
    ASSERT_TRUE(peer->send({frame_of(60, 1), frame_of(60, 2)}));
    send({frame_of(60), frame_of(60), frame_of(60)});
    EXPECT_EQ(peer->receive(1).size(), 1U);
    peer.reset();
    EXPECT_EQ(turn(), (std::vector<Bytes>{frame_of(60, 1), frame_of(60, 2)}));
    EXPECT_FALSE(port_->is_up());
    EXPECT_EQ(totals().tx_frames, 1U);
    EXPECT_EQ(dropped(Direction::Out, Drop::PortDown), 2U);
    EXPECT_EQ(port_->state().peer->why_gone, "it closed the connection");
    peer = connected_peer();
    ASSERT_TRUE(peer->send({frame_of(60, 3)}));
    EXPECT_EQ(turn(), std::vector<Bytes>{frame_of(60, 3)});
}

TEST_F(ShmTest, ClientsThatComeAndGoLeaveNothing) {
    const std::size_t before = open_descriptors();
    for (int i = 0; i < 100; ++i) {
        auto peer = connected_peer();
        ASSERT_TRUE(peer->send({frame_of(60)}));
        send({frame_of(60)});
        peer.reset();
        turn();
        ASSERT_FALSE(port_->is_up());
    }
    EXPECT_EQ(open_descriptors(), before);
    EXPECT_EQ(port_->state().peer->ready, 100U);
}

TEST_F(ShmTest, ASecondClientIsToldThatThereIsOne) {
    const auto peer = connected_peer();
    ShmPeer second(path_);
    service(*port_);
    EXPECT_FALSE(second.read_welcome());
    EXPECT_EQ(second.welcome().status, wire::SharedStatus::Busy);
    EXPECT_EQ(second.drain(), -1);
    EXPECT_EQ(errno, ECONNRESET) << "nobody has read its hello";
    EXPECT_EQ(port_->state().peer->refused, 1U);
    ASSERT_TRUE(peer->send({frame_of(60)}));
    EXPECT_EQ(turn().size(), 1U);
}

TEST_F(ShmTest, AClientOfAnotherVersionIsToldSo) {
    ShmPeer peer(path_, {.version = 2});
    service(*port_);
    EXPECT_FALSE(peer.read_welcome());
    EXPECT_EQ(peer.welcome().status, wire::SharedStatus::OtherVersion);
    EXPECT_EQ(peer.welcome().version, wire::kSharedVersion);
    (void)connected_peer();
}

TEST_F(ShmTest, WhoSaysNothingOrNonsenseMakesWayForAClient) {
    StreamPeer babbling = StreamPeer::connect(path_);
    babbling.write(Bytes(100, 7));
    service(*port_);
    EXPECT_EQ(port_->state().peer->why_gone, "what it said first is no client's of shared memory");
    StreamPeer silent = StreamPeer::connect(path_);
    service(*port_);
    pass(std::chrono::milliseconds(1999));
    service(*port_);
    EXPECT_FALSE(silent.was_closed());
    pass(std::chrono::milliseconds(1));
    service(*port_);
    EXPECT_TRUE(silent.was_closed());
    (void)connected_peer();
}

TEST_F(ShmTest, TheMemoryCanNotBeCutOffUnderThePort) {
    const auto peer = connected_peer();
    EXPECT_NE(::ftruncate(peer->file(), 4096), 0);
    EXPECT_NE(::ftruncate(peer->file(), 1 << 30), 0);
    EXPECT_NE(::fcntl(peer->file(), F_ADD_SEALS, F_SEAL_WRITE), 0);
    ASSERT_TRUE(peer->send({frame_of(60)}));
    EXPECT_EQ(turn().size(), 1U);
}

TEST_F(ShmTest, ASleepingOwnerIsWokenByTheFirstFrameOnly) {
    const auto peer = connected_peer();
    ASSERT_TRUE(port_->prepare_to_sleep());
    EXPECT_FALSE(wants_attention(*port_));
    ASSERT_TRUE(peer->send({frame_of(60)}));
    EXPECT_TRUE(wants_attention(*port_));
    port_->awake();
    EXPECT_FALSE(wants_attention(*port_));
    ASSERT_TRUE(peer->send({frame_of(60)}));
    EXPECT_FALSE(wants_attention(*port_)) << "it polls: no system call is made";
    EXPECT_FALSE(port_->prepare_to_sleep()) << "there is something";
    EXPECT_EQ(turn().size(), 2U);
    EXPECT_TRUE(port_->prepare_to_sleep());
    port_->awake();
}

TEST_F(ShmTest, ASleepingClientIsWokenOncePerBurst) {
    const auto peer = connected_peer();
    send(std::vector<Bytes>(10, frame_of(60)));
    EXPECT_EQ(peer->drain(), -1);
    EXPECT_EQ(peer->receive().size(), 10U);
    peer->reader().arm();
    send(std::vector<Bytes>(10, frame_of(60)));
    send(std::vector<Bytes>(10, frame_of(60)));
    EXPECT_EQ(peer->drain(), 1);
}

TEST_F(ShmTest, IndexesThatCanNotBeEndTheConnection) {
    std::uint64_t bad = 0;
    for (const std::uint64_t produced :
         {wire::kSharedRingBytes + 8, std::size_t{4}, ~std::size_t{0}, ~std::size_t{7}}) {
        auto peer = connected_peer();
        peer->control(0).produced = produced;
        expect_closed(*peer, ++bad);
    }
    for (const std::uint64_t consumed : {std::uint64_t{8}, std::uint64_t{144}, ~std::uint64_t{0}}) {
        auto peer = connected_peer();
        send({frame_of(60)});
        peer->control(1).consumed = consumed;
        expect_closed(*peer, ++bad);
    }
    EXPECT_EQ(dropped(Direction::Out, Drop::PortDown), 3U);
    (void)connected_peer();
}

TEST_F(ShmTest, LengthsThatCanNotBeEndTheConnection) {
    std::uint64_t bad = 0;
    for (const std::uint32_t length : {65U, 0x00100000U, 0x7fffffffU, 0xfffffff8U, 0xffffffffU}) {
        auto peer = connected_peer();
        ASSERT_TRUE(peer->send({frame_of(60)}));
        std::memcpy(peer->bytes(0), &length, sizeof length);
        expect_closed(*peer, ++bad);
        EXPECT_EQ(port_->state().peer->why_gone,
                  "it wrote an index or a length that can't be into the memory");
    }
}

TEST_F(ShmTest, OneWhoChangesTheMemoryWhileItIsReadHarmsNobodyElse) {
    for (unsigned seed = 1; seed <= 20; ++seed) {
        auto peer = connected_peer();
        std::atomic<bool> stop{false};
        std::thread hostile([&] {
            std::mt19937_64 random(seed);
            while (!stop.load()) {
                const std::uint64_t at = random() % 4096 / 8 * 8;
                const auto length =
                    static_cast<std::uint32_t>(random() % 16 == 0 ? random() : random() % 2048);
                __atomic_store_n(reinterpret_cast<std::uint32_t*>(peer->bytes(0) + at),
                                 length,
                                 __ATOMIC_RELAXED);
                peer->control(0).produced = random() % 64 == 0 ? random() : random() % 512 * 8;
                peer->control(1).consumed = random() % 64 == 0 ? random() : 0;
            }
        });
        for (int polls = 0; polls < 1'000 && port_->is_up(); ++polls) {
            receive_from(*port_);
            send({frame_of(60)});
            if (polls % 16 == 0) service(*port_);
        }
        stop = true;
        hostile.join();
        peer.reset();
        turn();
        turn();
        ASSERT_FALSE(port_->is_up());
    }
    EXPECT_GT(dropped(Direction::In, Drop::BadRing), 0U);
    const auto friendly = connected_peer();
    ASSERT_TRUE(friendly->send({frame_of(60)}));
    EXPECT_EQ(turn().size(), 1U);
}

}  // namespace
}  // namespace sealane::test
