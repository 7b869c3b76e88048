#include "dataplane/worker/worker.h"

#include <algorithm>
#include <bit>
#include <boost/lockfree/spsc_queue.hpp>
#include <cerrno>
#include <cstring>
#include <future>
#include <poll.h>
#include <pthread.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <rte_pause.h>

#include "dataplane/base/check.h"
#include "dataplane/worker/clock.h"
#include "dataplane/worker/eal.h"

namespace sealane::worker {

// Work from control to the worker.  The caller waits until it is carried out, so the queue never
// holds more than one.  The answer stands here and not with the caller, who may be gone by the time
// the worker has finished waking it.
struct Worker::Mailbox {
    boost::lockfree::spsc_queue<const std::function<void()>*, boost::lockfree::capacity<4>> letters;
    std::uint32_t posted = 0;                   // control's
    std::atomic<std::uint32_t> carried_out{0};  // the worker's
};

namespace {

constexpr std::size_t kWord = 64;
constexpr auto kAll = ~std::uint64_t{0};

/// Bits, one in `count`: a power of two, at most 64.
constexpr std::uint64_t one_in(std::size_t count) {
    std::uint64_t bits = 0;
    for (std::size_t at = 0; at < kWord; at += count) {
        bits |= std::uint64_t{1} << at;
    }
    return bits;
}

/// Descriptors that could not be made are EBADF here.
Status watch(int wait_set, int descriptor) {
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.fd = descriptor;
    if (epoll_ctl(wait_set, EPOLL_CTL_ADD, descriptor, &event) == 0) return done();
    const int fault = errno;
    if (fault == EEXIST) return done();
    return Error{
        std::string("a worker can't wait for its ports: ") +
        (fault == EBADF ? "no descriptor is left, see `ulimit -n`" : std::strerror(fault))};
}

Status pin(std::uint32_t core) {
    cpu_set_t cores;
    CPU_ZERO(&cores);
    CPU_SET(core, &cores);
    const int fault = pthread_setaffinity_np(pthread_self(), sizeof cores, &cores);
    if (fault == 0) return done();
    return Error{"can't run a worker on core " + std::to_string(core) + ": " +
                 std::strerror(fault) +
                 "; `runtime: cores` must name cores that this process may use"};
}

}  // namespace

Worker::Worker(Settings settings, const std::vector<Poller*>& pollers, Quiescence& quiescence)
    : settings_(settings),
      pollers_(pollers),
      quiescence_(quiescence),
      wait_set_(epoll_create1(EPOLL_CLOEXEC)),
      bell_(eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)),
      mailbox_(std::make_unique<Mailbox>()),
      progress_(settings_.progress != nullptr ? settings_.progress : &own_progress_) {
    SEALANE_CHECK(settings_.take_turns <= pollers.size(), "more pollers take turns than there are");
    count_pollers();
    can_wait_ = watch(wait_set_, bell_);
    for (Poller* const poller : pollers) {
        const int wakes = poller->wake_descriptor();
        if (wakes >= 0 && can_wait_.ok()) can_wait_ = watch(wait_set_, wakes);
    }
}

Worker::~Worker() {
    stop();
    close(wait_set_);
    close(bell_);
}

Status Worker::start() {
    SEALANE_CHECK(!thread_.joinable(), "a worker was started twice");
    if (!can_wait_) return can_wait_;
    std::promise<Status> answer;
    std::future<Status> answered = answer.get_future();
    stopping_ = false;
    thread_ = std::thread([this, answer = std::move(answer)]() mutable {
        Status outcome = settings_.core ? pin(*settings_.core) : done();
        if (outcome.ok()) outcome = register_worker_thread();
        const bool runs = outcome.ok();
        answer.set_value(std::move(outcome));
        if (!runs) return;
        loop();
        unregister_worker_thread();
    });
    Status outcome = answered.get();
    if (!outcome) thread_.join();
    return outcome;
}

void Worker::stop() {
    if (!thread_.joinable()) return;
    stopping_ = true;
    ring();
    thread_.join();
}

void Worker::call(const std::function<void()>& work) {
    if (!thread_.joinable()) return work();
    const std::uint32_t before = mailbox_->posted++;
    const bool posted = mailbox_->letters.push(&work);
    SEALANE_CHECK(posted, "a worker was called by two threads at once");
    ring();
    mailbox_->carried_out.wait(before);
}

Status Worker::add(Poller& poller) {
    const int wakes = poller.wake_descriptor();
    if (wakes >= 0) {
        if (Status watched = watch(wait_set_, wakes); !watched) return watched;
    }
    pollers_.insert(pollers_.begin() + static_cast<std::ptrdiff_t>(settings_.take_turns), &poller);
    ++settings_.take_turns;
    count_pollers();
    return done();
}

void Worker::remove(Poller& poller) {
    const auto found = std::find(pollers_.begin(), pollers_.end(), &poller);
    SEALANE_CHECK(found != pollers_.end(), "a worker was to forget a poller that it has not");
    if (static_cast<std::size_t>(found - pollers_.begin()) < settings_.take_turns)
        --settings_.take_turns;
    pollers_.erase(found);
    const int wakes = poller.wake_descriptor();
    if (wakes >= 0) epoll_ctl(wait_set_, EPOLL_CTL_DEL, wakes, nullptr);
    count_pollers();
}

void Worker::count_pollers() {
    const std::size_t count = pollers_.size();
    quiet_.assign((count + kWord - 1) / kWord, 0);
    every_ = one_in(std::bit_ceil(std::clamp<std::size_t>(count / kAskedATurn, 4, 16)));
    if (first_ >= settings_.take_turns) first_ = 0;
    must_poll_ = std::any_of(
        pollers_.begin(), pollers_.end(), [](const Poller* one) { return one->needs_polling(); });
}

unsigned Worker::turn(Instant now) {
    unsigned frames = 0;
    std::size_t found_some = 0;
    std::size_t winner = 0;
    const auto ask = [&](std::size_t number) {
        const unsigned found = pollers_[number]->poll(now);
        const std::uint64_t bit = std::uint64_t{1} << number % kWord;
        std::uint64_t& quiet = quiet_[number / kWord];
        quiet = found == 0 ? quiet | bit : quiet & ~bit;
        frames += found;
        if (found > 0 && found_some++ == 0) winner = number;
    };
    ++turn_;
    for_each_due(first_, settings_.take_turns, ask);
    for_each_due(0, first_, ask);
    if (found_some > 1) first_ = (winner + 1) % settings_.take_turns;
    for_each_due(settings_.take_turns, pollers_.size(), ask);
    busy_ = frames > 0;
    return frames;
}

template <typename Deed>
void Worker::for_each_due(std::size_t begin, std::size_t end, Deed&& deed) {
    for (std::size_t word = begin / kWord; word * kWord < end; ++word) {
        // Who had nothing is asked less often while others have something, but soon enough.
        std::uint64_t due =
            busy_ ? ~quiet_[word] | std::rotr(every_, static_cast<int>(turn_ % kWord)) : kAll;
        const std::size_t start = word * kWord;
        if (begin > start) due &= kAll << (begin - start);
        if (end < start + kWord) due &= ~(kAll << (end - start));
        for (; due != 0; due &= due - 1) {
            deed(start + static_cast<std::size_t>(std::countr_zero(due)));
        }
    }
}

void Worker::service(Instant now) {
    for (Poller* const poller : pollers_) {
        poller->service(now);
    }
}

void Worker::service_if_due(Instant now) {
    constexpr Duration kServiceEvery = std::chrono::milliseconds{1};
    if (serviced_ && now - *serviced_ < kServiceEvery) return;
    service(now);
    serviced_ = now;
}

unsigned Worker::drive(Instant now) {
    SEALANE_CHECK(!thread_.joinable(), "a worker with a thread was driven");
    service_if_due(now);
    const unsigned frames = turn(now);
    progress_->store(progress() + 1, std::memory_order_release);
    return frames;
}

void Worker::loop() {
    constexpr std::uint32_t kTurnsPerClock = 16;  // every turn would cost more than a frame

    quiescence_.online(settings_.index);
    Instant now = worker::now();
    std::uint32_t empty_turns = 0;
    for (std::uint32_t turns = 0; !stopping_.load(std::memory_order_relaxed); ++turns) {
        if (turns % kTurnsPerClock == 0) now = worker::now();
        service_if_due(now);
        empty_turns = turn(now) > 0 ? 0 : empty_turns + 1;
        mailbox_->letters.consume_all([this](const std::function<void()>* work) {
            (*work)();
            ++mailbox_->carried_out;
            mailbox_->carried_out.notify_one();
        });
        quiescence_.quiescent(settings_.index);
        progress_->store(progress() + 1, std::memory_order_release);

        if (empty_turns == 0) continue;
        if (const Rest chosen = choose_rest(settings_.idle, empty_turns, must_poll_);
            chosen.sleep) {
            rest(std::min(chosen.at_most, settings_.longest_rest));
            turns = kTurnsPerClock - 1;  // so that the next turn reads the clock
        } else {
            rte_pause();
        }
    }
    quiescence_.offline(settings_.index);
}

bool Worker::prepare_to_sleep() {
    bool nothing_there = true;
    for (Poller* const poller : pollers_) {
        nothing_there = poller->prepare_to_sleep() && nothing_there;
    }
    return nothing_there;
}

void Worker::awake() {
    for (Poller* const poller : pollers_) {
        poller->awake();
    }
}

void Worker::rest(Duration at_most) {
    if (prepare_to_sleep()) {
        quiescence_.offline(settings_.index);
        pollfd waiting{.fd = wait_set_, .events = POLLIN, .revents = 0};
        const timespec limit{.tv_sec = at_most / std::chrono::seconds{1},
                             .tv_nsec = (at_most % std::chrono::seconds{1}).count()};
        [[maybe_unused]] const int woken =
            ppoll(&waiting, 1, &limit, nullptr);  // any outcome: go on
        quiescence_.online(settings_.index);
    }
    awake();
    std::uint64_t rung = 0;
    [[maybe_unused]] const ssize_t drained = read(bell_, &rung, sizeof rung);  // EAGAIN: not rung
}

void Worker::ring() {
    const std::uint64_t one = 1;
    [[maybe_unused]] const ssize_t rung = write(bell_, &one, sizeof one);  // EAGAIN: rung already
}

}  // namespace sealane::worker
