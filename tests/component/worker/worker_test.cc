// One worker: its thread, its sleep, and who may talk to it.
#include "dataplane/worker/worker.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <thread>
#include <unistd.h>
#include <vector>

#include <gtest/gtest.h>

#include "dataplane/worker/clock.h"
#include "dataplane/worker/quiescence.h"
#include "hvswitch/pollers.h"
#include "tests/support/rig.h"

namespace sealane::worker {
namespace {

using namespace std::chrono_literals;

constexpr Duration kDeadline = 20s;

/// Counts what the worker does with it.
class Counting final : public Poller {
  public:
    explicit Counting(bool must_be_polled) : must_be_polled_(must_be_polled) {}

    unsigned poll(Instant) override { return polls.fetch_add(1), frames; }
    void service(Instant) override { services.fetch_add(1); }
    [[nodiscard]] bool needs_polling() const override { return must_be_polled_; }
    bool prepare_to_sleep() override { return sleeps.fetch_add(1), true; }

    std::atomic<std::uint64_t> polls{0}, services{0}, sleeps{0};
    unsigned frames = 0;  ///< That each poll finds.

  private:
    bool must_be_polled_;
};

template <typename Condition>
[[nodiscard]] bool comes_true(Condition&& condition) {
    const Instant start = now();
    while (!condition()) {
        if (now() - start > kDeadline) return false;
        std::this_thread::yield();
    }
    return true;
}

/// The shortest of several times that `deed` takes, begun each time when the worker has just gone
/// to sleep.  If it did not wake the worker, it would take kHousekeeping, however idle the machine
/// is.
template <typename Deed>
[[nodiscard]] Duration best_after_falling_asleep(const Counting& poller, Deed&& deed) {
    Duration shortest = kDeadline;
    for (int i = 0; i < 300 && shortest >= kHousekeeping / 4; ++i) {
        const std::uint64_t before = poller.sleeps;
        if (!comes_true([&] { return poller.sleeps != before; })) return kDeadline;
        const Instant start = now();
        deed();
        shortest = std::min(shortest, now() - start);
    }
    return shortest;
}

TEST(Worker, AsksQuietOnesEveryFourthTurnWhileOthersAreBusy) {
    Quiescence quiescence(1);
    Counting busy(false), quiet(false), other(false);
    Worker worker({}, {&busy, &quiet, &other}, quiescence);
    busy.frames = 1;
    const auto step = [&](int turns) {
        for (int i = 0; i < turns; ++i) {
            worker.turn({});
        }
    };
    step(1);  // nobody was busy before: all are asked
    EXPECT_EQ(quiet.polls, 1U);
    step(40);
    EXPECT_EQ(busy.polls, 41U);
    EXPECT_EQ(quiet.polls, 11U);
    EXPECT_EQ(other.polls, 11U);

    quiet.frames = 1;  // it is found within four turns, and asked each turn from then on
    step(4);
    const std::uint64_t found = quiet.polls;
    EXPECT_GT(found, 11U);
    step(8);
    EXPECT_EQ(quiet.polls, found + 8);

    busy.frames = quiet.frames = 0;
    step(1);
    const std::uint64_t before = other.polls;
    step(5);  // a turn without frames hides nobody from those that follow
    EXPECT_EQ(other.polls, before + 5);
}

TEST(Worker, OfVeryManyQuietOnesEachIsAskedEverySixteenthTurn) {
    Quiescence quiescence(1);
    Counting busy(false);
    std::vector<std::unique_ptr<Counting>> quiet;
    std::vector<Poller*> all{&busy};
    for (int i = 0; i < 255; ++i) {
        quiet.push_back(std::make_unique<Counting>(false));
        all.push_back(quiet.back().get());
    }
    Worker worker({}, all, quiescence);
    busy.frames = 1;
    for (int turn = 0; turn < 1 + 16; ++turn) {
        worker.turn({});
    }
    for (const auto& one : quiet) {
        EXPECT_EQ(one->polls, 1U + 1U);
    }
}

/// Writes its name down when it is asked.
class Named final : public Poller {
  public:
    Named(char name, std::string& asked) : name_(name), asked_(asked) {}
    unsigned poll(Instant) override { return asked_ += name_, frames; }

    unsigned frames = 1;  ///< That each poll finds.

  private:
    char name_;
    std::string& asked_;
};

TEST(Worker, OfThoseThatTakeTurnsWhoWasFirstIsTheLastNextTime) {
    Quiescence quiescence(1);
    std::string asked;
    Named a('a', asked), b('b', asked), c('c', asked), d('d', asked);
    Worker worker({.take_turns = 3}, {&a, &b, &c, &d}, quiescence);
    const auto turn = [&] {
        asked.clear();
        worker.turn({});
        return asked;
    };
    EXPECT_EQ(turn(), "abcd");
    EXPECT_EQ(turn(), "bcad");
    EXPECT_EQ(turn(), "cabd");
    EXPECT_EQ(turn(), "abcd");
    // Who has nothing neither counts as first nor takes the place of one who has.
    b.frames = 0;
    EXPECT_EQ(turn(), "bcad");
    EXPECT_EQ(turn(), "acd");
    EXPECT_EQ(turn(), "bcad");  // it is still asked every fourth turn
    EXPECT_EQ(turn(), "acd");
    std::string all;
    for (int i = 0; i < 40; ++i) {
        all += turn();
    }
    EXPECT_EQ(std::count(all.begin(), all.end(), 'b'), 10);
    EXPECT_EQ(std::count(all.begin(), all.end(), 'a'), 40);
}

/// Writes its number down when it is asked; always has a frame.
class Numbered final : public Poller {
  public:
    Numbered(int number, std::vector<int>& asked) : number_(number), asked_(asked) {}
    unsigned poll(Instant) override { return asked_.push_back(number_), 1; }

  private:
    int number_;
    std::vector<int>& asked_;
};

TEST(Worker, EachOfManyIsAskedOnceATurnAndEachOfThoseThatTakeTurnsIsFirstOnce) {
    constexpr int kTakeTurns = 150;
    constexpr int kAll = 200;
    Quiescence quiescence(1);
    std::vector<int> asked;
    std::deque<Numbered> numbered;
    std::vector<Poller*> pollers;
    for (int number = 0; number < kAll; ++number) {
        pollers.push_back(&numbered.emplace_back(number, asked));
    }
    Worker worker({.take_turns = kTakeTurns}, pollers, quiescence);
    for (int turn = 0; turn < 2 * kTakeTurns; ++turn) {
        std::vector<int> expected;
        for (int i = 0; i < kAll; ++i) {
            expected.push_back(i < kTakeTurns ? (turn + i) % kTakeTurns : i);
        }
        asked.clear();
        EXPECT_EQ(worker.turn({}), static_cast<unsigned>(kAll));
        EXPECT_EQ(asked, expected) << "in turn " << turn;
    }
}

TEST(Worker, WithoutADescriptorLeftItDoesNotStart) {
    Quiescence quiescence(1);
    rlimit before{};
    ASSERT_EQ(getrlimit(RLIMIT_NOFILE, &before), 0);
    const int next = eventfd(0, EFD_CLOEXEC);  // the lowest that is free
    close(next);
    for (const int left : {0, 1}) {
        const rlimit tight{static_cast<rlim_t>(next + left), before.rlim_max};
        ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &tight), 0);
        Worker worker({}, {}, quiescence);
        EXPECT_EQ(setrlimit(RLIMIT_NOFILE, &before), 0);
        const Status started = worker.start();
        ASSERT_FALSE(started.ok());
        EXPECT_NE(started.error().text.find("no descriptor is left, see `ulimit -n`"),
                  std::string::npos)
            << started.error().text;
    }
}

TEST(Worker, CallRunsOnItsThreadAndOnTheCallersWhereItDoesNotRun) {
    Quiescence quiescence(1);
    Counting poller(false);
    Worker worker({}, {&poller}, quiescence);
    const auto thread_of_call = [&] {
        std::thread::id id;
        worker.call([&] { id = std::this_thread::get_id(); });
        return id;
    };
    EXPECT_EQ(thread_of_call(), std::this_thread::get_id());
    ASSERT_TRUE(worker.start().ok());
    const std::thread::id its = thread_of_call();
    EXPECT_NE(its, std::this_thread::get_id());
    EXPECT_EQ(thread_of_call(), its);
    worker.stop();
    EXPECT_EQ(thread_of_call(), std::this_thread::get_id());
}

TEST(Worker, ProgressIsKeptWhereSomebodyElseLooks) {
    Quiescence quiescence(1);
    std::atomic<std::uint64_t> word{41};
    Worker worker({.progress = &word}, {}, quiescence);
    EXPECT_EQ(worker.progress(), 41U);
    ASSERT_TRUE(worker.start().ok());
    EXPECT_TRUE(comes_true([&] { return word > 50; }));
    worker.stop();
    EXPECT_EQ(worker.progress(), word);
}

TEST(Worker, CallReturnsWhenTheWorkIsDone) {
    Quiescence quiescence(1);
    Worker worker({}, {}, quiescence);
    ASSERT_TRUE(worker.start().ok());
    int sum = 0;  // plain: the call is what makes it safe
    for (int i = 1; i <= 1000; ++i) {
        worker.call([&] { sum += i; });
    }
    EXPECT_EQ(sum, 500500);
}

TEST(Worker, IdleOneSleepsAndServicesAndAPollingOneDoesNotSleep) {
    Quiescence quiescence(2);
    Counting idle(false), busy(false);
    Worker sleeper({.index = 0}, {&idle}, quiescence);
    Worker poller({.index = 1, .idle = IdlePolicy::Poll}, {&busy}, quiescence);
    ASSERT_TRUE(sleeper.start().ok());
    ASSERT_TRUE(comes_true([&] { return idle.polls > kSpinTurns; }));
    const std::uint64_t polls = idle.polls, services = idle.services;
    const Instant start = now();
    std::this_thread::sleep_for(200ms);
    const auto housekeepings = static_cast<std::uint64_t>((now() - start) / kHousekeeping);
    EXPECT_LE(idle.polls - polls, 2 * housekeepings + 20);
    EXPECT_TRUE(comes_true([&] { return idle.services > services; }));
    sleeper.stop();

    ASSERT_TRUE(poller.start().ok());
    EXPECT_TRUE(comes_true([&] { return busy.polls > 10 * kSpinTurns; }));
}

TEST(Worker, PollerWithoutADescriptorIsPolledWhileItSleeps) {
    Quiescence quiescence(1);
    Counting poller(true);
    Worker worker({}, {&poller}, quiescence);
    ASSERT_TRUE(worker.start().ok());
    ASSERT_TRUE(comes_true([&] { return poller.polls > kSpinTurns + 64; }));
    const std::uint64_t before = poller.polls;
    const Instant start = now();
    ASSERT_TRUE(comes_true([&] { return poller.polls > before + 100; }));
    EXPECT_GE(now() - start, 10 * kLongNap) << "a hundred naps of half a millisecond";
}

TEST(Worker, CallWakesASleeperAtOnce) {
    Quiescence quiescence(1);
    Counting poller(false);
    Worker worker({}, {&poller}, quiescence);
    ASSERT_TRUE(worker.start().ok());
    EXPECT_LT(best_after_falling_asleep(poller, [&] { worker.call([] {}); }), kHousekeeping / 4);
}

TEST(Worker, StopWakesASleeperAtOnce) {
    Quiescence quiescence(1);
    Counting poller(false);
    Worker worker({}, {&poller}, quiescence);
    const auto stop_and_start = [&] {
        worker.stop();
        ASSERT_TRUE(worker.start().ok());
    };
    ASSERT_TRUE(worker.start().ok());
    EXPECT_LT(best_after_falling_asleep(poller, stop_and_start), kHousekeeping / 4);
}

TEST(Worker, StartsAgainAfterAStop) {
    Quiescence quiescence(1);
    Counting poller(false);
    Worker worker({}, {&poller}, quiescence);
    for (int i = 0; i < 3; ++i) {
        ASSERT_TRUE(worker.start().ok());
        const std::uint64_t before = poller.polls;
        EXPECT_TRUE(comes_true([&] { return poller.polls > before; }));
        worker.stop();
        worker.stop();
    }
}

TEST(Worker, CoreThatIsNotThereIsAnErrorInWords) {
    Quiescence quiescence(1);
    Worker worker({.core = 1000}, {}, quiescence);
    const Status started = worker.start();
    ASSERT_FALSE(started.ok());
    EXPECT_NE(started.error().text.find("core 1000"), std::string::npos) << started.error().text;
}

TEST(Worker, FrameWakesASleepingWorkerAndCrossesTheSwitch) {
    test::Rig rig({.adapters = {{.name = "a", .rules = test::member_of(10)},
                                {.name = "b", .rules = test::member_of(10)}}});
    hvswitch::AdapterPoller a(rig.forwarder(0), {0}), b(rig.forwarder(0), {1});
    Counting idle(false);
    Worker worker({}, {&a, &b, &idle}, rig.shared().quiescence());
    ASSERT_TRUE(worker.start().ok());
    const test::Bytes sent = test::frame(test::kBroadcast, {0x0211'0000'0001}).bytes();
    std::size_t frames = 0;
    const Duration shortest = best_after_falling_asleep(idle, [&] {
        rig.inject({0}, sent);
        ++frames;
        ASSERT_TRUE(comes_true([&] { return rig.client({1}).waiting() == frames; }));
    });
    worker.stop();
    rig.drain();
    EXPECT_LT(shortest, kHousekeeping / 4);
    EXPECT_EQ(rig.take({1}), std::vector<test::Bytes>(frames, sent));
    EXPECT_EQ(rig.broken_laws(), "");
    EXPECT_EQ(rig.pools().in_use(), 0U);
}

}  // namespace
}  // namespace sealane::worker
