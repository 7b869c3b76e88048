// Guests with several queues: which flow goes where, and what each queue gets.
#include <map>
#include <utility>

#include "tests/component/port/vhost_test.h"
#include "tests/support/packet.h"

namespace sealane::test {
namespace {

class VhostQueues : public VhostTest {
  protected:
    /// All of them are offered and taken.
    std::unique_ptr<VirtioUser> guest_of(std::uint16_t queues) {
        port::VhostSocketSettings settings = serving();
        settings.offer.queues = queues;
        open(settings);
        return guest({.queues = queues});
    }
};

TEST_F(VhostQueues, FlowsAreSpreadOverTheQueuesAndEachStaysInOrder) {
    const auto peer = guest_of(4);
    constexpr std::uint16_t kFlows = 32, kEach = 5;
    std::vector<Bytes> frames;
    for (std::uint16_t i = 0; i < kFlows * kEach; ++i) {
        Packet packet{.id = i, .payload = payload_of(20)};
        packet.source_port = static_cast<std::uint16_t>(30'000 + i % kFlows);
        frames.push_back(packet.bytes());
    }
    send(frames);
    std::map<int, std::pair<std::uint16_t, unsigned>> flows;  // queue and frames, by port
    for (std::uint16_t queue = 0; queue < 4; ++queue) {
        unsigned got = 0;
        for (std::vector<Bytes> some; !(some = peer->receive(queue)).empty();) {
            for (const Bytes& frame : some) {
                const int port = frame[34] << 8 | frame[35], id = frame[18] << 8 | frame[19];
                auto& [own, count] = flows.try_emplace(port, queue, 0U).first->second;
                EXPECT_EQ(own, queue) << port;
                EXPECT_EQ(id, port - 30'000 + static_cast<int>(count++) * kFlows);
            }
            got += static_cast<unsigned>(some.size());
        }
        EXPECT_GE(got, kEach) << queue;
    }
    EXPECT_EQ(flows.size(), kFlows);
    EXPECT_EQ(totals().tx_frames, kFlows * kEach);
}

class VhostManyQueues : public VhostQueues, public testing::WithParamInterface<std::uint16_t> {};

TEST_P(VhostManyQueues, P04FramesOfAllAreReceived) {
    const std::uint16_t queues = GetParam();
    const auto peer = guest_of(queues);
    EXPECT_TRUE(is_acked("mq"));
    for (std::uint16_t queue = 0; queue < queues; ++queue) {
        const Bytes frame = frame_of(60, static_cast<std::uint8_t>(queue));
        EXPECT_EQ(peer->send({frame}, queue), 1U);
        EXPECT_EQ(take(1), std::vector<Bytes>{frame}) << queue;
    }
}

INSTANTIATE_TEST_SUITE_P(Of, VhostManyQueues, testing::Values(2, 4, 8));

TEST_F(VhostQueues, OneBusyQueueDoesNotKeepTheOthersWaiting) {
    const auto peer = guest_of(2);
    peer->send(std::vector<Bytes>(200, frame_of(60, 1)), 0);
    peer->send({frame_of(60, 2)}, 1);
    (void)receive_from(port());
    const std::vector<Bytes> second = receive_from(port());
    EXPECT_EQ(second.front(), frame_of(60, 2));
    EXPECT_EQ(take(200).size() + second.size() + 64, 201U);
}

TEST_F(VhostQueues, QueuesThatAreAllBusyGetTheSame) {
    constexpr std::uint16_t kQueues = 4, kEach = 192, kTurn = 64;
    const auto peer = guest_of(kQueues);
    for (std::uint16_t queue = 0; queue < kQueues; ++queue) {
        const std::vector<Bytes> frames(kEach, frame_of(60, static_cast<std::uint8_t>(queue)));
        ASSERT_EQ(peer->send(frames, queue), kEach);
    }
    std::map<Bytes, unsigned> got;
    for (unsigned turn = 1; turn <= kQueues * kEach / kTurn; ++turn) {
        for (const Bytes& frame : receive_from(port(), kTurn)) {
            ++got[frame];
        }
        for (std::uint16_t queue = 0; queue < kQueues; ++queue) {
            const unsigned own = got[frame_of(60, static_cast<std::uint8_t>(queue))];
            EXPECT_GE(own, turn / kQueues * kTurn) << "queue " << queue << ", turn " << turn;
        }
    }
}

}  // namespace
}  // namespace sealane::test
