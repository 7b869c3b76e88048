// The words of SEA high availability as plain values: what the machine is told, what it keeps, what
// it wants done (design 5 and 6; reference powervm-network.md 3 and 4).
#pragma once

#include <bit>
#include <chrono>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <variant>
#include <vector>

#include "dataplane/base/ids.h"
#include "dataplane/base/time.h"

namespace sealane::ha {

/// Reference 3.3.  What a SEA bridges follows from the slots that it owns, not from this word.
enum class Role : std::uint8_t {
    Init,
    Primary,
    Backup,
    Recovery,   ///< Preferred and fit; asks the partner to let go.
    Notify,     ///< Lets go: the slots are offered to the partner, which has not taken them yet.
    Limbo,      ///< Its own outside is broken.
    PrimarySh,  ///< Bridges a part; the better of the two.
    BackupSh,   ///< Bridges a part.
    Unhealthy,  ///< Was broken or has just started: does not ask for anything yet.
};
inline constexpr std::size_t kRoleCount = 9;

/// What of its trunk adapters a SEA bridges.
enum class BridgeMode : std::uint8_t { All, Partial, None };

/// A SEA whose ha_mode is disabled has no machine.
enum class Mode : std::uint8_t { Auto, Standby, Sharing };

struct NodeId {
    std::uint64_t value = 0;
    constexpr auto operator<=>(const NodeId&) const = default;
};

inline constexpr std::size_t kMaxTrunks = 16;

/// Trunk adapters of a SEA, by their place in the order of PVIDs.
struct TrunkSet {
    std::uint16_t bits = 0;

    [[nodiscard]] static constexpr TrunkSet first(std::size_t count) {
        return {static_cast<std::uint16_t>((1U << count) - 1)};
    }
    [[nodiscard]] constexpr bool contains(std::size_t i) const { return (bits >> i & 1) != 0; }
    [[nodiscard]] constexpr bool empty() const { return bits == 0; }
    [[nodiscard]] constexpr std::size_t size() const {
        return static_cast<std::size_t>(std::popcount(bits));
    }
    constexpr void add(std::size_t i) { bits = static_cast<std::uint16_t>(bits | 1U << i); }

    constexpr bool operator==(const TrunkSet&) const = default;
    friend constexpr TrunkSet operator&(TrunkSet a, TrunkSet b) {
        return {static_cast<std::uint16_t>(a.bits & b.bits)};
    }
    friend constexpr TrunkSet operator|(TrunkSet a, TrunkSet b) {
        return {static_cast<std::uint16_t>(a.bits | b.bits)};
    }
    friend constexpr TrunkSet operator-(TrunkSet a, TrunkSet b) {
        return {static_cast<std::uint16_t>(a.bits & ~b.bits)};
    }
};

/// The VLANs of one trunk adapter, as two SEAs compare them.
struct TrunkVlans {
    VlanId pvid;
    std::vector<VlanId> vids;  ///< In any order.
    bool operator==(const TrunkVlans&) const = default;
};

/// Why a partner may not share.  None: it may.
enum class Refusal : std::uint8_t { None, NotSharing, OneTrunk, OtherVlans, OtherSplit, NotReady };

/// The kinds of control packet (reference 3.2).
enum class Kind : std::uint8_t {
    KeepAlive,
    Recovery,
    Notify,
    Limbo,
    ShareRequest,
    ShareGrant,
    ShareRefusal,
    Goodbye,
};

/// What one SEA tells the other, whatever the kind.
struct Statement {
    Kind kind = Kind::KeepAlive;
    NodeId node;
    Role role = Role::Init;
    std::uint8_t priority = 0;
    Mode mode = Mode::Auto;
    bool uplink = false;  ///< Its outside works: link, reachability, dataplane.
    std::uint64_t vlan_digest = 0;
    TrunkSet trunks;                  ///< That a ShareRequest or ShareGrant is about.
    Refusal refusal = Refusal::None;  ///< Of a ShareRefusal.

    bool operator==(const Statement&) const = default;
};

struct Config {
    NodeId node;
    std::uint8_t priority = 1;  ///< 1 to 15, 1 is best.
    Mode mode = Mode::Auto;
    std::uint8_t trunks = 1;        ///< How many trunk adapters, 1 to 16.
    std::uint64_t vlan_digest = 0;  ///< Of the trunks' VLAN lists.
    Duration keepalive = std::chrono::milliseconds{250};
    unsigned misses = 4;  ///< So many keep-alives missed, and the partner is unknown.
    Duration link_debounce{};
    Duration link_time{};
    Duration fb_delay{};
    Duration health_time = std::chrono::seconds{60};
    Duration hold_down = std::chrono::seconds{1};  ///< Between a change of owner and pre-emption.
    bool noauto_failback = false;
    bool adapter_reset = false;

    [[nodiscard]] Duration detect() const { return keepalive * misses; }
    bool operator==(const Config&) const = default;
};

// What the machine is told.

/// The control channel brought an authentic, fresh statement.
struct Heard {
    Statement said;
    bool operator==(const Heard&) const = default;
};

/// The instant of Step::wake has come, or any other.
struct Wake {
    bool operator==(const Wake&) const = default;
};

struct Link {
    bool up = false;
    bool operator==(const Link&) const = default;
};

/// Whether `netaddr` answers.  Without a netaddr it always does.
struct Reachability {
    bool ok = true;
    bool operator==(const Reachability&) const = default;
};

/// Whether the dataplane's loop stands still.
struct Dataplane {
    bool stalled = false;
    bool lagged =
        false;  ///< It did for a lease or longer lately: an owner would have lost its slots.
    bool operator==(const Dataplane&) const = default;
};

enum class Owner : std::uint8_t { Unknown, Nobody, Me, Partner };

/// What the hypervisor says of a slot: at connection, at each change, and in answer to Acquire.
struct SlotChanged {
    std::uint8_t trunk = 0;
    Owner owner = Owner::Nobody;
    bool offered = false;  ///< By its owner to this SEA.
    std::uint32_t epoch = 0;
    bool operator==(const SlotChanged&) const = default;
};

/// The connection to the hypervisor is lost, and with it all slots.  Their states come anew, with
/// epochs of their own, when it is back.  Nobody feeds it today (control/failover/README.md).
struct HypervisorLost {
    bool operator==(const HypervisorLost&) const = default;
};

/// The config that step() is given differs from the one before in its mode.
struct ModeChanged {
    bool operator==(const ModeChanged&) const = default;
};

/// ... or in anything else, except `node` and `trunks`: these take a new machine.
struct ConfigChanged {
    bool operator==(const ConfigChanged&) const = default;
};

/// Orderly end: lets go of all slots and says so.
struct Stop {
    bool operator==(const Stop&) const = default;
};

using Event = std::variant<Heard,
                           Wake,
                           Link,
                           Reachability,
                           Dataplane,
                           SlotChanged,
                           HypervisorLost,
                           ModeChanged,
                           ConfigChanged,
                           Stop>;

// What it wants done.  In this order, and before the next event.

/// Ask the hypervisor for these slots; each answer is a SlotChanged.
struct Acquire {
    TrunkSet trunks;
    bool operator==(const Acquire&) const = default;
};

/// Stop bridging them, then let the slots go.
struct Release {
    TrunkSet trunks;
    bool operator==(const Release&) const = default;
};

/// Offer the slots to the partner; the hypervisor sees to it that what is under way gets through.
struct HandOver {
    TrunkSet trunks;
    bool operator==(const HandOver&) const = default;
};

/// Take the offer back: the partner did not come.
struct Withdraw {
    TrunkSet trunks;
    bool operator==(const Withdraw&) const = default;
};

struct Send {
    Statement say;
    bool operator==(const Send&) const = default;
};

/// Tell the outside where the clients of these trunks are: now, in 1 s and in 5 s, paced.
struct Announce {
    TrunkSet trunks;
    bool operator==(const Announce&) const = default;
};

/// Reset the real adapter, so that the outside switch forgets what it learned there.
struct ResetAdapter {
    bool operator==(const ResetAdapter&) const = default;
};

/// Why a role was entered.
enum class Reason : std::uint8_t {
    Started,
    OwnsAll,
    OwnsPart,
    PartnerOwns,
    NobodyOwns,
    PartnerAsked,
    PreferredToPartner,
    LinkDown,
    LinkTooYoung,
    Unreachable,
    DataplaneStalled,
    HealthTime,
    HypervisorGone,
    Stopped,
};

struct RoleChanged {
    Role from = Role::Init;
    Role to = Role::Init;
    Reason reason = Reason::Started;
    bool operator==(const RoleChanged&) const = default;
};

enum class AlarmCause : std::uint8_t {
    PartnerUnknown,
    SamePriority,
    OtherVlans,      ///< The partner's trunk VLAN lists are not ours.
    SharingRefused,  ///< The reason is in State::refused.
    ThirdNode,
    OwnMessage,  ///< The control channel brings back what we send: a loop.
    NobodyBridges,
    SlotLost,  ///< The hypervisor took a slot away.
};
inline constexpr std::size_t kAlarmCount = 8;

struct Alarm {
    AlarmCause cause{};
    bool raised = true;  ///< false: it is over.
    bool operator==(const Alarm&) const = default;
};

using Action = std::
    variant<Acquire, Release, HandOver, Withdraw, Send, Announce, ResetAdapter, RoleChanged, Alarm>;
using Actions = std::vector<Action>;

}  // namespace sealane::ha
