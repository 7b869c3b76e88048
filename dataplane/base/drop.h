// Why a frame was not sent.  One list for the whole product: what is not here can't be lost.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace sealane {

/// The reason a frame ended somewhere else than at a port.  Every discarded frame is counted under
/// exactly one of them, at one adapter, in one Direction.
enum class Drop : std::uint8_t {
    None,  ///< Not dropped.
    // What came in can't be accepted.
    Runt,
    Malformed,
    BadLength,
    BadRing,
    Oversize,
    PacketTooBig,
    BadSource,
    ReservedDestination,
    MacControl,
    UntaggedRefused,
    IngressVlan,
    DoubleTag,
    TunnelVlan,
    MacNotAllowed,
    StaticViolation,
    LocalSource,
    BadOffload,
    TooManySegments,
    StormControl,
    PortDisabled,
    NotActive,
    HandOverFull,
    BroughtTwice,
    // The Shared Ethernet Adapter's filters.
    FilteredVlan,
    FilteredReserved,
    // Nobody to give it to.
    NoDestination,
    NoReceiver,
    SamePort,
    EgressVlan,
    // What should go out can't.
    NoBuffer,
    PortDown,
    PeerBackpressure,
    QueueFull,
    Impaired,
};

inline constexpr std::size_t kDropCount = static_cast<std::size_t>(Drop::Impaired) + 1;

/// Where on its way a frame was dropped (design 3): on the way in from its port; after it was
/// admitted and before it was offered to an adapter; or on the way out to a port.
enum class Direction : std::uint8_t { In, Between, Out };

inline constexpr std::size_t kDirectionCount = 3;

struct DropText {
    std::string_view name;     ///< As in `sealane drops` and in JSON.
    std::string_view meaning;  ///< One line for the operator: what happened, and what would help.
};

inline constexpr std::array<DropText, kDropCount> kDropTexts{{
    {"none", "not dropped"},
    {"runt", "shorter than an Ethernet header (14 bytes)"},
    {"malformed", "a tag was announced, but the frame ended inside it"},
    {"bad_length", "a stream peer announced a length that no frame has"},
    {"bad_ring", "a client wrote an index or a length that can't be into shared memory"},
    {"oversize", "longer than the adapter's MTU allows; compare `mtu` on both sides"},
    {"packet_too_big",
     "longer than the real adapter allows, and not to be fragmented: ICMP tells its sender"},
    {"bad_source", "source address is zero or a group address"},
    {"reserved_destination",
     "destination 01:80:c2:00:00:00 to :0f is never bridged (802.1Q 8.6.3)"},
    {"mac_control", "MAC control (PAUSE, EtherType 0x8808) is never bridged"},
    {"untagged_refused", "untagged frame at an adapter without a PVID"},
    {"ingress_vlan", "tagged with a VLAN that the adapter is no member of; see `sealane vlan`"},
    {"double_tag", "a second tag follows one that would be removed: a VLAN hop"},
    {"tunnel_vlan", "customer VLAN that the tunnel adapter does not carry"},
    {"mac_not_allowed", "source address is not in the adapter's allowed_macs"},
    {"static_violation", "source address is fixed to another adapter; see `sealane fdb`"},
    {"local_source", "came from the outside with the address of a local client: a loop or an echo"},
    {"bad_offload",
     "its sender left a checksum or a cut to us that does not fit the frame's headers"},
    {"too_many_segments",
     "a large frame whose segments, at all receivers together, would be too many, or too small"},
    {"storm_control",
     "more broadcast, multicast or unknown frames a second than the adapter may send"},
    {"port_disabled", "the adapter is disabled"},
    {"not_active", "the trunk adapter does not hold its slot; another VIOS bridges these VLANs"},
    {"hand_over_full",
     "came while the slot was handed over to this SEA, which keeps 4,096 buffers at most"},
    {"brought_twice",
     "broadcast or multicast that the partner had brought in, while it handed a slot over"},
    {"filtered_vlan", "VLAN on no trunk adapter of the SEA, or no VLAN of this trunk adapter"},
    {"filtered_reserved", "reserved destination on the SEA's real side (BPDU, LACP, LLDP, PAUSE)"},
    {"no_destination",
     "unknown unicast, and the VLAN has no active trunk adapter, or came in by it"},
    {"no_receiver", "broadcast or multicast, and nobody else is in the VLAN"},
    {"same_port", "destination is behind the adapter that the frame came in from"},
    {"egress_vlan", "destination's adapter is no member of the frame's VLAN"},
    {"no_buffer", "the pool of frame buffers was empty; see `buffers` in the configuration"},
    {"port_down",
     "nobody is connected to the port, or its link is down; `sealane show` says which"},
    {"peer_backpressure", "the peer reads more slowly than frames arrive, and its queue is full"},
    {"queue_full", "the port's transmit queue is full"},
    {"impaired", "lost on purpose by the adapter's `impair` settings"},
}};

[[nodiscard]] constexpr std::string_view name_of(Drop drop) {
    return kDropTexts[static_cast<std::size_t>(drop)].name;
}

[[nodiscard]] constexpr std::string_view name_of(Direction direction) {
    constexpr std::array<std::string_view, kDirectionCount> kNames{"in", "between", "out"};
    return kNames[static_cast<std::size_t>(direction)];
}

}  // namespace sealane
