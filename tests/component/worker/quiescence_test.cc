// Retired settings are let go when nobody reads them any more, and not before.
#include "dataplane/worker/quiescence.h"

#include <atomic>
#include <thread>

#include <gtest/gtest.h>

namespace sealane::worker {
namespace {

/// Lets another thread run on, as far as it gets: right code can't be failed by it, however long.
void let_others_run(const std::atomic<bool>& done) {
    for (int i = 0; i < 10'000 && !done; ++i) {
        std::this_thread::yield();
    }
}

/// wait() on a thread of its own.  `released` is set just before a worker lets go: whoever returns
/// from wait() earlier finds it unset.
class Waiter {
  public:
    explicit Waiter(Quiescence& quiescence)
        : thread_([this, &quiescence] {
              entered_ = true;
              quiescence.wait();
              early_ = !released_;
              done_ = true;
          }) {
        while (!entered_) {
            std::this_thread::yield();
        }
        let_others_run(done_);
    }

    void release() { released_ = true; }
    [[nodiscard]] bool was_early() {
        thread_.join();
        return early_;
    }

  private:
    std::atomic<bool> entered_{false}, released_{false}, early_{false}, done_{false};
    std::thread thread_;
};

TEST(Quiescence, WaitLastsUntilTheWorkerHasLetGo) {
    Quiescence quiescence(2);
    quiescence.online(0);
    Waiter waiter(quiescence);
    waiter.release();
    quiescence.quiescent(0);
    EXPECT_FALSE(waiter.was_early());
}

TEST(Quiescence, WaitLastsUntilTheLastOfTwoWorkersHasLetGo) {
    Quiescence quiescence(2);
    quiescence.online(0);
    quiescence.online(1);
    Waiter waiter(quiescence);
    quiescence.quiescent(0);
    std::atomic<bool> never{false};
    let_others_run(never);
    waiter.release();
    quiescence.offline(1);
    EXPECT_FALSE(waiter.was_early());
}

TEST(Quiescence, WorkersThatAreAwayAreNotWaitedFor) {
    Quiescence quiescence(2);
    quiescence.wait();
    quiescence.online(1);
    quiescence.offline(1);
    quiescence.wait();
}

}  // namespace
}  // namespace sealane::worker
