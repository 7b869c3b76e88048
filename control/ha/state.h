// What the machine keeps: a value, so that a history can be copied and compared.
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "control/ha/types.h"
#include "dataplane/base/time.h"

namespace sealane::ha {

/// A slot as this SEA knows it.
struct Slot {
    Owner owner = Owner::Unknown;
    Owner before = Owner::Unknown;  ///< Who owned it before `owner`.
    bool offered_to_me = false;     ///< By the partner.
    std::optional<std::uint32_t> epoch;
    Instant since{};                 ///< Of `owner`.
    std::optional<Instant> asked;    ///< Acquire sent, no answer yet.
    std::optional<Instant> offered;  ///< By this SEA to the partner.
    /// It was offered in this epoch, even if that was taken back: the hypervisor may have been the
    /// faster.
    bool was_offered = false;
    /// It was let go for a silent outside, and nobody else came: until then it is kept, each time
    /// twice as long as before.
    std::optional<Instant> kept_until;
    Duration kept_for{};
    bool operator==(const Slot&) const = default;
};

struct Peer {
    Statement said;
    Instant at{};     ///< When it said so.
    Instant since{};  ///< Known without a break.
    bool operator==(const Peer&) const = default;
};

struct Counters {
    std::uint32_t times_primary = 0;
    std::uint32_t times_backup = 0;
    std::uint32_t flip_flop = 0;  ///< Changes between the two.
    bool operator==(const Counters&) const = default;
};

struct State {
    Role role = Role::Init;
    Reason reason = Reason::Started;
    Instant since{};  ///< Of `role`.
    Counters counters;

    bool link = false;          ///< As last told.
    bool link_counted = false;  ///< Behind the debounce time.
    Instant link_up{};          ///< Since when `link_counted`, if it is.
    Instant link_down{};        ///< When `link` went down last.
    bool reachable = true;
    bool stalled = false;
    bool stopped = false;

    bool was_working = false;
    bool stood_down = false;      ///< A slot was taken away from it; until it is trusted again.
    Instant trusted_at{};         ///< If it works until then without a break.
    Instant listen_until{};       ///< Nobody heard before then: nobody is there.
    Instant hold_until{};         ///< No pre-emption before.
    std::optional<Instant> wish;  ///< Since when it would like to pre-empt.

    std::optional<Peer> peer;  ///< Empty: unknown.
    bool was_peer_known = false;
    std::array<Slot, kMaxTrunks> slots;
    bool sharing = false;  ///< A split was granted.
    Refusal refused = Refusal::None;

    Instant tell_at{};        ///< Next keep-alive.
    Instant share_at{};       ///< Next sharing request.
    Instant third_until{};    ///< A third node was heard lately.
    Instant own_until{};      ///< Its own words came back lately.
    std::uint8_t alarms = 0;  ///< Those raised, a bit each.

    enum class Settled : std::uint8_t { Never, AsPrimary, AsBackup };
    Settled settled = Settled::Never;  ///< How it was last.

    bool operator==(const State&) const = default;
};

}  // namespace sealane::ha
