#include "control/ha/learn.h"

#include <algorithm>
#include <variant>

#include "control/ha/facts.h"

namespace sealane::ha {
namespace {

struct Learner {
    const Config& config;
    State& state;
    Instant now;
    Learned learned;

    void operator()(const Heard& heard) {
        const Statement& said = heard.said;
        if (said.node == config.node) {
            state.own_until = now + config.detect();
            return;
        }
        if (state.peer && state.peer->said.node != said.node) {
            state.third_until = now + config.detect();
            return;
        }
        if (!state.peer) state.tell_at = now;  // It may not know us either.
        state.peer = Peer{said, now, state.peer ? state.peer->since : now};
        if (said.mode != Mode::Sharing) state.sharing = false;
        switch (said.kind) {
            case Kind::KeepAlive:
            case Kind::Recovery:
            case Kind::Notify:
            case Kind::Limbo:
                return;  // The role that was said says it.
            case Kind::ShareRequest:
                learned.request = said;
                return;
            case Kind::ShareGrant:
                state.sharing = config.mode == Mode::Sharing;
                state.refused = Refusal::None;
                return;
            case Kind::ShareRefusal:
                state.refused = said.refusal;
                return;
            case Kind::Goodbye:
                state.peer.reset();
                return;
        }
    }

    void operator()(const Wake&) {}

    void operator()(const Link& link) {
        if (link.up && !state.link_counted) state.link_up = now;
        if (!link.up && state.link) state.link_down = now;
        state.link = link.up;
    }

    void operator()(const Reachability& reachability) {
        state.reachable = reachability.ok;
        if (!reachability.ok) return;
        for (Slot& slot : state.slots) {
            slot.kept_until.reset();
            slot.kept_for = {};
        }
    }

    void operator()(const Dataplane& dataplane) {
        state.stalled = dataplane.stalled;
        // It would lose its slots again as soon as it had them.
        if (dataplane.lagged && state.stood_down) rest();
    }

    void operator()(const SlotChanged& change) {
        if (change.trunk >= config.trunks) return;
        Slot& slot = state.slots[change.trunk];
        const bool first = !slot.epoch;
        if (first && known_slots() == 0) state.listen_until = now + config.detect();
        if (!first && change.epoch < *slot.epoch) return;
        if (!first && change.epoch == *slot.epoch) {
            // Nothing changed hands; only an offer can have come or gone.
            if (change.owner == Owner::Partner) slot.offered_to_me = change.offered;
            if (slot.owner != Owner::Unknown) slot.asked.reset();
            return;
        }
        const bool lost =
            slot.owner == Owner::Me && !(slot.was_offered && change.owner == Owner::Partner);
        if (lost) stand_down();
        if (change.owner == Owner::Me && slot.owner != Owner::Me) learned.gained.add(change.trunk);
        if (!first) state.hold_until = now + config.hold_down;
        const Duration kept_for = to_be_kept(slot, change.owner);
        slot = {.owner = change.owner,
                .before = slot.owner == Owner::Unknown ? slot.before : slot.owner,
                .offered_to_me = change.offered && change.owner == Owner::Partner,
                .epoch = change.epoch,
                .since = now,
                .kept_for = kept_for};
        if (change.owner == Owner::Me && kept_for > Duration{}) slot.kept_until = now + kept_for;
        if (owned_by(Owner::Me, state) == all_trunks(config)) state.sharing = false;
    }

    void operator()(const HypervisorLost&) {
        state.slots = {};
        state.sharing = false;
    }

    void operator()(const ModeChanged&) {
        state.refused = Refusal::None;
        state.sharing = state.sharing && config.mode == Mode::Sharing;
        state.tell_at = now;
    }

    void operator()(const ConfigChanged&) {
        state.refused = Refusal::None;
        state.tell_at = now;
    }

    void operator()(const Stop&) { learned.stopping = state.stopped = true; }

    [[nodiscard]] std::ptrdiff_t known_slots() const {
        return std::ranges::count_if(state.slots,
                                     [](const Slot& slot) { return slot.epoch.has_value(); });
    }

    /// How long a slot that was let go for a silent outside is to be kept, should it come back, or
    /// now that it has: twice as long as the last time.
    [[nodiscard]] Duration to_be_kept(const Slot& slot, Owner owner) const {
        constexpr int kMostDetections = 64;
        if (slot.before != Owner::Me && slot.owner != Owner::Me) return {};
        if (owner == Owner::Nobody) return slot.kept_for;
        const bool came_back =
            owner == Owner::Me && slot.owner == Owner::Nobody && !state.reachable;
        if (!came_back) return {};
        return std::clamp<Duration>(
            2 * slot.kept_for, config.detect(), kMostDetections * config.detect());
    }

    /// The hypervisor took a slot away: this SEA was not forwarding, whatever it thought of itself.
    void stand_down() {
        learned.passing.add(AlarmCause::SlotLost);
        state.stood_down = true;
        rest();
    }
    void rest() {
        const Duration time = std::max(config.health_time, config.hold_down);
        state.trusted_at = std::max(state.trusted_at, now + time);
    }
};

}  // namespace

Learned learn(const Config& config, State& state, const Event& event, Instant now) {
    Learner learner{config, state, now, {}};
    std::visit(learner, event);
    return learner.learned;
}

}  // namespace sealane::ha
