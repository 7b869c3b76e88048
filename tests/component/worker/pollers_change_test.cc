// Pollers that come to a worker and go from it while it runs.
#include <atomic>
#include <chrono>
#include <memory>
#include <sys/eventfd.h>
#include <thread>
#include <unistd.h>

#include <gtest/gtest.h>

#include "dataplane/base/descriptor.h"
#include "dataplane/worker/clock.h"
#include "dataplane/worker/quiescence.h"
#include "dataplane/worker/worker.h"

namespace sealane::worker {
namespace {

/// Sleeps until its bell rings.
class Belled final : public Poller {
  public:
    explicit Belled(int bell) : bell_(bell) {}
    unsigned poll(Instant) override {
        ++polls;
        std::uint64_t rung = 0;
        return read(bell_, &rung, sizeof rung) > 0 ? 1 : 0;
    }
    [[nodiscard]] int wake_descriptor() const override { return bell_; }
    bool prepare_to_sleep() override { return true; }

    std::atomic<std::uint64_t> polls{0};

  private:
    int bell_;
};

Descriptor make_bell() { return Descriptor(eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)); }

class PollersChange : public testing::Test {
  protected:
    /// Whether it is polled now, having been asked to.
    bool hears(Belled& poller, int bell) {
        const std::uint64_t before = poller.polls, one = 1;
        EXPECT_EQ(write(bell, &one, sizeof one), static_cast<ssize_t>(sizeof one));
        const Instant end = now() + std::chrono::seconds(20);
        while (poller.polls == before && now() < end) {
            std::this_thread::yield();
        }
        return poller.polls != before;
    }
    Status add(Poller& poller) {
        Status added = done();
        worker_.call([&] { added = worker_.add(poller); });
        return added;
    }
    void remove(Poller& poller) {
        worker_.call([&] { worker_.remove(poller); });
    }

    Descriptor first_bell_ = make_bell(), second_bell_ = make_bell();
    Belled first_{first_bell_.get()}, second_{second_bell_.get()};
    Quiescence quiescence_{1};
    Worker worker_{{.take_turns = 1}, {&first_}, quiescence_};
};

TEST_F(PollersChange, OneThatCameIsPolledAndWakesTheWorker) {
    ASSERT_TRUE(worker_.start().ok());
    ASSERT_TRUE(add(second_).ok());
    for (int i = 0; i < 100; ++i) {
        ASSERT_TRUE(hears(second_, second_bell_.get()));
        ASSERT_TRUE(hears(first_, first_bell_.get()));
    }
}

TEST_F(PollersChange, OneThatWentIsPolledNoMoreAndTheOthersAre) {
    ASSERT_TRUE(worker_.start().ok());
    ASSERT_TRUE(add(second_).ok());
    remove(first_);
    const std::uint64_t polls = first_.polls;
    for (int i = 0; i < 100; ++i) {
        ASSERT_TRUE(hears(second_, second_bell_.get()));
    }
    EXPECT_EQ(first_.polls, polls);
    remove(second_);
    ASSERT_TRUE(add(first_).ok());
    EXPECT_TRUE(hears(first_, first_bell_.get())) << "it may come again, and be the only one";
}

TEST_F(PollersChange, OneWhoseDescriptorCantBeWatchedLeavesAllAsItWas) {
    ASSERT_TRUE(worker_.start().ok());
    Belled strange(STDIN_FILENO + 100'000);
    const Status added = add(strange);
    ASSERT_FALSE(added.ok());
    EXPECT_NE(added.error().text.find("descriptor"), std::string::npos) << added.error().text;
    EXPECT_TRUE(hears(first_, first_bell_.get()));
    EXPECT_EQ(strange.polls, 0U);
}

}  // namespace
}  // namespace sealane::worker
