#include "control/ha/alarms.h"

namespace sealane::ha {
namespace {

bool nobody_bridges(const Sight& see) {
    for (const Slot& slot : see.state.slots) {
        if (slot.owner != Owner::Nobody) continue;
        if (see.reached(slot.since + see.config.detect())) return true;
    }
    return false;
}

/// A refusal that waiting does not cure.
bool is_lasting(Refusal refusal) {
    switch (refusal) {
        case Refusal::None:
        case Refusal::NotReady:
            return false;
        case Refusal::NotSharing:
        case Refusal::OneTrunk:
        case Refusal::OtherVlans:
        case Refusal::OtherSplit:
            return true;
    }
    return false;
}

}  // namespace

AlarmSet standing_alarms(const Sight& see) {
    const State& s = see.state;
    AlarmSet found;
    const auto when = [&](bool holds, AlarmCause cause) {
        if (holds) found.add(cause);
    };
    when(!s.peer && see.reached(s.listen_until), AlarmCause::PartnerUnknown);
    when(!see.reached(s.third_until), AlarmCause::ThirdNode);
    when(!see.reached(s.own_until), AlarmCause::OwnMessage);
    when(nobody_bridges(see), AlarmCause::NobodyBridges);
    if (!s.peer) return found;
    const Statement& partner = s.peer->said;
    when(partner.priority == see.config.priority, AlarmCause::SamePriority);
    when(partner.vlan_digest != see.config.vlan_digest, AlarmCause::OtherVlans);
    when(is_lasting(s.refused), AlarmCause::SharingRefused);
    return found;
}

}  // namespace sealane::ha
