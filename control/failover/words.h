// The machine's words in two other forms: those of the wire, and those for people.
#pragma once

#include <cstdint>
#include <string_view>

#include "control/ha/message.h"
#include "control/ha/types.h"

namespace sealane::failover {

/// What stands in a message beside the statement, and is the sender's to say.
struct Circumstances {
    ha::TrunkSet bridged;           ///< Trunk adapters whose slots it owns.
    std::uint64_t progress = 0;     ///< Of its dataplane loop.
    std::uint32_t epoch = 0;        ///< The newest of a slot that it knows.
    std::uint32_t transaction = 0;  ///< Of a sharing request, grant or refusal.
    bool knows_partner = true;      ///< Otherwise a keep-alive is a Hello.
};

/// Sender, keys and sequence are Speaking's to fill in.
[[nodiscard]] ha::Message message_of(const ha::Statement& said, const Circumstances& around);

/// What the machine is told.  Hello, heartbeats, challenges and responses are keep-alives to it.
[[nodiscard]] ha::Statement statement_of(const ha::Message& message);

/// "PRIMARY", "BACKUP_SH" (reference powervm-network.md 3.3).
[[nodiscard]] std::string_view name_of(ha::Role role);
/// "All", "Partial", "None".
[[nodiscard]] std::string_view name_of(ha::BridgeMode mode);
[[nodiscard]] std::string_view name_of(ha::Mode mode);  ///< "auto", "standby", "sharing".
/// "the partner bridges": why a role was entered.
[[nodiscard]] std::string_view text_of(ha::Reason reason);
/// "partner_unknown", for JSON.
[[nodiscard]] std::string_view name_of(ha::AlarmCause cause);
/// What an operator should think of it.
[[nodiscard]] std::string_view text_of(ha::AlarmCause cause);
/// What has become of it.
[[nodiscard]] std::string_view text_when_over(ha::AlarmCause cause);

}  // namespace sealane::failover
