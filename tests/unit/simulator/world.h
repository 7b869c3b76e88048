// Two VIOSes, the hypervisor, the control channel between them, and an outside switch that learns:
// one thread, one clock that stands still meanwhile, one seed.
//
// Real are the agents with machine, codec and seal, the keeper of the slots, the channel's faults
// (wire::BadWire), and what dataplane and switch may do by a slot's word (sea::Permit, sea::Inlet,
// hvswitch::BroughtIn).  Simulated are time, processes, links, the outside, and frames, as numbers.
#pragma once

#include <array>
#include <deque>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "control/failover/slot_keeper.h"
#include "control/ha/message.h"
#include "dataplane/wire/bad_wire.h"
#include "hvswitch/rules/brought_in.h"
#include "hvswitch/rules/slot.h"
#include "tests/unit/simulator/luck.h"
#include "tests/unit/simulator/monitor.h"
#include "tests/unit/simulator/mutant.h"

namespace sealane::simulator {

/// The same in all schedules, shorter than the product's defaults so that a schedule is.
struct Times {
    static constexpr Duration kTick = std::chrono::milliseconds{4};
    static constexpr Duration kKeepalive = std::chrono::milliseconds{40};  ///< Known for 160 ms.
    static constexpr Duration kLease = std::chrono::milliseconds{20};
    static constexpr Duration kHealth = std::chrono::milliseconds{100};
    static constexpr Duration kHoldDown = std::chrono::milliseconds{120};
    static constexpr Duration kLeastFaults = std::chrono::milliseconds{200};
    static constexpr Duration kMostFaults = std::chrono::milliseconds{1200};
    /// Longest time from the end of faults until all is as it should be (I6, I7).
    static constexpr Duration kRepair = std::chrono::milliseconds{1200};
    static constexpr Duration kCalm = std::chrono::milliseconds{220};    ///< It is, and stays so.
    static constexpr Duration kStable = std::chrono::milliseconds{160};  ///< Nothing moves (I8).
    /// Longest that a slot is free while the same node could have it all the time (I10): until a
    /// partner of whom nothing is heard is unknown, and a request with its answer.
    static constexpr Duration kFree = std::chrono::milliseconds{280};
};

class Node;

class World final : private failover::Traffic {
  public:
    /// `tells`: keeps a timeline.
    World(std::uint64_t seed, Mutant mutant, bool tells);
    ~World() override;

    /// Faults, repair, peace, and a planned switch-over.  Empty: all invariants held.
    [[nodiscard]] std::string run();
    [[nodiscard]] const std::vector<std::string>& timeline() const { return timeline_; }

    // For its nodes.

    struct Call {
        enum class Kind : std::uint8_t {
            Connect,
            Acquire,
            HandOver,
            Withdraw,
            Release,
            Announced,
            End
        };
        std::size_t node = 0;
        Kind kind{};
        ha::TrunkSet trunks;
        std::uint64_t boot = 0;
    };
    /// What a node's control channel adapter got.
    struct Letter {
        Instant due{};
        std::uint64_t number = 0;  ///< The same of copies.
        std::size_t from = 0, to = 0;
        std::uint64_t boot = 0;  ///< Of the sender.
        bool is_spoilt = false;
        ha::Frame bytes{};
    };

    [[nodiscard]] Instant now() const { return now_; }
    [[nodiscard]] Mutant mutant() const { return mutant_; }
    [[nodiscard]] bool has(Mutant mutant) const { return mutant_ == mutant; }
    [[nodiscard]] bool tells() const { return tells_; }
    void tell(const std::string& what);
    [[nodiscard]] Monitor& monitor() { return monitor_; }
    [[nodiscard]] const hvswitch::SlotTable& slots() const { return slots_; }
    [[nodiscard]] std::uint64_t draw_nonce() { return ++nonce_; }
    /// To the hypervisor, which does it when it comes to it.
    void call(const Call& call) { calls_.push_back(call); }
    void send_letter(std::size_t from, std::uint64_t boot, const ha::Frame& bytes);
    void carry_out(std::size_t node, std::size_t trunk, const Probe& probe);
    void bring_in(std::size_t node, std::size_t trunk, const Probe& probe);
    void announce(std::size_t node, std::size_t trunk);
    /// Frames that are no more.
    void end(std::uint64_t frames) { ended_ += frames; }

  private:
    enum class Fault : std::uint8_t {
        Kill,
        Stop,
        Pause,
        PauseControl,
        PauseDataplane,
        PauseHypervisor,
        LateTimers,
        Link,
        Silence,
        Channel,
        Mode,
        Replay,
        Reflect,
    };
    static constexpr std::size_t kFaults = static_cast<std::size_t>(Fault::Reflect) + 1;
    /// What stays broken once faults have ended.
    enum class Core : std::uint8_t { Whole, Cut, HalfCut, OneNode };

    // failover::Traffic: the switch judges frames once a tick, and hands them on in the next.
    std::uint64_t mark() override { return ticks_; }
    bool have_passed(std::uint64_t mark) override { return ticks_ > mark; }
    std::uint64_t answer(const failover::Contender& of) override;
    std::uint64_t empty_polls(AdapterId /*trunk*/) override { return ticks_; }

    // world.cc
    bool tick();
    void do_turn(std::size_t which);
    void deliver_letters();
    void look_at_hypervisor();
    [[nodiscard]] failover::SlotKeeper::News perform(const Call& call);
    void take_from_owner(const Call& call);
    void deliver(const failover::SlotKeeper::News& news);
    void check_words();
    void check_rest();
    [[nodiscard]] SlotWord word(std::size_t trunk) const;
    [[nodiscard]] Node& node(std::size_t i) { return *nodes_[i]; }

    // outside.cc
    void speak();
    void hand_on_pending();
    void to_wires(std::size_t trunk, const Probe& probe, std::size_t except);
    void to_wire(std::size_t node, std::size_t trunk, const Probe& probe);
    [[nodiscard]] std::uint64_t frames_under_way() const;

    // faults.cc
    void draw_schedule();
    void strike();
    void strike(Fault fault, std::size_t at);
    void change_channel(std::size_t from);
    void end_what_is_over();
    void heal();
    void break_for_good(std::size_t at);
    [[nodiscard]] Instant soon(Duration most) { return now_ + luck_.between({}, most); }

    // ending.cc
    void live_on();
    void stay_so();
    void switch_over();
    [[nodiscard]] bool is_right();
    [[nodiscard]] std::size_t better() const;
    [[nodiscard]] bool shares() const;
    [[nodiscard]] std::string standing();

    Luck luck_;
    Mutant mutant_;
    bool tells_;
    std::vector<std::string> timeline_;
    Instant now_{std::chrono::hours{1}};
    Instant began_ = now_;
    std::uint64_t ticks_ = 1, nonce_ = 1000;

    hvswitch::SlotTable slots_{kTrunks};
    failover::SlotKeeper keeper_;
    std::array<hvswitch::BroughtIn, kTrunks> brought_in_;
    std::deque<Call> calls_;
    std::array<std::uint64_t, kNodes> connected_{};  ///< Boots.
    std::array<std::uint64_t, kTrunks> shown_{};     ///< Words, when looked at last.
    Instant hypervisor_sleeps_{}, changed_{};

    std::array<std::unique_ptr<Node>, kNodes> nodes_;
    std::deque<wire::BadWire> channel_;  ///< By sender.
    std::vector<Letter> letters_, recorded_;
    std::uint64_t letter_ = 0;

    struct Pending {
        std::size_t node, trunk;
        Probe probe;
    };
    std::vector<Pending> pending_;                ///< Judged, and on their way to a trunk adapter.
    std::array<std::size_t, kTrunks> learned_{};  ///< By the outside: clients' wire; kNodes: none.
    std::uint64_t number_ = 0, made_ = 0, ended_ = 0;
    Delivered spoken_;
    bool speaks_ = true;

    std::array<std::uint32_t, kFaults> weights_{};
    std::uint64_t strikes_in_ = 0;  ///< One in so many ticks.
    bool strikes_ = true;
    std::array<Instant, kNodes> channel_until_{}, link_until_{}, silent_until_{}, start_at_{};
    Core core_ = Core::Whole;
    std::size_t broken_ = kNodes;  ///< OneNode: that which is not.

    Monitor monitor_{Times::kHoldDown};
};

}  // namespace sealane::simulator
