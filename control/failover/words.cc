#include "control/failover/words.h"

#include <array>

namespace sealane::failover {
namespace {

template <std::size_t size, typename Enum>
std::string_view pick(const std::array<std::string_view, size>& words, Enum which) {
    return words[static_cast<std::size_t>(which)];
}

ha::MessageType type_of(ha::Kind kind, bool knows_partner) {
    switch (kind) {
        case ha::Kind::KeepAlive:
            return knows_partner ? ha::MessageType::KeepAlive : ha::MessageType::Hello;
        case ha::Kind::Recovery:
            return ha::MessageType::Recovery;
        case ha::Kind::Notify:
            return ha::MessageType::Notify;
        case ha::Kind::Limbo:
            return ha::MessageType::Limbo;
        case ha::Kind::ShareRequest:
            return ha::MessageType::ShareRequest;
        case ha::Kind::ShareGrant:
            return ha::MessageType::ShareGrant;
        case ha::Kind::ShareRefusal:
            return ha::MessageType::ShareRefusal;
        case ha::Kind::Goodbye:
            return ha::MessageType::Goodbye;
    }
    return ha::MessageType::KeepAlive;
}

ha::Kind kind_of(ha::MessageType type) {
    switch (type) {
        case ha::MessageType::KeepAlive:
        case ha::MessageType::Hello:
        case ha::MessageType::Live:
        case ha::MessageType::Challenge:
        case ha::MessageType::Response:
            return ha::Kind::KeepAlive;
        case ha::MessageType::Recovery:
            return ha::Kind::Recovery;
        case ha::MessageType::Notify:
            return ha::Kind::Notify;
        case ha::MessageType::Limbo:
            return ha::Kind::Limbo;
        case ha::MessageType::ShareRequest:
            return ha::Kind::ShareRequest;
        case ha::MessageType::ShareGrant:
            return ha::Kind::ShareGrant;
        case ha::MessageType::ShareRefusal:
            return ha::Kind::ShareRefusal;
        case ha::MessageType::Goodbye:
            return ha::Kind::Goodbye;
    }
    return ha::Kind::KeepAlive;
}

}  // namespace

ha::Message message_of(const ha::Statement& said, const Circumstances& around) {
    const bool names_trunks =
        said.kind == ha::Kind::ShareRequest || said.kind == ha::Kind::ShareGrant;
    const bool in_transaction = names_trunks || said.kind == ha::Kind::ShareRefusal;
    return {.type = type_of(said.kind, around.knows_partner),
            .trunks = names_trunks ? said.trunks : around.bridged,
            .role = said.role,
            .mode = said.mode,
            .priority = said.priority,
            .refusal = said.refusal,
            .node = said.node,
            .progress = around.progress,
            .vlan_digest = said.vlan_digest,
            .epoch = around.epoch,
            .transaction = in_transaction ? around.transaction : 0,
            .uplink = said.uplink};
}

ha::Statement statement_of(const ha::Message& message) {
    const ha::Kind kind = kind_of(message.type);
    const bool names_trunks = kind == ha::Kind::ShareRequest || kind == ha::Kind::ShareGrant;
    return {.kind = kind,
            .node = message.node,
            .role = message.role,
            .priority = message.priority,
            .mode = message.mode,
            .uplink = message.uplink,
            .vlan_digest = message.vlan_digest,
            .trunks = names_trunks ? message.trunks : ha::TrunkSet{},
            .refusal = message.refusal};
}

std::string_view name_of(ha::Role role) {
    constexpr std::array<std::string_view, ha::kRoleCount> kNames{"INIT",
                                                                  "PRIMARY",
                                                                  "BACKUP",
                                                                  "RECOVERY",
                                                                  "NOTIFY",
                                                                  "LIMBO",
                                                                  "PRIMARY_SH",
                                                                  "BACKUP_SH",
                                                                  "UNHEALTHY"};
    return pick(kNames, role);
}

std::string_view name_of(ha::BridgeMode mode) {
    constexpr std::array<std::string_view, 3> kNames{"All", "Partial", "None"};
    return pick(kNames, mode);
}

std::string_view name_of(ha::Mode mode) {
    constexpr std::array<std::string_view, 3> kNames{"auto", "standby", "sharing"};
    return pick(kNames, mode);
}

std::string_view text_of(ha::Reason reason) {
    constexpr std::array<std::string_view, 14> kTexts{"it has started",
                                                      "it owns all trunk slots",
                                                      "it owns a part of the trunk slots",
                                                      "the partner owns the trunk slots",
                                                      "nobody owns the trunk slots",
                                                      "the partner asked for them",
                                                      "it is preferred to the partner",
                                                      "its real adapter's link is down",
                                                      "its link is not up for link_time yet",
                                                      "netaddr does not answer",
                                                      "its dataplane stands still",
                                                      "it is not healthy for health_time yet",
                                                      "the hypervisor is gone",
                                                      "it was stopped"};
    return pick(kTexts, reason);
}

std::string_view name_of(ha::AlarmCause cause) {
    constexpr std::array<std::string_view, ha::kAlarmCount> kNames{"partner_unknown",
                                                                   "same_priority",
                                                                   "other_vlans",
                                                                   "sharing_refused",
                                                                   "third_node",
                                                                   "own_message",
                                                                   "nobody_bridges",
                                                                   "slot_lost"};
    return pick(kNames, cause);
}

std::string_view text_of(ha::AlarmCause cause) {
    constexpr std::array<std::string_view, ha::kAlarmCount> kTexts{
        "nothing is heard of a partner on the control channel",
        "the partner has the same trunk priority",
        "the partner's trunk adapters carry other VLANs",
        "load sharing was refused",
        "a third node speaks on the control channel",
        "own messages come back: the control channel has a loop",
        "nobody bridges: no SEA of the pair can",
        "the hypervisor took a slot away: its lease ended"};
    return pick(kTexts, cause);
}

std::string_view text_when_over(ha::AlarmCause cause) {
    constexpr std::array<std::string_view, ha::kAlarmCount> kTexts{
        "a partner is heard on the control channel",
        "the partner has another trunk priority",
        "the partner's trunk adapters carry the same VLANs",
        "load sharing is no longer refused",
        "no third node speaks on the control channel",
        "no own messages come back",
        "a SEA of the pair bridges",
        "the slot is held again"};
    return pick(kTexts, cause);
}

}  // namespace sealane::failover
