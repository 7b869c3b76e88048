// One SEA of a pair with what its agent needs of the world.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>

#include "control/failover/adapter_reset.h"
#include "control/failover/agent.h"
#include "control/failover/announcer.h"
#include "control/failover/journal.h"
#include "control/failover/pinger.h"
#include "control/runtime/hypervisor.h"
#include "dataplane/base/counters.h"
#include "dataplane/port/ring_port.h"
#include "dataplane/worker/worker.h"

struct rte_mempool;

namespace sealane::runtime {

/// Ownership: borrows ports, worker, pool, journal and hypervisor, which outlive it.  Threads: one.
class SeaSide final : public failover::HypervisorCalls, public failover::Surroundings {
  public:
    struct Settings {
        failover::SeaIndex index;
        std::string name;  ///< Qualified.
        failover::Agent::Settings agent;
        port::Port* real = nullptr;                      ///< Whose link it watches, and may reset.
        port::Port* control_channel = nullptr;           ///< It alone uses that end.
        port::RingEnd* voice = nullptr;                  ///< To its bridge (Bridge::from_own).
        const port::RingEnd* heard = nullptr;            ///< The bridge's end of that.
        const worker::Worker* worker = nullptr;          ///< Whose progress renews its leases.
        std::optional<VlanId> untagged;                  ///< Leaves to the wire without a tag.
        std::optional<failover::Pinger::Settings> ping;  ///< Its netaddr, if it has one.
    };
    struct Surrounding {
        Hypervisor& hypervisor;
        failover::Journal& journal;
        rte_mempool* frames;
        std::function<std::uint64_t()>& draw;  ///< Random numbers, not 0.
    };

    SeaSide(Settings settings, const Surrounding& around, Instant now);
    SeaSide(const SeaSide&) = delete;
    SeaSide& operator=(const SeaSide&) = delete;
    /// Gives the link back, if it was away on purpose.
    ~SeaSide() override;

    [[nodiscard]] const Settings& settings() const { return settings_; }
    [[nodiscard]] failover::Agent& agent() { return agent_; }
    [[nodiscard]] const failover::Agent& agent() const { return agent_; }
    [[nodiscard]] std::uint64_t announced() const;
    [[nodiscard]] std::uint64_t unsent() const;
    [[nodiscard]] Instant next() const;

    /// The hypervisor says how one of its slots stands.
    void hear(const ha::SlotChanged& change, Instant now);
    /// Clients that it asked for; `last` of one question.
    void hear(std::vector<failover::ClientAddress> clients, bool last);
    /// What has happened to it since the last turn.
    void look(Instant now);
    void announce_due(Instant now);
    void set_mode(ha::Mode mode, Instant now);
    void stop(Instant now);

    void acquire(ha::TrunkSet trunks) override { call(hypercall::Call::Acquire, trunks); }
    void hand_over(ha::TrunkSet trunks) override { call(hypercall::Call::HandOver, trunks); }
    void withdraw(ha::TrunkSet trunks) override { call(hypercall::Call::Withdraw, trunks); }
    void release(ha::TrunkSet trunks) override { call(hypercall::Call::Release, trunks); }

    void send(const ha::Frame& frame) override {
        emit(*settings_.control_channel, emitted_, frame, {});
    }
    void announce(ha::TrunkSet trunks) override {
        announcer_.begin(trunks, now_);
        announcing_ = announcing_ | trunks;
    }
    void reset_adapter() override { reset_.begin(now_); }
    void note(std::string_view kind, std::string what, std::string_view cause) override;

  private:
    void call(hypercall::Call call, ha::TrunkSet trunks) {
        around_.hypervisor.call(settings_.index, call, trunks);
    }
    void hear_control_channel(Instant now);
    void ping(Instant now);
    void look_at_link(Instant now);
    void set_link(bool up);
    template <typename Hear>
    void for_each_frame(port::Port& port, Hear&& hear);
    void tell_announced(Instant now);
    void emit(port::Port& to,
              AdapterCounters& counters,
              std::span<const std::uint8_t> bytes,
              std::optional<VlanId> tag);

    Settings settings_;
    Surrounding around_;
    failover::Agent agent_;
    failover::Announcer announcer_;
    std::optional<failover::Pinger> pinger_;
    ha::TrunkSet announcing_;  ///< Their clients have not all been announced for the first time.
    /// The turn in which the worker had taken what was said for them so far, or a later one.
    std::optional<std::uint64_t> taken_in_;
    unsigned questions_ = 0;  ///< For clients, not answered yet.
    std::optional<bool> link_;
    failover::AdapterReset reset_;
    AdapterCounters announced_;  ///< Of own frames, those for clients; what became of them.
    AdapterCounters emitted_;    ///< The others, for the partner and the channel.
    std::uint64_t unmade_ = 0;
    Instant now_{};  ///< Of the event that it is in.
};

}  // namespace sealane::runtime
