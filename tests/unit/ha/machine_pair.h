// Two machines, the slots between them, their control channel and their links, on one clock.  A
// plain value: a history forks by copying.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <vector>

#include "control/ha/facts.h"
#include "control/ha/machine.h"
#include "hvswitch/rules/lease.h"

namespace sealane::ha {

using namespace std::chrono_literals;

/// What stands between the machines and the world: the product as it is, or with one thing wrong.
struct Rules {
    Step (*step)(const Config&, State, const Event&, Instant) = ha::step;
    bool control_renews = false;    ///< Wrong: the lease is renewed while control lives.
    bool last_setter_wins = false;  ///< Wrong: acquire takes the slot from a living owner.
};

struct Node {
    Config config;
    State state;
    Instant wake = Instant::max();
    bool alive = false;
    bool link = true, reachable = true, stalled = false;
    std::vector<SlotChanged> notices;  ///< From the hypervisor, in order, not read yet.
    std::vector<Statement> wire;       ///< Under way to this node.
    bool cut = false;                  ///< Nothing more gets on that wire.
    Instant stalled_at{};              ///< Since when `stalled`, if it is.
    std::optional<SlotChanged> stale;  ///< A notice that it has read, and one after it.
    std::optional<SlotChanged> latest;
    Actions done;  ///< All it has done since somebody looked.
    std::uint64_t sent = 0;
};

struct Pair {
    static constexpr Duration kLease = 100ms;
    static constexpr std::size_t kWire = 2;  ///< What is under way at most; the oldest is lost.

    Rules rules;
    Instant now{1h};
    std::array<Node, 2> node;
    std::vector<hvswitch::SlotLease> slots;
    std::vector<Instant> given;  ///< When each slot changed last.
    std::uint64_t progress = 0;
    std::uint32_t changes = 0;  ///< Of owners, all in all.
    bool endless = false;       ///< Something went on for ever within one instant.

    Pair(const Config& one, const Config& two, Rules with = {});

    // What may happen to it.
    void feed(std::size_t i, const Event& event);
    void start(std::size_t i);
    void kill(std::size_t i);
    void stop(std::size_t i);
    void set_link(std::size_t i, bool up);
    void set_reachable(std::size_t i, bool ok);
    void set_stalled(std::size_t i, bool stalled);  ///< Nobody tells it: the dataplane only.
    void set_mode(std::size_t i, Mode mode);
    void cut_control(bool cut) { node[0].cut = node[1].cut = cut; }
    void restart_hypervisor();
    void read_notice(std::size_t i);
    void deliver(std::size_t i, std::size_t k);

    /// When the lease of one that hangs ends, or never.
    [[nodiscard]] Instant expiry() const;
    /// When time alone does something next.
    [[nodiscard]] Instant next() const;
    /// Lets time pass for the hypervisor; machines are not woken.
    void pass_to(Instant instant);
    /// Delivers all that is under way, again and again, and wakes who is due.
    void settle();
    /// Lives on for so long, everything delivered at once.
    void run(Duration time);

    // What one sees.
    [[nodiscard]] Role role(std::size_t i) const { return node[i].state.role; }
    [[nodiscard]] TrunkSet owned(std::size_t i) const;  ///< As the hypervisor has it.
    [[nodiscard]] bool can_forward(std::size_t i) const;
    [[nodiscard]] bool is_healthy(std::size_t i) const;  ///< And its outside answers.
    [[nodiscard]] bool owns_all(std::size_t i) const {
        return owned(i) == all_trunks(node[i].config);
    }

  private:
    void perform(std::size_t i, const Action& action);
    void set_slot(std::size_t trunk, const hvswitch::SlotLease& after);
    void notify(std::size_t i, std::size_t trunk);
    void observe();
    [[nodiscard]] bool renews(AdapterId owner) const;
};

/// Two SEAs as the tests have them: equal but for node id and priority, times short and plain.
[[nodiscard]] Config config_of(std::uint8_t priority,
                               Mode mode = Mode::Auto,
                               std::uint8_t trunks = 1);

/// A pair on its feet: the better one is PRIMARY, the other BACKUP, or they share.
[[nodiscard]] Pair settled(const Config& one, const Config& two, Rules with = {});

[[nodiscard]] inline Pair ordinary() { return settled(config_of(1), config_of(2)); }

[[nodiscard]] const char* name_of(Role role);
[[nodiscard]] const char* event_name(std::size_t index);  ///< Of an alternative of Event.
void PrintTo(Role role, std::ostream* out);

template <typename Wanted>
std::vector<Wanted> all_of(const Actions& actions) {
    std::vector<Wanted> found;
    for (const Action& action : actions) {
        if (const auto* one = std::get_if<Wanted>(&action)) found.push_back(*one);
    }
    return found;
}

/// Whether the alarm stands at the node.
[[nodiscard]] bool has_alarm(const Node& node, AlarmCause cause);

}  // namespace sealane::ha
