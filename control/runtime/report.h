// What the running system says of itself: plain values, for the management socket and for tests.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "dataplane/base/counters.h"
#include "dataplane/base/ids.h"
#include "dataplane/base/impairment.h"
#include "dataplane/base/mac.h"

namespace sealane::runtime {

enum class AdapterRole : std::uint8_t {
    Client,    ///< Virtual adapter of a client (or of a VIOS, without trunk priority).
    Trunk,     ///< Virtual adapter that bridges to the outside.
    Physical,  ///< A SEA's real adapter.
    Sea,       ///< The SEA's own, virtual side: what it exchanges with its trunk adapters.
};

/// Something that a port and its peer can agree on, such as "guest_tso4".
struct FeatureReport {
    std::string name;
    bool offered = false;
    bool acked = false;
    std::string why_not;  ///< Empty if it is acked.
};

struct PortReport {
    bool up = false;
    /// "ring", "ethdev", "qemu-stream", "qemu-dgram", "vhost-user", "shm", "none", "link", "sea".
    std::string type;
    std::string detail;         ///< Where it is attached; if it isn't up, why.
    std::uint64_t pending = 0;  ///< Frames accepted for sending and not yet taken by the peer.
    std::vector<FeatureReport> features;  ///< Of ports that negotiate some.
    std::string notice;  ///< What works, but not as its owner may think, and what would help.
};

/// Of an adapter whose peer comes and goes by itself: how it is, and what has happened since the
/// start.
struct PeerReport {
    std::string adapter;
    bool connected = false;
    bool ready = false;      ///< Frames pass.
    std::uint64_t came = 0;  ///< Connections.
    std::uint64_t became_ready = 0;
    std::uint64_t refused = 0;  ///< Turned away, since another was connected.
    std::string why_gone;       ///< Of the last one that went; empty if it isn't known.
    std::string detail;         ///< Of the port.
};

struct SlotReport {
    std::uint16_t slot = 0;
    bool active = false;  ///< This adapter holds it.
    std::string holder;   ///< Qualified name, empty: nobody.
    std::uint32_t epoch = 0;
};

struct AdapterReport {
    AdapterId id;
    std::string name;  ///< Qualified: "vios1/ent3".
    AdapterRole role = AdapterRole::Client;
    bool enabled = true;
    std::uint32_t mtu = 0;
    std::uint32_t worker = 0;
    PortReport port;
    AdapterTotals totals;

    // Virtual adapters only.
    std::string vswitch;
    VlanId pvid;
    bool tag_pvid = false;  ///< The PVID leaves tagged: T rather than U.
    std::vector<VlanId> vids;
    std::optional<MacAddress> mac;
    std::uint8_t trunk_priority = 0;
    std::optional<SlotReport> slot;  ///< Trunks.
    std::uint64_t addresses = 0;     ///< Learned here.
};

struct SeaTrunkReport {
    std::string adapter;
    VlanId pvid;
    std::vector<VlanId> vids;
    bool is_default = false;  ///< pvid_adapter.
    bool active = false;
};

/// A SEA's part in its pair (reference 5.1, High Availability).
struct PairReport {
    using Numbers = std::vector<std::pair<std::string, std::uint64_t>>;  ///< By name.

    double since_s = 0;  ///< In this state.
    std::string reason;  ///< Of this state, in words.
    std::uint32_t times_primary = 0;
    std::uint32_t times_backup = 0;
    std::uint32_t flip_flop = 0;  ///< Changes between primary and backup.
    bool partner_known = false;
    std::string partner_state;  ///< Of the partner, if known, as it said last.
    std::uint8_t partner_priority = 0;
    std::string refused;               ///< Why load is not shared; empty: no refusal.
    VlanId control_pvid;               ///< Of the control channel; 4095: it has none.
    std::uint64_t announced = 0;       ///< Frames for clients, sent at the real adapter.
    std::uint64_t unsent = 0;          ///< Own frames that found no buffer or no place.
    Numbers received, sent, rejected;  ///< Control packets by type, by reason.
    std::vector<std::string> alarms;   ///< Raised now.
};

struct SeaReport {
    std::string name;
    std::string real_adapter;
    bool real_up = false;
    std::vector<SeaTrunkReport> trunks;
    std::string ha_mode;      ///< As it is now.
    std::string state;        ///< "PRIMARY", "BACKUP_SH"; without ha_mode: whether it has slots.
    std::string bridge_mode;  ///< "All", "Partial", "None".
    std::uint8_t priority = 0;
    AdapterTotals real_side;
    AdapterTotals virtual_side;
    std::optional<PairReport> pair;  ///< Empty: ha_mode is disabled.
};

/// A VIOS of the frame in a process of its own.
struct PartReport {
    std::string name;
    std::string control;  ///< Where it is asked, unless somebody told it otherwise.
};

/// Something that happened to a SEA, for `sealane events`.
struct EventReport {
    std::uint64_t number = 0;  ///< From 1, without gaps.
    double age_s = 0;
    std::string sea;
    std::string kind;  ///< As in failover::Occurrence.
    std::string what;
    std::string cause;
};

/// Of an impaired adapter: how its wire is bad, and what that has done since the start.
struct ImpairReport {
    using Events = std::vector<std::pair<std::string, std::uint64_t>>;  ///< Names and numbers.
    Impairments impairments;
    Events in, out;
};

struct AddressReport {
    std::string vswitch;
    VlanId vlan;
    MacAddress mac;
    std::string adapter;
    std::string kind;         ///< "learned", "static", "configured".
    std::uint32_t age_s = 0;  ///< Seconds since it was last a source; 0 for fixed ones.
};

struct AddressTableReport {
    std::string vswitch;
    std::uint64_t size = 0, capacity = 0;
    std::uint64_t added = 0, moved = 0, aged = 0, evicted = 0, refused = 0;
};

struct SystemReport {
    std::string system;  ///< Its name.
    std::string part;    ///< "hypervisor" or a VIOS; empty: all of it.
    std::string config_file;
    double uptime_s = 0;
    bool hugepages = false;
    std::uint32_t workers = 0;
    std::uint64_t buffers = 0, buffers_in_use = 0;
};

}  // namespace sealane::runtime
