#include "control/ha/machine.h"

#include <algorithm>
#include <utility>

#include "control/ha/alarms.h"
#include "control/ha/facts.h"
#include "control/ha/learn.h"
#include "control/ha/role.h"
#include "control/ha/share.h"

namespace sealane::ha {
namespace {

/// One step in the making.
struct Turn {
    const Config& config;
    Step& step;
    Instant now;

    [[nodiscard]] State& state() const { return step.state; }
    [[nodiscard]] Sight sight() const { return {config, step.state, now, step.wake}; }
    void act(const Action& action) const { step.actions.push_back(action); }
    void say(const Statement& words) const { act(Send{words}); }

    template <typename Change>
    void change(TrunkSet trunks, Change&& how) const {
        for (std::size_t i = 0; i < kMaxTrunks; ++i) {
            if (trunks.contains(i)) how(state().slots[i]);
        }
    }
};

/// What time alone has changed.
void forget(const Turn& turn) {
    State& s = turn.state();
    const Sight see = turn.sight();
    s.link_counted = is_linked(see);
    if (s.peer && see.reached(s.peer->at + turn.config.detect())) s.peer.reset();
}

/// Edges: what has just become true starts its clock.
void notice(const Turn& turn) {
    State& s = turn.state();
    const Sight see = turn.sight();
    s.link_counted = is_linked(see);

    const bool working = is_working(see);
    if (working && !s.was_working) {
        s.trusted_at = std::max(s.trusted_at, turn.now + turn.config.health_time);
    }
    s.was_working = working;
    if (s.stood_down && is_trusted(see)) s.stood_down = false;

    if (wished_for(see).empty()) {
        s.wish.reset();
    } else if (!s.wish) {
        s.wish = turn.now;
    }
}

/// Of those it owns: nobody else came for them lately, when they were let go.
TrunkSet kept(const Turn& turn) {
    TrunkSet found;
    for (std::size_t i = 0; i < kMaxTrunks; ++i) {
        const auto& until = turn.state().slots[i].kept_until;
        if (until && !turn.sight().reached(*until)) found.add(i);
    }
    return found;
}

/// A SEA that can't bridge leaves its slots to who can.  One whose outside is merely silent stays
/// if there is nobody better: a silent gateway must not put both in limbo (reference 3.5), nor a
/// partner that says it is better and does not come.
void let_go(const Turn& turn) {
    State& s = turn.state();
    const Sight see = turn.sight();
    const TrunkSet owned = owned_by(Owner::Me, s);
    if (owned.empty()) return;

    const bool useless = s.stopped || !is_alive(see);
    const bool outdone = !is_working(see) && s.peer && is_ready(s.peer->said);
    if (!useless && !outdone) return;
    const TrunkSet left = useless ? owned : owned - kept(turn);
    if (left.empty()) return;
    turn.act(Release{left});
    turn.change(left, [](Slot& slot) {
        slot = {.before = Owner::Me,
                .epoch = slot.epoch,
                .since = slot.since,
                .kept_for = slot.kept_for};
    });
}

/// Takes back what was offered to a partner that does not come.
void withdraw(const Turn& turn) {
    State& s = turn.state();
    const bool coming = s.peer && is_ready(s.peer->said);
    TrunkSet overdue;
    for (std::size_t i = 0; i < kMaxTrunks; ++i) {
        const auto& since = s.slots[i].offered;
        if (!since) continue;
        if (!coming || turn.sight().reached(*since + turn.config.detect())) overdue.add(i);
    }
    if (overdue.empty()) return;
    turn.act(Withdraw{overdue});
    turn.change(overdue, [](Slot& slot) { slot.offered.reset(); });
    s.sharing = s.sharing && owned_by(Owner::Me, s) != all_trunks(turn.config);
}

void offer(const Turn& turn, TrunkSet trunks) {
    if (trunks.empty()) return;
    turn.act(HandOver{trunks});
    turn.change(trunks, [&](Slot& slot) {
        slot.offered = turn.now;
        slot.was_offered = true;
    });
}

/// Lets the partner have what it asks for by being in RECOVERY, if it is the better one.
void give_way(const Turn& turn) {
    const State& s = turn.state();
    const Sight see = turn.sight();
    const TrunkSet owned = owned_by(Owner::Me, s) - offered(s);
    if (owned.empty() || !s.peer || s.peer->said.role != Role::Recovery) return;
    const Statement& partner = s.peer->said;
    if (outranks_partner(see) || may_share(turn.config, partner)) return;
    if (!differs_by_mode(turn.config, partner) && !see.reached(s.hold_until)) return;
    offer(turn, owned);
}

/// Asks the hypervisor for what is free or offered, once until it answers or does not.
void take(const Turn& turn) {
    const State& s = turn.state();
    const Sight see = turn.sight();
    TrunkSet wanted;
    const TrunkSet wished = wished_for(see);
    for (std::size_t i = 0; i < turn.config.trunks; ++i) {
        const Slot& slot = s.slots[i];
        bool now = slot.owner == Owner::Partner && slot.offered_to_me && wished.contains(i);
        if (slot.owner == Owner::Nobody) {
            const auto at = may_take_at(see, slot);
            now = at && see.reached(*at);
        }
        if (now && (!slot.asked || see.reached(*slot.asked + turn.config.keepalive))) wanted.add(i);
    }
    if (wanted.empty()) return;
    turn.act(Acquire{wanted});
    turn.change(wanted, [&](Slot& slot) { slot.asked = turn.now; });
}

Statement statement(const Turn& turn, Kind kind) {
    return {.kind = kind,
            .node = turn.config.node,
            .role = turn.state().role,
            .priority = turn.config.priority,
            .mode = turn.config.mode,
            .uplink = is_working(turn.sight()),
            .vlan_digest = turn.config.vlan_digest};
}

/// The kind of packet that says this role, at once and every keep-alive time.
Kind kind_of(Role role) {
    switch (role) {
        case Role::Recovery:
            return Kind::Recovery;
        case Role::Notify:
            return Kind::Notify;
        case Role::Limbo:
            return Kind::Limbo;
        case Role::Init:
        case Role::Primary:
        case Role::Backup:
        case Role::PrimarySh:
        case Role::BackupSh:
        case Role::Unhealthy:
            return Kind::KeepAlive;
    }
    return Kind::KeepAlive;
}

void enter(const Turn& turn, RoleChoice choice) {
    State& s = turn.state();
    s.reason = choice.reason;
    if (choice.role == s.role) return;
    const bool active_before = is_active(s.role);
    turn.act(RoleChanged{s.role, choice.role, choice.reason});
    s.role = choice.role;
    s.since = turn.now;
    s.tell_at = turn.now;
    count_entry(s, active_before);
    const bool stood_back = s.role == Role::Backup || s.role == Role::Unhealthy;
    if (turn.config.adapter_reset && active_before && stood_back) turn.act(ResetAdapter{});
}

void tell(const Turn& turn) {
    State& s = turn.state();
    const Sight see = turn.sight();
    if (see.reached(s.tell_at)) {
        turn.say(statement(turn, kind_of(s.role)));
        s.tell_at = turn.now + turn.config.keepalive;
        (void)see.reached(s.tell_at);
    }
    const bool sharer = s.peer && may_share(turn.config, s.peer->said);
    const TrunkSet wished = wished_for(see);
    if (!sharer || wished.empty() || !may_ask(see) || !see.reached(s.share_at)) return;
    Statement request = statement(turn, Kind::ShareRequest);
    request.trunks = own_share(see);
    turn.say(request);
    const bool refused = s.refused != Refusal::None;
    s.share_at = turn.now + (refused ? turn.config.detect() : turn.config.keepalive);
    (void)see.reached(s.share_at);
}

/// The answer to a request for sharing: None, and what it asked for is on offer.
Refusal grant(const Turn& turn, const Statement& request) {
    State& s = turn.state();
    const Sight see = turn.sight();
    const Config& c = turn.config;
    if (c.mode != Mode::Sharing || request.mode != Mode::Sharing) return Refusal::NotSharing;
    if (c.trunks < 2) return Refusal::OneTrunk;
    if (c.vlan_digest != request.vlan_digest) return Refusal::OtherVlans;
    if (request.trunks != all_trunks(c) - own_share(see)) return Refusal::OtherSplit;
    if (!is_working(see) || !see.reached(s.hold_until)) return Refusal::NotReady;
    s.sharing = true;
    offer(turn, (owned_by(Owner::Me, s) & request.trunks) - offered(s));
    return Refusal::None;
}

void answer(const Turn& turn, const Statement& request) {
    const Refusal refusal = grant(turn, request);
    Statement words =
        statement(turn, refusal == Refusal::None ? Kind::ShareGrant : Kind::ShareRefusal);
    words.trunks = request.trunks;
    words.refusal = refusal;
    turn.say(words);
}

/// The outside hears where clients are when that changes, and when the partner comes or goes: an
/// outside switch may have learned them there.
void announce(const Turn& turn, TrunkSet gained) {
    State& s = turn.state();
    const TrunkSet owned = owned_by(Owner::Me, s);
    const bool known = s.peer.has_value();
    const TrunkSet which = known == s.was_peer_known ? gained & owned : owned;
    s.was_peer_known = known;
    if (!which.empty()) turn.act(Announce{which});
}

void raise_alarms(const Turn& turn, AlarmSet passing) {
    const AlarmSet standing = standing_alarms(turn.sight());
    State& s = turn.state();
    for (std::size_t i = 0; i < kAlarmCount; ++i) {
        const auto cause = static_cast<AlarmCause>(i);
        const bool now = standing.contains(cause), before = AlarmSet{s.alarms}.contains(cause);
        if (now != before) turn.act(Alarm{cause, now});
        if (passing.contains(cause)) turn.act(Alarm{cause, true});
    }
    s.alarms = standing.bits;
}

}  // namespace

State start(const Config& config, Instant now) {
    return {.since = now,
            .trusted_at = now + config.health_time,
            .listen_until = now + config.detect(),
            .tell_at = now};
}

Step step(const Config& config, State state, const Event& event, Instant now) {
    Step result{.state = state};
    const Turn turn{config, result, now};
    State& s = turn.state();

    forget(turn);
    const Learned learned = learn(config, s, event, now);
    notice(turn);

    let_go(turn);
    if (!s.stopped) {
        withdraw(turn);
        give_way(turn);
        if (learned.request) answer(turn, *learned.request);
        take(turn);
    }
    enter(turn, choose_role(turn.sight()));
    if (!s.stopped) {
        announce(turn, learned.gained);
        tell(turn);
        raise_alarms(turn, learned.passing);
    } else if (learned.stopping) {
        turn.say(statement(turn, Kind::Goodbye));
    }
    return result;
}

}  // namespace sealane::ha
