// Who bridges: the hypervisor's slots and the agents of SEAs with high availability, on a thread of
// their own, so that no question of a user's delays a keep-alive.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "control/failover/journal.h"
#include "control/runtime/hypervisor.h"
#include "control/runtime/sea_side.h"

struct rte_mempool;

namespace sealane::runtime {

/// What an agent decided, as the report of its SEA has it.
struct SeaStanding {
    ha::Config config;
    ha::State state;
    ha::BridgeMode bridge_mode = ha::BridgeMode::None;
    ha::HearingCounters heard;
    std::array<std::uint64_t, ha::kMessageTypeCount> said{};
    std::uint64_t announced = 0;  ///< Frames for clients that it took over; the SEA's rx has them.
    std::uint64_t unsent = 0;     ///< Own frames, announcements too, that found no buffer or place.
};

/// Ownership: borrows ports, workers and pool, which outlive it.  Threads: start() and the
/// destructor from control, the rest from any; a thread of its own in between.
class Conductor {
  public:
    struct Settings {
        std::vector<SeaSide::Settings> seas;  ///< Of this process.
        std::unique_ptr<Hypervisor> hypervisor;
        std::function<std::uint64_t()> draw;           ///< Random numbers, not 0.
        Duration look = std::chrono::milliseconds{5};  ///< At links and leases, at least so often.
        std::function<Instant()> clock;
    };

    Conductor(Settings settings, rte_mempool* frames);
    ~Conductor();
    Conductor(const Conductor&) = delete;
    Conductor& operator=(const Conductor&) = delete;

    void start();
    /// Instead of start(), for a host with a loop of its own: one turn.  To be called at next(),
    /// and whenever frames have moved.
    void drive();
    /// When there will be something to do, whatever comes.
    [[nodiscard]] Instant next() const;

    /// Runs `work` between two turns, which read the switch's settings.
    void between_turns(const std::function<void()>& work);

    /// Empty: no SEA of that name has high availability here.
    [[nodiscard]] std::optional<SeaStanding> standing(const std::string& sea) const;
    /// False: as before.
    bool set_mode(const std::string& sea, ha::Mode mode);
    /// Those numbered above `after`.
    [[nodiscard]] std::vector<failover::Occurrence> occurrences(std::uint64_t after) const;
    /// The hypervisor in another process has gone, and with it the sense of this one.
    [[nodiscard]] bool has_lost_hypervisor() const { return lost_.load(std::memory_order_relaxed); }

  private:
    struct Deliverer;

    void begin();
    void end();
    void loop();
    void wait_for_workers() const;
    void turn();
    void deliver_all();
    void rest();
    void ring() const;
    [[nodiscard]] SeaSide* find(const std::string& sea) const;

    Duration look_;
    std::function<Instant()> clock_;
    bool has_begun_ = false;
    std::function<std::uint64_t()> draw_;
    mutable std::mutex mutex_;  ///< Held for a turn, and by who asks.
    std::unique_ptr<Hypervisor> hypervisor_;
    failover::Journal journal_;
    Instant now_{};  ///< Of the turn.
    std::vector<std::unique_ptr<SeaSide>> sides_;
    int bell_ = -1;
    std::atomic<bool> stopping_{false};
    std::atomic<bool> lost_{false};
    std::thread thread_;
};

}  // namespace sealane::runtime
