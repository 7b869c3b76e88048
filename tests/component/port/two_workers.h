// One worker receives and serves while another sends, as port.h allows.
#pragma once

#include <array>
#include <atomic>
#include <mutex>
#include <thread>

#include "dataplane/port/frame.h"
#include "dataplane/worker/eal.h"
#include "tests/component/port/port_test.h"
#include "tests/support/mbufs.h"

namespace sealane::test {

/// `Fixture` opens the port, and its test says what peers do.
template <typename Fixture>
class TwoWorkers : public Fixture {
  protected:
    /// The worker that owns the port.
    void own(const std::atomic<bool>& ended) {
        ASSERT_TRUE(worker::register_worker_thread().ok());
        while (!ended.load()) {
            this->pass(std::chrono::milliseconds(1));
            {
                const std::scoped_lock locked(sending_);
                this->service(this->port());
            }
            received_ += this->receive_from(this->port()).size();
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
                frame = make_frame(this->pools().frames.get(), frame_of(200));
                ASSERT_NE(frame, nullptr);
            }
            tally.offered(frames.size());
            const std::scoped_lock locked(sending_);
            this->port().send(frames.data(), frames.size(), tally);
        }
        worker::unregister_worker_thread();
    }

    /// Both at work, and `visit` called as often as peers come and go meanwhile: what it counts as
    /// arrived is no more than was sent, and each frame of ours is counted.
    template <typename Visit>
    void work_while_peers_come_and_go(Visit&& visit) {
        std::atomic<bool> ended{false};
        std::thread owner([&] { own(ended); });
        std::thread sender([&] { send_many(2000); });
        std::uint64_t arrived = 0;
        for (int life = 0; life < 20; ++life) {
            arrived += visit();
        }
        sender.join();
        std::this_thread::sleep_for(std::chrono::milliseconds(50));  // the last goodbye is noticed
        ended.store(true);
        owner.join();

        EXPECT_EQ(sum().offered, 16000U);
        EXPECT_TRUE(outward_law_holds(sum(), this->port().state().pending));
        EXPECT_LE(arrived, sum().tx_frames);
        EXPECT_EQ(received_, sum().admitted);
    }

  private:
    [[nodiscard]] AdapterTotals sum() const {
        AdapterTotals all = this->totals();
        all.add(senders_);
        return all;
    }

    std::mutex sending_;
    AdapterCounters senders_;
    std::uint64_t received_ = 0;
};

}  // namespace sealane::test
