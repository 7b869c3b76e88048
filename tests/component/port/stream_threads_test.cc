// One worker receives and serves while another sends, as port.h allows.
#include <array>
#include <atomic>
#include <mutex>
#include <thread>

#include "dataplane/port/frame.h"
#include "dataplane/worker/eal.h"
#include "tests/component/port/stream_test.h"
#include "tests/support/mbufs.h"

namespace sealane::test {
namespace {

class StreamThreads : public StreamTest {
  protected:
    /// The worker that owns the port.
    void own(const std::atomic<bool>& ended) {
        ASSERT_TRUE(worker::register_worker_thread().ok());
        while (!ended.load()) {
            pass(std::chrono::milliseconds(1));
            {
                const std::scoped_lock locked(sending_);
                service(port());
            }
            received_ += receive_from(port()).size();
        }
        worker::unregister_worker_thread();
    }

    /// The other worker.
    void send_many(int bursts) {
        ASSERT_TRUE(worker::register_worker_thread().ok());
        port::Tally tally(senders_);
        for (int i = 0; i < bursts; ++i) {
            std::array<rte_mbuf*, 8> frames{};
            for (rte_mbuf*& frame : frames) {
                frame = make_frame(pools().frames.get(), frame_of(200));
                ASSERT_NE(frame, nullptr);
            }
            tally.offered(frames.size());
            const std::scoped_lock locked(sending_);
            port().send(frames.data(), frames.size(), tally);
        }
        worker::unregister_worker_thread();
    }

    [[nodiscard]] AdapterTotals sum() const {
        AdapterTotals all = totals();
        all.add(senders_);
        return all;
    }

    std::mutex sending_;
    AdapterCounters senders_;
    std::uint64_t received_ = 0;
};

TEST_F(StreamThreads, OneReceivesWhileAnotherSendsAndPeersComeAndGo) {
    open(listening());
    std::atomic<bool> ended{false};
    std::thread owner([&] { own(ended); });
    std::thread sender([&] { send_many(2000); });
    std::uint64_t arrived = 0;
    for (int life = 0; life < 20; ++life) {
        StreamPeer peer = StreamPeer::connect(path());
        for (int i = 0; i < 50; ++i) {
            peer.write(on_stream(frame_of(200)));
            arrived += peer.frames().size();
            std::this_thread::yield();
        }
    }
    sender.join();
    std::this_thread::sleep_for(std::chrono::milliseconds(50));  // the last goodbye is noticed
    ended.store(true);
    owner.join();

    EXPECT_EQ(sum().offered, 16000U);
    EXPECT_TRUE(outward_law_holds(sum(), port().state().pending));
    EXPECT_LE(arrived, sum().tx_frames);
    EXPECT_EQ(received_, sum().admitted);
    close();
}

}  // namespace
}  // namespace sealane::test
