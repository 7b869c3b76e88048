// A ring's receiver that sleeps is woken, always: with no time limit a lost wake-up would hang.
#include <atomic>
#include <chrono>
#include <poll.h>
#include <thread>

#include <gtest/gtest.h>

#include "dataplane/port/pools.h"
#include "dataplane/port/ring_port.h"
#include "dataplane/worker/clock.h"
#include "dataplane/worker/eal.h"

namespace sealane::port {
namespace {

constexpr int kPingPongs = 100'000;
constexpr Duration kEnough = std::chrono::seconds{3};
constexpr int kHungMs = 20'000;

/// Waits for one frame, asleep for as long as it takes.  False: nothing came and nothing will.
bool receive_asleep(RingEnd& end, rte_mbuf*& frame) {
    AdapterCounters counters;
    Tally tally(counters);
    for (;;) {
        if (end.receive(&frame, 1, tally) == 1) return true;
        if (end.prepare_to_sleep()) {
            pollfd waiting{.fd = end.wake_descriptor(), .events = POLLIN};
            if (poll(&waiting, 1, kHungMs) == 0) return false;
        }
        end.awake();
    }
}

void send(RingEnd& end, rte_mbuf* frame) {
    AdapterCounters counters;
    Tally tally(counters);
    end.send(&frame, 1, tally);
}

TEST(RingSleep, NoWakeUpIsLostInAHundredThousandPingPongs) {
    Result<Pools> pools = make_pools("ping", 63, 63);
    ASSERT_TRUE(pools.ok()) << pools.error().text;
    Result<std::unique_ptr<RingPair>> made = RingPair::make(8, false);
    ASSERT_TRUE(made.ok());
    RingPair& ring = *made.value();

    std::atomic<bool> hung{false};
    std::thread echo([&] {
        rte_mbuf* frame = nullptr;
        while (receive_asleep(ring.far(), frame)) {
            if (frame->data_len == 0) return rte_pktmbuf_free(frame);  // the last one
            send(ring.far(), frame);
        }
        hung = true;
    });
    rte_mbuf* frame = rte_pktmbuf_alloc(pools.value().frames.get());
    ASSERT_NE(rte_pktmbuf_append(frame, 60), nullptr);
    const Instant start = worker::now();
    int done = 0;
    for (; done < kPingPongs && worker::now() - start < kEnough; ++done) {
        send(ring.near(), frame);
        ASSERT_TRUE(receive_asleep(ring.near(), frame)) << "after " << done;
    }
    ASSERT_EQ(rte_pktmbuf_trim(frame, 60), 0);
    send(ring.near(), frame);
    echo.join();
    EXPECT_FALSE(hung);
    EXPECT_GT(done, 1000);
    EXPECT_EQ(pools.value().in_use(), 0U);
}

TEST(RingSleep, ReceiverDoesNotGoToSleepOnAFrame) {
    Result<Pools> pools = make_pools("awake", 63, 63);
    ASSERT_TRUE(pools.ok()) << pools.error().text;
    Result<std::unique_ptr<RingPair>> made = RingPair::make(8, false);
    ASSERT_TRUE(made.ok());
    RingEnd& near = made.value()->near();
    EXPECT_TRUE(near.prepare_to_sleep());
    near.awake();
    send(made.value()->far(), rte_pktmbuf_alloc(pools.value().frames.get()));
    EXPECT_FALSE(near.prepare_to_sleep());
    near.awake();
}

TEST(RingSleep, SleeperThatWasRungOnceSleepsAgain) {
    Result<Pools> pools = make_pools("again", 63, 63);
    ASSERT_TRUE(pools.ok()) << pools.error().text;
    Result<std::unique_ptr<RingPair>> made = RingPair::make(8, false);
    ASSERT_TRUE(made.ok());
    RingEnd& near = made.value()->near();
    for (int i = 0; i < 3; ++i) {
        ASSERT_TRUE(near.prepare_to_sleep());
        send(made.value()->far(), rte_pktmbuf_alloc(pools.value().frames.get()));
        pollfd waiting{.fd = near.wake_descriptor(), .events = POLLIN};
        EXPECT_EQ(poll(&waiting, 1, 0), 1);
        near.awake();
        rte_mbuf* frame = nullptr;
        ASSERT_TRUE(receive_asleep(near, frame));
        rte_pktmbuf_free(frame);
        EXPECT_EQ(poll(&waiting, 1, 0), 0) << "the bell still rings";
    }
}

}  // namespace
}  // namespace sealane::port
