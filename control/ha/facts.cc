#include "control/ha/facts.h"

#include <tuple>

#include "control/ha/share.h"

namespace sealane::ha {
namespace {

template <typename Claim>
TrunkSet slots_where(const State& state, Claim&& claim) {
    TrunkSet found;
    for (std::size_t i = 0; i < state.slots.size(); ++i) {
        if (claim(state.slots[i])) found.add(i);
    }
    return found;
}

/// Smaller is better.  One whose outside works comes first, then one that is not standby, then the
/// priority; nodes of equal priority are told apart by their ids, so never both or none.
auto rank(bool uplink, Mode mode, std::uint8_t priority, NodeId node) {
    return std::tuple{!uplink, mode == Mode::Standby, priority, node};
}

}  // namespace

TrunkSet all_trunks(const Config& config) { return TrunkSet::first(config.trunks); }

TrunkSet owned_by(Owner owner, const State& state) {
    return slots_where(state, [&](const Slot& slot) { return slot.owner == owner; });
}

TrunkSet offered(const State& state) {
    return slots_where(state, [](const Slot& slot) { return slot.offered.has_value(); });
}

BridgeMode bridge_mode(const Config& config, const State& state) {
    const TrunkSet owned = owned_by(Owner::Me, state);
    if (owned.empty()) return BridgeMode::None;
    return owned == all_trunks(config) ? BridgeMode::All : BridgeMode::Partial;
}

bool is_linked(const Sight& see) {
    const State& s = see.state;
    return s.link || (s.link_counted && !see.reached(s.link_down + see.config.link_debounce));
}

bool is_alive(const Sight& see) { return is_linked(see) && !see.state.stalled; }

bool is_working(const Sight& see) {
    return is_alive(see) && see.state.reachable &&
           see.reached(see.state.link_up + see.config.link_time);
}

bool is_trusted(const Sight& see) { return is_working(see) && see.reached(see.state.trusted_at); }

bool is_listening(const Sight& see) {
    return !see.state.peer && !see.reached(see.state.listen_until);
}

bool is_ready(const Statement& partner) {
    if (!partner.uplink) return false;
    switch (partner.role) {
        case Role::Init:
        case Role::Limbo:
        case Role::Unhealthy:
            return false;
        case Role::Primary:
        case Role::Backup:
        case Role::Recovery:
        case Role::Notify:
        case Role::PrimarySh:
        case Role::BackupSh:
            return true;
    }
    return false;
}

bool outranks_partner(const Sight& see) {
    const Config& c = see.config;
    const Statement& partner = see.state.peer->said;
    return rank(is_working(see), c.mode, c.priority, c.node) <
           rank(partner.uplink, partner.mode, partner.priority, partner.node);
}

bool differs_by_mode(const Config& config, const Statement& partner) {
    return (config.mode == Mode::Standby) != (partner.mode == Mode::Standby);
}

bool may_share(const Config& config, const Statement& partner) {
    return config.mode == Mode::Sharing && partner.mode == Mode::Sharing && config.trunks >= 2 &&
           config.vlan_digest == partner.vlan_digest;
}

TrunkSet own_share(const Sight& see) {
    return outranks_partner(see) ? share_of_better(see.config.trunks)
                                 : share_of_worse(see.config.trunks);
}

TrunkSet wished_for(const Sight& see) {
    const State& s = see.state;
    const Config& c = see.config;
    if (!s.peer || !is_trusted(see)) return {};
    const Statement& partner = s.peer->said;
    const TrunkSet theirs = owned_by(Owner::Partner, s);
    if (may_share(c, partner)) return theirs & own_share(see);
    if (!outranks_partner(see)) return {};
    const bool part = !owned_by(Owner::Me, s).empty();
    // A split that was granted outlives VLAN lists that came to differ: others' VLANs rest.
    if (s.sharing && part && c.mode == Mode::Sharing && partner.mode == Mode::Sharing) return {};
    // A command is no failback, and a pair that stands half and half has to come together.
    const bool failback = !differs_by_mode(c, partner) && !part;
    return c.noauto_failback && failback ? TrunkSet{} : theirs;
}

bool may_ask(const Sight& see) {
    const State& s = see.state;
    if (s.role == Role::Recovery || differs_by_mode(see.config, s.peer->said)) return true;
    return s.wish && see.reached(*s.wish + see.config.fb_delay) && see.reached(s.hold_until);
}

std::optional<Instant> may_take_at(const Sight& see, const Slot& slot) {
    const State& s = see.state;
    const Duration grace = see.config.keepalive;  // The better one's time to come first.
    if (!is_alive(see)) return {};
    if (!is_working(see)) {
        // Nobody else came: a doubtful outside is better than none.  The last owner comes first.
        return slot.since + (slot.before == Owner::Me ? 2 : 3) * grace;
    }
    if (s.stood_down) return slot.since + grace;
    if (!s.peer) return std::max(slot.since, s.listen_until);
    if (!s.peer->said.uplink || outranks_partner(see)) return slot.since;
    // The partner let go or was made to; whatever it said before, it is not coming.
    if (slot.before == Owner::Partner) return slot.since;
    return std::max(slot.since, s.peer->since) + grace;
}

}  // namespace sealane::ha
