// Who bridges: the hypervisor's slots and the agents of all SEAs with high availability, on a
// thread of their own, so that no question of a user's delays a keep-alive.
#pragma once

#include <atomic>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "control/failover/agent.h"
#include "control/failover/announcer.h"
#include "control/failover/journal.h"
#include "control/failover/slot_keeper.h"
#include "dataplane/port/ring_port.h"
#include "dataplane/worker/worker.h"

struct rte_mempool;

namespace sealane::runtime {

/// What an agent decided, as the report of its SEA has it.
struct SeaStanding {
    ha::Config config;
    ha::State state;
    ha::BridgeMode bridge_mode = ha::BridgeMode::None;
    ha::HearingCounters heard;
    std::array<std::uint64_t, ha::kMessageTypeCount> said{};
    std::uint64_t unsent = 0;  ///< Own frames, announcements too, that found no buffer or place.
};

/// Ownership: borrows ports, workers, pool and slots, which outlive it.  Threads: start() and the
/// destructor from control, the rest from any; a thread of its own in between.
class Conductor {
  public:
    struct Sea {
        std::string name;  ///< Qualified.
        failover::Agent::Settings agent;
        const port::Port* real = nullptr;          ///< Whose link it watches.
        port::RingEnd* control_channel = nullptr;  ///< Null: it has none.
        port::RingEnd* voice = nullptr;            ///< To its bridge (Bridge::from_own).
        const worker::Worker* worker = nullptr;    ///< Whose progress renews its leases.
        std::optional<VlanId> untagged;            ///< Leaves to the wire without a tag.
        /// The clients behind these trunk adapters.
        std::function<std::vector<failover::ClientAddress>(ha::TrunkSet)> clients;
    };
    struct Settings {
        std::vector<Sea> seas;  ///< In the order of SeaIndex.
        std::vector<failover::Contender> contenders;
        std::function<std::uint64_t()> draw;           ///< Random numbers, not 0.
        Duration look = std::chrono::milliseconds{5};  ///< At links and leases, at least so often.
    };

    Conductor(Settings settings, hvswitch::SlotTable& slots, rte_mempool* frames);
    ~Conductor();
    Conductor(const Conductor&) = delete;
    Conductor& operator=(const Conductor&) = delete;

    void start();

    /// Empty: no SEA of that name has high availability.
    [[nodiscard]] std::optional<SeaStanding> standing(const std::string& sea) const;
    /// False: as before.
    bool set_mode(const std::string& sea, ha::Mode mode);
    /// Those numbered above `after`.
    [[nodiscard]] std::vector<failover::Occurrence> occurrences(std::uint64_t after) const;

  private:
    class Side;

    void loop();
    void wait_for_workers() const;
    void turn();
    void deliver(failover::SlotKeeper::News news);
    void deliver_all();
    void rest();
    void ring() const;
    [[nodiscard]] Instant next() const;

    Duration look_;
    std::function<std::uint64_t()> draw_;
    rte_mempool* frames_;
    mutable std::mutex mutex_;  ///< Held for a turn, and by who asks.
    failover::SlotKeeper keeper_;
    failover::Journal journal_;
    std::deque<failover::SlotNews> news_;
    Instant now_{};  ///< Of the turn.
    std::vector<std::unique_ptr<Side>> sides_;
    int bell_ = -1;
    std::atomic<bool> stopping_{false};
    std::thread thread_;
};

}  // namespace sealane::runtime
