// A worker: a thread that polls its pollers round and round (design 4).
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "dataplane/base/result.h"
#include "dataplane/base/time.h"
#include "dataplane/worker/idle.h"
#include "dataplane/worker/poller.h"
#include "dataplane/worker/quiescence.h"

namespace sealane::worker {

/// Runs to completion: each turn of the loop lets every poller take one burst all the way.
///
/// Ownership: borrows the pollers and the quiescence state, which outlive it.  Threads: made,
/// started, stopped and called by control; turn() by its own thread, or by a test that steps it by
/// hand.
class Worker {
  public:
    struct Settings {
        std::uint32_t index = 0;
        std::optional<std::uint32_t> core;  ///< Pinned to it; none: wherever the scheduler likes.
        IdlePolicy idle = IdlePolicy::Adaptive;
        /// Of one nap: somebody may look at progress() so often.
        Duration longest_rest = kHousekeeping;
        /// So many pollers, the first ones, take turns at being asked first: they send to the same
        /// receivers, and what these have no room for must not be the same sender's each time.
        std::size_t take_turns = 0;
        /// Where progress() is kept instead of here: in memory that somebody outside of the process
        /// looks at.  Outlives the worker, which alone writes it.
        std::atomic<std::uint64_t>* progress = nullptr;
    };

    Worker(Settings settings, const std::vector<Poller*>& pollers, Quiescence& quiescence);
    ~Worker();
    Worker(const Worker&) = delete;
    Worker& operator=(const Worker&) = delete;

    /// Starts the thread.  Fails if the core can't be had, DPDK takes no further thread, or the
    /// process may open no further descriptor.
    [[nodiscard]] Status start();

    /// Stops it after the turn it is in, and joins it.  Does nothing if it isn't running.
    void stop();

    /// Runs `work` between two turns and returns when it is done.  On a worker that isn't running,
    /// at once on the caller's thread.  One caller at a time.
    void call(const std::function<void()>& work);

    /// One more poller, which takes turns with the adapters of the switch; and one less, which is
    /// there.  In call(), or of a worker without a thread.  Fails if no descriptor can be watched,
    /// and then it is as before.
    [[nodiscard]] Status add(Poller& poller);
    void remove(Poller& poller);

    /// One turn.  Returns the frames taken.  After a turn that found frames, a poller that had none
    /// is asked every fourth turn only, of very many every sixteenth (kAskedATurn); after one that
    /// found none, all are asked.  Who had some first is the last to be asked in the next, of those
    /// that take turns.
    unsigned turn(Instant now);
    /// The slow work of every poller.
    void service(Instant now);

    /// For a worker without a thread, whose host has a loop and a clock of its own: a turn, and the
    /// slow work if it is due.  Returns the frames taken.
    unsigned drive(Instant now);
    /// Before the host waits for wait_descriptor(), at most so long as longest_wait().  False:
    /// there is something already.
    bool prepare_to_sleep();
    void awake();
    [[nodiscard]] int wait_descriptor() const { return wait_set_; }
    [[nodiscard]] Duration longest_wait() const {
        return must_poll_ ? kShortNap : std::min(kHousekeeping, settings_.longest_rest);
    }

    /// Turns of its loop, naps included: it stands still when the worker does.  What a turn did is
    /// done once this is more than it was in the turn.  Any thread.
    [[nodiscard]] std::uint64_t progress() const {
        return progress_->load(std::memory_order_acquire);
    }

    [[nodiscard]] const Settings& settings() const { return settings_; }

  private:
    struct Mailbox;

    void loop();
    void service_if_due(Instant now);
    void rest(Duration at_most);
    void ring();
    void count_pollers();

    /// Calls `deed(number)` for each poller from `begin` to before `end` that is to be asked now.
    template <typename Deed>
    void for_each_due(std::size_t begin, std::size_t end, Deed&& deed);

    Settings settings_;
    std::vector<Poller*> pollers_;
    /// While others have frames, about so many that had none are asked a turn, each after 4 to 16
    /// turns: what has nothing costs a burst as little as it can.
    static constexpr std::size_t kAskedATurn = 16;

    std::vector<std::uint64_t> quiet_;  ///< A bit each: it had nothing when it was last asked.
    std::uint64_t every_ = 0;           ///< Of those, who is asked in one turn of 64, by its bit.
    std::size_t turn_ = 0;
    std::size_t first_ = 0;  ///< Of those that take turns, who is asked first.
    std::optional<Instant> serviced_;
    bool busy_ = false;  ///< The last turn found frames.
    Quiescence& quiescence_;
    bool must_poll_ = false;
    int wait_set_ = -1;         // epoll descriptor: bell_ and every poller's descriptor
    int bell_ = -1;             // eventfd: rung by control
    Status can_wait_ = done();  // what start() says
    std::unique_ptr<Mailbox> mailbox_;
    std::atomic<bool> stopping_{false};
    std::atomic<std::uint64_t> own_progress_{0};
    std::atomic<std::uint64_t>* progress_;  ///< The one in use; written by the worker alone.
    std::thread thread_;
};

}  // namespace sealane::worker
