// A VIOS of the simulation: its agent and its dataplane, which can stand still each alone.
#pragma once

#include <array>
#include <atomic>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "control/failover/agent.h"
#include "tests/unit/simulator/world.h"

namespace sealane::simulator {

class Node final : public failover::HypervisorCalls, public failover::Surroundings {
  public:
    Node(World& of, std::size_t index);

    /// What is set outside of its process, and outlives it.
    struct Setting {
        std::uint8_t priority = 1;
        ha::Mode mode = ha::Mode::Auto;
        std::uint64_t vlans = 5;
        Duration fb_delay{}, link_debounce{}, link_time{};
        bool noauto_failback = false;
    };
    Setting setting;
    bool link = true;
    bool gateway = true;  ///< Answers; only its agent looks.
    Instant control_sleeps{}, dataplane_sleeps{}, timers_late{};  ///< Until then.

    void start();
    void kill();
    /// Says goodbye first.
    void stop();

    /// A turn of its agent's thread, and the two halves of one of its worker.
    void control_turn();
    void look_at_wires();
    void look_at_links();
    void hear(const ha::SlotChanged& change) { news_.push_back(change); }
    void hear(const World::Letter& letter);
    void from_switch(std::size_t trunk, const Probe& probe);
    void from_wire(std::size_t trunk, const Probe& probe);

    [[nodiscard]] bool is_alive() const { return agent_.has_value(); }
    [[nodiscard]] bool controls() const { return is_alive() && of_.now() >= control_sleeps; }
    [[nodiscard]] bool bridges() const {
        return is_alive() && link && of_.now() >= dataplane_sleeps;
    }
    [[nodiscard]] std::uint64_t boot() const { return boot_; }
    [[nodiscard]] std::uint64_t progress() const { return progress_; }
    [[nodiscard]] std::uint64_t answer(std::size_t trunk) const {
        return lanes_[trunk] ? lanes_[trunk]->answer() : 0;
    }
    [[nodiscard]] std::uint64_t queued() const;
    [[nodiscard]] ha::Role role() const { return agent_ ? agent_->state().role : ha::Role::Init; }

    void acquire(ha::TrunkSet trunks) override;
    void hand_over(ha::TrunkSet trunks) override;
    void withdraw(ha::TrunkSet trunks) override;
    void release(ha::TrunkSet trunks) override;
    void send(const ha::Frame& frame) override { of_.send_letter(index_, boot_, frame); }
    void announce(ha::TrunkSet trunks) override { announcing_ = announcing_ | trunks; }
    void reset_adapter() override {}
    void note(std::string_view kind, std::string what, std::string_view cause) override;

  private:
    class Way final : public Ways {
      public:
        void outward(const Probe& probe) override { of->carry_out(node, trunk, probe); }
        void inward(const Probe& probe) override { of->bring_in(node, trunk, probe); }
        void dropped(const Probe& /*probe*/) override { of->end(1); }
        World* of = nullptr;
        std::size_t node = 0, trunk = 0;
    };

    void read_news();
    void read_letters();
    [[nodiscard]] bool is_believed(const World::Letter& letter);
    void hear_itself(const World::Letter& letter);
    void hear_in_vain(const World::Letter& letter, bool is_again);
    void announce_due();
    void call(World::Call::Kind kind, ha::TrunkSet trunks);

    World& of_;
    std::size_t index_;
    std::uint64_t boot_ = 0, progress_ = 0;
    std::optional<failover::Agent> agent_;
    std::optional<bool> told_link_, told_gateway_;
    std::deque<ha::SlotChanged> news_;
    std::deque<World::Letter> letters_;
    std::vector<bool> heard_;     ///< And believed, by this process; by the number of letters.
    std::uint64_t met_boot_ = 0;  ///< The partner's newest that it believed in.
    std::array<std::atomic<std::uint64_t>, kTrunks> believed_{};  ///< Words, of a mutant.
    std::array<Way, kTrunks> ways_;
    std::array<std::unique_ptr<Lane>, kTrunks> lanes_;
    ha::TrunkSet announcing_, announced_;
};

}  // namespace sealane::simulator
