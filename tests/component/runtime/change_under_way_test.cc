// Adapters that go while frames are under way, to them and past them.
#include <atomic>
#include <dirent.h>
#include <thread>
#include <unistd.h>

#include <gmock/gmock.h>

#include "control/runtime/clock.h"
#include "dataplane/port/tally.h"
#include "tests/component/port/stream_peer.h"
#include "tests/component/runtime/change_adapters.h"
#include "tests/support/mbufs.h"

namespace sealane::runtime {
namespace {

std::size_t open_descriptors() {
    DIR* const folder = opendir("/proc/self/fd");
    std::size_t count = 0;
    while (readdir(folder) != nullptr)
        ++count;
    closedir(folder);
    return count;
}

/// Of two that stay: the one sends to the other, and to one that comes and goes.
struct Talk {
    rte_mempool* frames;
    port::RingEnd& from;
    port::RingEnd& to;
    port::RingEnd& outside;
    std::uint64_t sent = 0, taken = 0;
    AdapterCounters outcome{};

    void turn() {
        if (sent - taken < 64) send_both();
        take_all();
    }
    void send_both() {
        rte_mbuf* burst[2] = {test::make_frame(frames, between(2, 1)),
                              test::make_frame(frames, between(8, 1))};
        port::Tally tally(outcome);
        const std::uint64_t before = outcome.tx_frames.read();
        from.send(burst, 2, tally);
        if (outcome.tx_frames.read() > before) ++sent;
    }
    void take_all() {
        taken += drain(to);
        drain(outside);
    }
    std::uint64_t drain(port::RingEnd& end) {
        std::uint64_t count = 0;
        port::Tally tally(outcome);
        for (rte_mbuf* frame = nullptr; end.receive(&frame, 1, tally) == 1; ++count)
            rte_pktmbuf_free(frame);
        return count;
    }
};

class ChangeUnderWay : public ChangeAdapters {};

INSTANTIATE_TEST_SUITE_P(Workers, ChangeUnderWay, testing::Values(1, 3));

TEST_P(ChangeUnderWay, WhatWaitedForAPeerThatDidNotReadIsCountedAsPortDown) {
    const std::string path = testing::TempDir() + "wait" + std::to_string(getpid()) + ".sock";
    add("lpar9", adapter_text(9, "{type: qemu-stream, listen: " + path + "}"));
    const test::StreamPeer silent = test::StreamPeer::connect(path);
    ASSERT_TRUE(silent.is_open());
    const auto pending = [&] { return system().adapters().back().port.pending; };
    test::Bytes large = between(9, 1);
    large.resize(1400);
    for (int i = 0; i < 100'000 && pending() < 10; ++i)
        send("lpar1/ent0", large);
    ASSERT_GE(pending(), 10U) << "the peer's socket took all";
    settle();
    const std::uint64_t waiting = pending();
    const std::uint64_t before = totals("lpar9/ent0").dropped(Direction::Out, Drop::PortDown);
    ASSERT_TRUE(system().remove_adapter("lpar9/ent0").ok());
    EXPECT_EQ(system().tallies().back().totals.dropped(Direction::Out, Drop::PortDown),
              before + waiting);
    take("vios1/ent0");
}

TEST_P(ChangeUnderWay, WhatWasOnABadWireIsCountedBothWays) {
    std::string text = changing_frame(GetParam());
    const std::string port = "mac: \"02:00:00:00:00:02\", port: {type: ring}";
    text.insert(text.find(port) + port.size(), ", impair: {in: {delay: 60s}, out: {delay: 60s}}");
    start(text);
    for (int i = 0; i < 5; ++i) {
        ASSERT_TRUE(send("lpar2/ent0", between(1, 2)));
        ASSERT_TRUE(send("lpar1/ent0", between(2, 1)));
    }
    const auto is_under_way = [&] {
        return totals("lpar2/ent0").offered == 5 && system().system().buffers_in_use == 10;
    };
    for (const Instant end = now() + std::chrono::seconds(20); !is_under_way();) {
        ASSERT_LT(now(), end) << system().system().buffers_in_use << " buffers in use";
    }
    close("lpar2/ent0");
    const Status removed = system().remove_adapter("lpar2/ent0");
    ASSERT_TRUE(removed.ok()) << removed.error().text;
    const AdapterTotals gone = system().tallies().back().totals;
    EXPECT_EQ(gone.rx_frames, 5U);
    EXPECT_EQ(gone.dropped(Direction::In, Drop::PortDown), 5U);
    EXPECT_EQ(gone.dropped(Direction::Out, Drop::PortDown), 5U);
}

TEST_P(ChangeUnderWay, FramesOfOthersGoOnAndNothingIsLeftBehind) {
    const auto round = [this](int number) {
        const std::string partition = "lpar" + std::to_string(number);
        const std::string port = number == 8 ? "{type: ring}"
                                             : "{type: qemu-stream, listen: " + testing::TempDir() +
                                                   "ca" + std::to_string(getpid()) + ".sock}";
        add(partition, adapter_text(number, port));
        if (number == 8) {
            open("lpar8/ent0");
            ASSERT_TRUE(send("lpar8/ent0", between(9, 8)));
            close("lpar8/ent0");
        }
        const Status removed = system().remove_adapter(partition + "/ent0");
        ASSERT_TRUE(removed.ok()) << removed.error().text;
    };
    round(8);
    round(9);
    const std::size_t before = open_descriptors();

    std::atomic<bool> stop = false;
    Talk talk{system().frame_pool(),
              *system().lend_ring_client("lpar1/ent0"),
              *system().lend_ring_client("lpar2/ent0"),
              *system().lend_ring_client("vios1/ent0")};
    std::thread others([&] {
        while (!stop)
            talk.turn();
    });
    for (int i = 0; i < 100 && !HasFatalFailure(); ++i)
        round(8 + i % 2);
    stop = true;
    others.join();
    settle();
    talk.take_all();
    EXPECT_EQ(talk.taken, talk.sent) << "frames between those that stay";
    EXPECT_GT(talk.sent, 100U);
    EXPECT_EQ(open_descriptors(), before);
}

}  // namespace
}  // namespace sealane::runtime
