#include "tests/unit/ha/machine_pair.h"

#include <algorithm>
#include <ostream>
#include <utility>

namespace sealane::ha {
namespace {

AdapterId adapter(std::size_t i) { return {static_cast<std::uint16_t>(i)}; }

}  // namespace

Pair::Pair(const Config& one, const Config& two, Rules with)
    : rules(with), slots(std::max(one.trunks, two.trunks)), given(slots.size()) {
    node[0].config = one;
    node[1].config = two;
}

void Pair::feed(std::size_t i, const Event& event) {
    Node& to = node[i];
    if (!to.alive) return;
    Step step = rules.step(to.config, to.state, event, now);
    to.state = step.state;
    to.wake = step.wake;
    for (const Action& action : step.actions)
        perform(i, action);
    to.done.insert(to.done.end(), step.actions.begin(), step.actions.end());
}

void Pair::start(std::size_t i) {
    Node& to = node[i];
    to.alive = true;
    to.stalled = false;
    to.state = ha::start(to.config, now);
    to.notices.clear();
    to.wire.clear();
    to.stale.reset();
    to.latest.reset();
    feed(i, Link{to.link});
    feed(i, Reachability{to.reachable});
    for (std::size_t trunk = 0; trunk < to.config.trunks; ++trunk)
        notify(i, trunk);
}

void Pair::kill(std::size_t i) {
    Node& to = node[i];
    to.alive = false;
    to.wake = Instant::max();
    to.notices.clear();
    to.wire.clear();
    to.stale.reset();
    for (std::size_t trunk = 0; trunk < slots.size(); ++trunk) {
        set_slot(trunk, hvswitch::end(slots[trunk], adapter(i)));
    }
}

void Pair::stop(std::size_t i) {
    feed(i, Stop{});
    kill(i);
}

void Pair::set_link(std::size_t i, bool up) {
    node[i].link = up;
    feed(i, Link{up});
}

void Pair::set_reachable(std::size_t i, bool ok) {
    node[i].reachable = ok;
    feed(i, Reachability{ok});
}

void Pair::set_stalled(std::size_t i, bool stalled) {
    observe();
    node[i].stalled = stalled;
    node[i].stalled_at = now;
}

void Pair::set_mode(std::size_t i, Mode mode) {
    node[i].config.mode = mode;
    feed(i, ModeChanged{});
}

void Pair::restart_hypervisor() {
    for (auto& slot : slots)
        slot = {};
    for (std::size_t i : {0, 1}) {
        node[i].notices.clear();
        feed(i, HypervisorLost{});
    }
    for (std::size_t i : {0, 1}) {
        for (std::size_t trunk = 0; trunk < slots.size(); ++trunk)
            notify(i, trunk);
    }
}

void Pair::read_notice(std::size_t i) {
    const SlotChanged notice = node[i].notices.front();
    node[i].notices.erase(node[i].notices.begin());
    node[i].stale = std::exchange(node[i].latest, notice);
    feed(i, notice);
}

void Pair::deliver(std::size_t i, std::size_t k) {
    auto& wire = node[i].wire;
    const Statement said = wire[k];
    wire.erase(wire.begin() + static_cast<std::ptrdiff_t>(k));
    feed(i, Heard{said});
}

Instant Pair::expiry() const {
    Instant earliest = Instant::max();
    for (const auto& slot : slots) {
        if (!slot.is_free() && !renews(slot.owner)) earliest = std::min(earliest, slot.expires);
    }
    return earliest;
}

Instant Pair::next() const {
    return std::max(now, std::min({node[0].wake, node[1].wake, expiry()}));
}

void Pair::pass_to(Instant instant) {
    observe();
    now = std::max(now, instant);
    observe();
}

void Pair::settle() {
    int rounds = 0;
    for (bool busy = true; busy && !endless;) {
        busy = false;
        endless = ++rounds > 1000;
        for (std::size_t i : {0, 1}) {
            while (!node[i].notices.empty()) {
                read_notice(i);
                busy = true;
            }
            while (!node[i].wire.empty()) {
                deliver(i, 0);
                busy = true;
            }
            if (node[i].alive && node[i].wake <= now) {
                feed(i, Wake{});
                busy = true;
            }
        }
    }
}

void Pair::run(Duration time) {
    const Instant end = now + time;
    for (settle(); next() < end && !endless; settle())
        pass_to(next());
    pass_to(end);
    settle();
}

TrunkSet Pair::owned(std::size_t i) const {
    TrunkSet found;
    for (std::size_t trunk = 0; trunk < slots.size(); ++trunk) {
        if (slots[trunk].owner == adapter(i)) found.add(trunk);
    }
    return found;
}

bool Pair::can_forward(std::size_t i) const {
    const Node& it = node[i];
    return it.alive && it.link && !it.stalled && !it.state.stopped;
}

bool Pair::is_healthy(std::size_t i) const { return can_forward(i) && node[i].reachable; }

void Pair::perform(std::size_t i, const Action& action) {
    const auto each = [&](TrunkSet trunks, auto&& deed) {
        for (std::size_t trunk = 0; trunk < slots.size(); ++trunk) {
            if (trunks.contains(trunk)) deed(trunk, slots[trunk]);
        }
    };
    if (const auto* taken = std::get_if<Acquire>(&action)) {
        each(taken->trunks, [&](std::size_t trunk, hvswitch::SlotLease slot) {
            if (rules.last_setter_wins && slot.owner != adapter(i)) {
                slot = hvswitch::hand_over(slot, slot.owner, adapter(i));
            }
            const auto got =
                acquire(slot, adapter(i), {.lease = kLease, .progress = progress}, now);
            set_slot(trunk, got.slot);
            if (got.grant != hvswitch::Grant::Granted) notify(i, trunk);
        });
    } else if (const auto* released = std::get_if<Release>(&action)) {
        each(released->trunks, [&](std::size_t trunk, const hvswitch::SlotLease& slot) {
            set_slot(trunk, release(slot, adapter(i)));
        });
    } else if (const auto* handed = std::get_if<HandOver>(&action)) {
        each(handed->trunks, [&](std::size_t trunk, const hvswitch::SlotLease& slot) {
            set_slot(trunk, hand_over(slot, adapter(i), adapter(1 - i)));
        });
    } else if (const auto* kept = std::get_if<Withdraw>(&action)) {
        each(kept->trunks, [&](std::size_t trunk, const hvswitch::SlotLease& slot) {
            set_slot(trunk, hand_over(slot, adapter(i), kNoAdapter));
        });
    } else if (const auto* sent = std::get_if<Send>(&action)) {
        ++node[i].sent;
        Node& other = node[1 - i];
        if (!other.alive || other.cut) return;
        if (other.wire.size() == kWire) other.wire.erase(other.wire.begin());
        other.wire.push_back(sent->say);
    }
}

void Pair::set_slot(std::size_t trunk, const hvswitch::SlotLease& after) {
    const hvswitch::SlotLease before = std::exchange(slots[trunk], after);
    if (before.epoch != after.epoch) {
        ++changes;
        given[trunk] = now;
    }
    for (std::size_t i : {0, 1}) {
        const bool offer_moved = (before.heir == adapter(i)) != (after.heir == adapter(i));
        if (before.epoch != after.epoch || offer_moved) notify(i, trunk);
    }
}

void Pair::notify(std::size_t i, std::size_t trunk) {
    if (!node[i].alive || trunk >= node[i].config.trunks) return;
    const auto& slot = slots[trunk];
    const Owner owner = slot.is_free()             ? Owner::Nobody
                        : slot.owner == adapter(i) ? Owner::Me
                                                   : Owner::Partner;
    node[i].notices.push_back({.trunk = static_cast<std::uint8_t>(trunk),
                               .owner = owner,
                               .offered = slot.heir == adapter(i),
                               .epoch = slot.epoch});
}

bool Pair::renews(AdapterId owner) const {
    const Node& it = node[owner.index];
    return it.alive && (!it.stalled || rules.control_renews);
}

void Pair::observe() {
    ++progress;
    for (std::size_t trunk = 0; trunk < slots.size(); ++trunk) {
        const auto& slot = slots[trunk];
        if (slot.is_free()) continue;
        const std::uint64_t counter = renews(slot.owner) ? progress : slot.progress;
        set_slot(trunk, hvswitch::observe(slot, {.lease = kLease, .progress = counter}, now));
    }
}

Config config_of(std::uint8_t priority, Mode mode, std::uint8_t trunks) {
    return {.node = {priority},
            .priority = priority,
            .mode = mode,
            .trunks = trunks,
            .vlan_digest = 1,
            .health_time = {}};
}

Pair settled(const Config& one, const Config& two, Rules with) {
    Pair pair(one, two, with);
    pair.start(0);
    pair.start(1);
    pair.run(5s);
    for (Node& node : pair.node)
        node.done.clear();
    return pair;
}

const char* name_of(Role role) {
    switch (role) {
        case Role::Init:
            return "INIT";
        case Role::Primary:
            return "PRIMARY";
        case Role::Backup:
            return "BACKUP";
        case Role::Recovery:
            return "RECOVERY";
        case Role::Notify:
            return "NOTIFY";
        case Role::Limbo:
            return "LIMBO";
        case Role::PrimarySh:
            return "PRIMARY_SH";
        case Role::BackupSh:
            return "BACKUP_SH";
        case Role::Unhealthy:
            return "UNHEALTHY";
    }
    return "?";
}

const char* event_name(std::size_t index) {
    static constexpr std::array<const char*, std::variant_size_v<Event>> kNames{"Heard",
                                                                                "Wake",
                                                                                "Link",
                                                                                "Reachability",
                                                                                "Dataplane",
                                                                                "SlotChanged",
                                                                                "HypervisorLost",
                                                                                "ModeChanged",
                                                                                "ConfigChanged",
                                                                                "Stop"};
    return kNames[index];
}

void PrintTo(Role role, std::ostream* out) { *out << name_of(role); }

bool has_alarm(const Node& node, AlarmCause cause) {
    return (node.state.alarms >> static_cast<unsigned>(cause) & 1) != 0;
}

}  // namespace sealane::ha
