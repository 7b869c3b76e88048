#include "control/ha/role.h"

#include <algorithm>

namespace sealane::ha {
namespace {

bool asks_for_all(const Sight& see) {
    const State& s = see.state;
    if (wished_for(see).empty() || may_share(see.config, s.peer->said)) return false;
    return may_ask(see);
}

/// The two that share are told apart by rank; alone, by what it has.
Role sharing_role(const Sight& see) {
    const bool better =
        see.state.peer ? outranks_partner(see) : owned_by(Owner::Me, see.state).contains(0);
    return better ? Role::PrimarySh : Role::BackupSh;
}

/// Asked for a slot and was not answered yet: what it is stays as it is until then, or until it
/// would ask again.
bool awaits_slot(const Sight& see) {
    const auto& slots = see.state.slots;
    return std::ranges::any_of(slots, [&](const Slot& slot) {
        return slot.asked && !see.reached(*slot.asked + see.config.keepalive);
    });
}

/// Of one that owns nothing.
RoleChoice choose_idle(const Sight& see) {
    const State& s = see.state;
    if (!is_linked(see)) return {Role::Limbo, Reason::LinkDown};
    if (s.stalled) return {Role::Limbo, Reason::DataplaneStalled};
    if (!s.reachable) return {Role::Limbo, Reason::Unreachable};
    if (!is_working(see)) return {Role::Limbo, Reason::LinkTooYoung};
    if (owned_by(Owner::Unknown, s).contains(0) && !s.slots[0].epoch) {
        return {Role::Init, Reason::HypervisorGone};
    }
    if (awaits_slot(see) && !is_active(s.role) && s.role != Role::Limbo) return {s.role, s.reason};
    const bool taken = !owned_by(Owner::Partner, s).empty();
    if (!taken && is_listening(see)) return {Role::Init, Reason::Started};
    if (asks_for_all(see)) return {Role::Recovery, Reason::PreferredToPartner};
    if (!is_trusted(see)) return {Role::Unhealthy, Reason::HealthTime};
    return {Role::Backup, taken ? Reason::PartnerOwns : Reason::NobodyOwns};
}

}  // namespace

RoleChoice choose_role(const Sight& see) {
    const State& s = see.state;
    if (s.stopped) return {Role::Init, Reason::Stopped};
    const bool letting_go = !offered(s).empty();
    switch (bridge_mode(see.config, s)) {
        case BridgeMode::All:
            if (!letting_go) return {Role::Primary, Reason::OwnsAll};
            if (s.sharing) return {sharing_role(see), Reason::PartnerAsked};
            return {Role::Notify, Reason::PartnerAsked};
        case BridgeMode::Partial:
            if (asks_for_all(see)) return {Role::Recovery, Reason::PreferredToPartner};
            if (letting_go && !s.sharing) return {Role::Notify, Reason::PartnerAsked};
            // Slots come one by one; half of all is not what it becomes.
            if (awaits_slot(see) && !is_active(s.role)) return {s.role, s.reason};
            return {sharing_role(see), Reason::OwnsPart};
        case BridgeMode::None:
            return choose_idle(see);
    }
    return {};
}

bool is_active(Role role) {
    switch (role) {
        case Role::Primary:
        case Role::PrimarySh:
        case Role::BackupSh:
        case Role::Notify:
            return true;
        case Role::Init:
        case Role::Backup:
        case Role::Recovery:
        case Role::Limbo:
        case Role::Unhealthy:
            return false;
    }
    return false;
}

void count_entry(State& state, bool active_before) {
    const bool active = is_active(state.role);
    const bool became_primary = active && !active_before;
    const bool became_backup = state.role == Role::Backup;
    if (became_primary) ++state.counters.times_primary;
    if (became_backup) ++state.counters.times_backup;
    if (!became_primary && !became_backup) return;
    const auto settled = active ? State::Settled::AsPrimary : State::Settled::AsBackup;
    if (state.settled != State::Settled::Never && state.settled != settled) {
        ++state.counters.flip_flop;
    }
    state.settled = settled;
}

}  // namespace sealane::ha
