// Two workers on one switch: shared receivers, shared tables, and settings that change under them.
#include <atomic>
#include <chrono>
#include <memory>
#include <thread>
#include <vector>

#include "dataplane/worker/clock.h"
#include "dataplane/worker/worker.h"
#include "hvswitch/pollers.h"
#include "tests/support/rig_test.h"

namespace sealane::test {
namespace {

constexpr AdapterId kA{0}, kB{1}, kC{2};  // a: worker 0; b: worker 1; c: worker 0
constexpr std::uint32_t kFrames = 20'000;
constexpr Duration kDeadline = std::chrono::seconds{30};

constexpr MacAddress mac_of(AdapterId id) { return {0x0200'0000'0100 + std::uint64_t{id.index}}; }

class TwoWorkers : public RigTest {
  protected:
    void SetUp() override {
        RigSpec spec;
        spec.adapters = {{.name = "a", .rules = member_of(10), .worker = 0},
                         {.name = "b", .rules = member_of(10), .worker = 1},
                         {.name = "c", .rules = member_of(10, {20}), .worker = 0}};
        for (std::uint16_t i = 0; i < spec.adapters.size(); ++i) {
            spec.adapters[i].rules.mac = mac_of({i});
        }
        spec.workers = 2;
        make(spec);
        for (const auto& [id, worker] : {std::pair{kA, 0U}, {kB, 1U}, {kC, 0U}}) {
            pollers_.push_back(
                std::make_unique<hvswitch::AdapterPoller>(rig().forwarder(worker), id));
        }
        workers_[0] = std::make_unique<worker::Worker>(
            worker::Worker::Settings{.index = 0},
            std::vector<worker::Poller*>{pollers_[0].get(), pollers_[2].get()},
            rig().shared().quiescence());
        workers_[1] =
            std::make_unique<worker::Worker>(worker::Worker::Settings{.index = 1},
                                             std::vector<worker::Poller*>{pollers_[1].get()},
                                             rig().shared().quiescence());
        for (const auto& worker : workers_) {
            ASSERT_TRUE(worker->start().ok());
        }
    }
    void TearDown() override {
        stop();
        RigTest::TearDown();
    }
    void stop() {
        for (const auto& worker : workers_) {
            worker->stop();
        }
    }

    /// Sends a frame, with some hundreds on the way at most, so that no ring overflows; and reads
    /// what comes out meanwhile.
    void send(AdapterId from, const FrameSpec& spec) {
        rig().inject(from, spec.bytes());
        if (++injected_[from.index] % 32 != 0) return;
        const Instant start = worker::now();
        do {
            ASSERT_LT(worker::now() - start, kDeadline);
            rig().drain();
        } while (waiting(from) > 200);
    }
    /// Frames that the switch has not taken from the adapter yet.
    std::uint64_t waiting(AdapterId from) {
        return injected_[from.index] - rig().totals(from).rx_frames;
    }
    /// Waits until all is taken, and stops the workers, who finish what they have begun.
    void settle() {
        const Instant start = worker::now();
        while (waiting(kA) + waiting(kB) > 0) {
            ASSERT_LT(worker::now() - start, kDeadline);
            rig().drain();
        }
        stop();
        rig().drain();
    }

    std::vector<std::unique_ptr<hvswitch::AdapterPoller>> pollers_;
    std::unique_ptr<worker::Worker> workers_[2];
    std::uint64_t injected_[2] = {};
};

TEST_F(TwoWorkers, SendersOnTwoWorkersShareOneReceiverAndKeepTheirOrder) {
    for (std::uint32_t i = 0; i < kFrames; ++i) {
        send(kA, frame(mac_of(kC), mac_of(kA)).numbered(i));
        send(kB, frame(mac_of(kC), mac_of(kB)).numbered(i));
    }
    settle();
    std::vector<Bytes> from_a, from_b;
    for (Bytes& bytes : rig().take(kC)) {
        (bytes.at(11) == 0 ? from_a : from_b).push_back(std::move(bytes));
    }
    EXPECT_EQ(from_a, numbered_frames(frame(mac_of(kC), mac_of(kA)), kFrames));
    EXPECT_EQ(from_b, numbered_frames(frame(mac_of(kC), mac_of(kB)), kFrames));
    expect_exactly({});
}

TEST_F(TwoWorkers, BroadcastsOfBothShareBytesAcrossWorkers) {
    for (std::uint32_t i = 0; i < kFrames; ++i) {
        send(kA, frame(kBroadcast, mac_of(kA)).numbered(i));
        send(kB, frame(kBroadcast, mac_of(kB)).numbered(i));
    }
    settle();
    EXPECT_EQ(rig().take(kA), numbered_frames(frame(kBroadcast, mac_of(kB)), kFrames));
    EXPECT_EQ(rig().take(kB), numbered_frames(frame(kBroadcast, mac_of(kA)), kFrames));
    EXPECT_EQ(rig().take(kC).size(), 2 * kFrames);
    expect_exactly({});
}

TEST_F(TwoWorkers, PublishedSettingsCostUntouchedAdaptersNoFrame) {
    std::atomic<bool> sending{true};
    std::thread control([&] {
        auto settings = rig().settings();
        while (sending) {
            auto& vids = settings.ports[kC.index].vids;
            vids.flip(20);
            settings.ports[kC.index].enabled = vids.test(20);
            rig().publish(settings);
        }
    });
    for (std::uint32_t i = 0; i < kFrames; ++i) {
        send(kA, frame(mac_of(kB), mac_of(kA)).numbered(i));
        send(kB, frame(mac_of(kA), mac_of(kB)).numbered(i));
    }
    sending = false;
    control.join();
    settle();
    expect_exactly({.out = {{kA, numbered_frames(frame(mac_of(kA), mac_of(kB)), kFrames)},
                            {kB, numbered_frames(frame(mac_of(kB), mac_of(kA)), kFrames)}}});
}

TEST_F(TwoWorkers, PublishReturnsWhenNoWorkerUsesTheOldSettings) {
    // Its frames stop with the return of publish(): what is sent afterwards is under the new rules.
    auto settings = rig().settings();
    settings.ports[kA.index].enabled = false;
    rig().publish(settings);
    for (std::uint32_t i = 0; i < 100; ++i) {
        send(kA, frame(mac_of(kB), mac_of(kA)).numbered(i));
    }
    settle();
    expect_exactly({.drops = {{.at = kA, .why = Drop::PortDisabled, .frames = 100}}});
}

TEST_F(TwoWorkers, F27AddressSeenByBothAtOnceHasOneOwner) {
    constexpr std::uint64_t kHosts = 32;
    for (std::uint32_t i = 0; i < kFrames; ++i) {
        const MacAddress src{0x0211'0000'0000 + i % kHosts};
        send(kA, frame(mac_of(kC), src));
        send(kB, frame(mac_of(kC), src));
    }
    settle();
    hvswitch::AddressTable& table = rig().shared().table({});
    std::size_t at[3] = {};
    for (std::uint64_t i = 0; i < kHosts; ++i) {
        const auto found = table.find({{}, {10}, {0x0211'0000'0000 + i}});
        ASSERT_TRUE(found.has_value());
        ++at[found->adapter.index];
    }
    EXPECT_EQ(at[0] + at[1], kHosts);
    EXPECT_EQ(table.learned_at(kA), at[0]);
    EXPECT_EQ(table.learned_at(kB), at[1]);
    EXPECT_EQ(rig().take(kC).size(), 2 * kFrames);
    expect_exactly({});
}

}  // namespace
}  // namespace sealane::test
