// A frame (IBM: managed system) as plain values, in PowerVM's own words: what a configuration file
// says once it has been read and found right.  Numbers without a unit in their type have it in
// their name.  "Reference" is powervm-network.md of the project's reference.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "dataplane/base/ids.h"
#include "dataplane/base/impairment.h"
#include "dataplane/base/mac.h"

namespace sealane::config {

/// Where something stood in its file, counted from 1 (0: it was in no file).  All places compare
/// equal, so that two models are equal when they mean the same.
struct Place {
    int line = 0;
    int column = 0;

    friend bool operator==(const Place&, const Place&) { return true; }
};

inline constexpr std::size_t kMaxVids = 20;            ///< Beside the PVID (reference 1.1).
inline constexpr std::size_t kMaxTrunksOfSea = 16;     ///< Reference 2.1.
inline constexpr std::uint8_t kMaxTrunkPriority = 15;  ///< 1 is best (reference 1.3).
inline constexpr std::size_t kMaxAllowedMacs = 4;      ///< Reference 1.5.
inline constexpr std::size_t kMaxEthdevPorts = 32;     ///< RTE_MAX_ETHPORTS of Debian's DPDK.
inline constexpr std::uint32_t kMaxSpareAdapters = 256;
inline constexpr std::uint32_t kMinMtu = 68;      ///< RFC 791.
inline constexpr std::uint32_t kMaxMtu = 65'394;  ///< 65 408 bytes less the header (reference 1.1).
inline constexpr std::uint32_t kPlainMtu = 1'500;
inline constexpr std::uint32_t kJumboMtu = 9'000;  ///< A real adapter under `jumbo_frames`.

/// Who reaches whom inside the switch.  VEPA is refused by name until it is built.
enum class SwitchMode : std::uint8_t { Veb };

/// Where a frame for an address that nobody has goes: to the VLAN's active trunk adapter only, as
/// on PowerVM, or to every member, as an ordinary bridge does it.
enum class UnknownUnicast : std::uint8_t { Trunk, Flood };

struct AddressTableLimits {
    std::uint32_t capacity = 65'536;  ///< Addresses: 16 to 4 194 304.
    std::chrono::seconds age{300};    ///< A learned address unheard of for so long is forgotten.

    bool operator==(const AddressTableLimits&) const = default;
};

struct Vswitch {
    std::string name;
    SwitchMode mode = SwitchMode::Veb;
    UnknownUnicast unknown_unicast = UnknownUnicast::Trunk;
    AddressTableLimits address_table;
    Place place;

    bool operator==(const Vswitch&) const = default;
};

/// Nothing is attached: a trunk adapter of a SEA, a control channel, or a client yet to come.
struct NoPort {
    bool operator==(const NoPort&) const = default;
};

/// A pair of rings within the process.
struct RingPort {
    std::uint32_t size = 256;  ///< Frames, a power of two from 64 to 16 384.

    bool operator==(const RingPort&) const = default;
};

/// A DPDK device, named by exactly one of `devargs` ("net_tap0,iface=t0") and `pci`
/// ("0000:01:00.0").
struct EthdevPort {
    std::string devargs;
    std::string pci;
    std::uint16_t rx_descriptors = 1'024;
    std::uint16_t tx_descriptors = 1'024;

    bool operator==(const EthdevPort&) const = default;
};

/// A unix stream socket as QEMU's `-netdev stream` speaks it.
struct QemuStreamPort {
    std::string path;    ///< At most 107 bytes, which is what a unix socket address holds.
    bool listen = true;  ///< false: connect, and try again until someone listens.
    std::uint32_t queue_frames = 1'024;  ///< Kept for a peer that reads slowly; 1 to 65 536.

    bool operator==(const QemuStreamPort&) const = default;
};

/// Two unix datagram sockets as QEMU's `-netdev dgram` speaks them: a datagram is a frame.
struct QemuDgramPort {
    std::string local;                   ///< Of the socket that we make; QEMU's remote.path.
    std::string remote;                  ///< Of the peer's; QEMU's local.path.
    std::uint32_t queue_frames = 1'024;  ///< Kept for a peer that reads slowly; 1 to 65 536.

    bool operator==(const QemuDgramPort&) const = default;
};

/// A unix socket over which a virtio-net guest shares its memory and rings: QEMU's `-netdev
/// vhost-user`, DPDK's net_virtio_user.
struct VhostUserPort {
    std::string path;     ///< As above.
    bool server = false;  ///< true: we make the socket.  Otherwise the peer does: try for ever.
    std::uint16_t queues = 1;  ///< Pairs of rings that the guest may use at most; 1 to 16.
    bool offloads = true;      ///< false: no partial checksum and no large frame, either way.

    bool operator==(const VhostUserPort&) const = default;
};

/// A unix socket that hands shared memory over to `shm:` of libsealane-port, and then frames go
/// through that.
struct ShmPort {
    std::string path;                    ///< Where we listen; as above.
    std::uint32_t queue_frames = 1'024;  ///< In the ring to the client; 1 to 65 536.

    bool operator==(const ShmPort&) const = default;
};

using PortSpec = std::
    variant<NoPort, RingPort, EthdevPort, QemuStreamPort, QemuDgramPort, VhostUserPort, ShmPort>;

/// Frames a second that an adapter may send to many; 0: as many as it likes.
struct StormControl {
    std::uint32_t broadcast = 0;
    std::uint32_t multicast = 0;
    std::uint32_t unknown = 0;  ///< Unicast to nobody known, where the vswitch floods it.

    bool operator==(const StormControl&) const = default;
};
inline constexpr std::uint32_t kMaxStormRate = 100'000'000;

enum class AdapterKind : std::uint8_t { Physical, Virtual };

/// Source addresses that the partition may use.  `none` in the file is {false, {}}: the adapter's
/// own configured address and no other.  Trunk adapters carry everybody's, so they allow all.
struct AllowedMacs {
    bool all = true;
    std::vector<MacAddress> list;  ///< 1 to 4 of them, or none.

    bool operator==(const AllowedMacs&) const = default;
};

/// A bad wire between an adapter and its port, on purpose (design 7).
struct Impair {
    Impairments impairments;
    std::uint64_t seed = 1;  ///< The same seed, frames and times lose the same frames.

    bool operator==(const Impair&) const = default;
};

// NOLINTNEXTLINE(clang-analyzer-optin.performance.Padding): ordered for its readers.
struct Adapter {
    std::string name;  ///< entN, unique within its partition together with the SEAs.
    AdapterKind kind = AdapterKind::Virtual;
    Place place;
    PortSpec port;
    std::optional<Impair> impair;  ///< Empty: none, and none can be had while it runs.
    bool enabled = true;           ///< false: "port disabled", no frame either way (reference 1.5).
    /// Of what goes out to the adapter's port: kMinMtu to kMaxMtu payload bytes.  What comes in may
    /// have 65 408 bytes, headers included, whatever `mtu` says, as in the original: the hypervisor
    /// does not know what a partition set its interface to, and drops where a frame does not fit.
    /// A physical adapter has kPlainMtu, or kJumboMtu under a SEA with `jumbo_frames`.
    std::uint32_t mtu = kMaxMtu;
    std::optional<std::uint32_t> worker;  ///< Which worker polls it; empty: the runtime decides.

    // What follows is of virtual adapters only.
    std::string vswitch;
    VlanId pvid;
    std::vector<VlanId> vids;         ///< In the file's order, without the PVID.
    std::uint8_t trunk_priority = 0;  ///< 0: no trunk adapter.
    std::optional<MacAddress> mac;    ///< Empty: `auto`, see auto_mac().
    AllowedMacs allowed_macs;
    std::optional<std::uint8_t> qos_priority;  ///< PCP of tags that the switch inserts, 0 to 7.
    std::uint32_t max_macs = 64;               ///< Addresses learned here at most: 1 to 1 048 576.
    bool tag_pvid = false;                     ///< Frames of the PVID leave tagged too.
    bool tunnel = false;  ///< QinQ: all that comes in belongs to the PVID, its tag is payload.
    std::vector<VlanId> tunnel_vids;  ///< Customer VLANs that the tunnel carries; empty: all.
    std::uint16_t tpid = 0x8100;      ///< Of its tags: 0x8100, or 0x88a8 for a service trunk.
    StormControl storm_control;

    [[nodiscard]] bool is_trunk() const { return trunk_priority != 0; }
    bool operator==(const Adapter&) const = default;
};

/// Reference 2.1 and 3.4.
enum class HaMode : std::uint8_t { Disabled, Auto, Standby, Sharing };

/// A Shared Ethernet Adapter; attributes as in reference 2.1.
struct Sea {
    std::string name;
    Place place;
    std::string real_adapter;
    std::vector<std::string> virt_adapters;  ///< 1 to 16 trunk adapters, in the file's order.
    std::string pvid_adapter;                ///< Gets the wire's untagged frames.
    VlanId pvid;                             ///< Equal to that of `pvid_adapter`.
    std::optional<std::string> ctl_chan;     ///< Empty: the pair finds itself on VLAN 4095 (3.7).
    HaMode ha_mode = HaMode::Disabled;

    std::optional<std::string> netaddr;    ///< IPv4 address to ping; empty: none (3.5).
    std::optional<std::string> address;    ///< The SEA's own IPv4 address, to ping from.
    std::chrono::seconds health_time{60};  ///< Healthy so long before it rejoins (IV97991).
    std::chrono::seconds link_time{0};     ///< Link up so long before it counts; default ours.
    std::chrono::seconds fb_delay{0};      ///< Wait before failback; default ours.
    bool noauto_failback = false;          ///< true: no failback by itself.
    bool adapter_reset =
        false;  ///< On becoming backup the real adapter loses its link a moment (3.6).
    std::chrono::milliseconds keepalive_ms{250};  ///< Between keep-alives, 10 to 60 000 (3.2).
    std::chrono::milliseconds lease_ms{100};  ///< Trunk slot's lease, 5 to 60 000; default ours.

    bool largesend = false;      ///< The real adapter gets large frames whole (2.4), if it cuts.
    bool large_receive = false;  ///< Off on purpose, for Linux clients' sake (2.5).
    bool jumbo_frames = false;
    bool accounting = false;  ///< Frames and bytes per client address.

    /// It is of a pair without a control channel, so the hypervisor gives it VLAN 4095 (3.7).
    [[nodiscard]] bool discovers() const { return ha_mode != HaMode::Disabled && !ctl_chan; }

    bool operator==(const Sea&) const = default;
};

enum class PartitionType : std::uint8_t { Vios, Client };

struct Partition {
    std::string name;
    PartitionType type = PartitionType::Client;
    std::vector<Adapter> adapters;
    std::vector<Sea> seas;  ///< In a VIOS only.
    Place place;

    bool operator==(const Partition&) const = default;
};

/// What a worker does when there is nothing to do: sleep after a while, or never.
enum class IdlePolicy : std::uint8_t { Adaptive, Poll };

struct Runtime {
    IdlePolicy idle = IdlePolicy::Adaptive;
    std::uint32_t workers = 1;         ///< 1 to 64.
    std::vector<std::uint32_t> cores;  ///< One for each worker, or empty: the runtime decides.
    std::uint32_t buffers = 0;         ///< Frame buffers in all; 0: `auto`, as many as it takes.
    /// So many adapters can be added while it runs, beside those that take a removed one's place:
    /// 0 to kMaxSpareAdapters.  Memory for them is taken at the start.
    std::uint32_t spare_adapters = 4;

    bool operator==(const Runtime&) const = default;
};

struct System {
    std::string name;
    std::vector<Vswitch> vswitches;  ///< The order gives the ids 0 to 15.
    std::vector<Partition> partitions;
    Runtime runtime;

    bool operator==(const System&) const = default;
};

/// "vios1/ent3", an adapter's or a SEA's name in the whole frame.
[[nodiscard]] std::string qualified(const Partition& partition, const std::string& adapter);

/// The address of a virtual adapter whose `mac` is auto: locally administered, the same at every
/// start, five bytes from the names of system and partition and one from the adapter's number, as
/// PowerVM makes them (reference 1.5).  Of numbers above 255 the five bytes depend on the rest.
[[nodiscard]] MacAddress auto_mac(const System& system,
                                  const Partition& partition,
                                  const Adapter& adapter);

/// The MTU that `adapter` of `partition` has where its file gives none.
[[nodiscard]] std::uint32_t default_mtu(const Partition& partition, const Adapter& adapter);

}  // namespace sealane::config
