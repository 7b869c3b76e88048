#include "dataplane/port/virtio_user.h"

#include <cerrno>
#include <cstring>
#include <initializer_list>
#include <string_view>
#include <sys/socket.h>
#include <sys/un.h>

#include <rte_errno.h>
#include <rte_ethdev.h>

#include "dataplane/base/descriptor.h"
#include "dataplane/port/bound_socket.h"

namespace sealane::port {
namespace {

constexpr std::uint64_t kRxOffloads = RTE_ETH_RX_OFFLOAD_TCP_CKSUM | RTE_ETH_RX_OFFLOAD_UDP_CKSUM |
                                      RTE_ETH_RX_OFFLOAD_TCP_LRO | RTE_ETH_RX_OFFLOAD_SCATTER;
constexpr std::uint64_t kTxChecksums = RTE_ETH_TX_OFFLOAD_TCP_CKSUM | RTE_ETH_TX_OFFLOAD_UDP_CKSUM;
constexpr std::uint64_t kTxOffloads =
    kTxChecksums | RTE_ETH_TX_OFFLOAD_TCP_TSO | RTE_ETH_TX_OFFLOAD_MULTI_SEGS;

std::string unused_device_name() {
    std::string name;
    std::uint16_t found = 0;
    for (int number = 0; name.empty() || rte_eth_dev_get_port_by_name(name.c_str(), &found) == 0;
         ++number) {
        name = "net_virtio_user_link" + std::to_string(number);
    }
    return name;
}

Error cannot_open(const VirtioUserSettings& settings, const std::string& why) {
    return Error{settings.name + ": can't open the link to the hypervisor at " + settings.path +
                 ": " + why};
}

Error cannot_open(const VirtioUserSettings& settings, std::string_view what, int fault) {
    return cannot_open(settings, std::string(what) + ": " + rte_strerror(fault));
}

/// The driver does not say why it could not connect, so it is tried once more.  Otherwise
/// `driver_says` what there is to say.
std::string why_not_connected(const std::string& path, const std::string& driver_says) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
    const Descriptor probe(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    const auto* const generic = reinterpret_cast<const sockaddr*>(&address);
    if (connect(probe.get(), generic, sizeof address) == 0) return driver_says;
    if (errno == ENOENT || errno == ECONNREFUSED)
        return "nobody listens there; start the hypervisor first";
    if (errno == EACCES)
        return "this user may not connect to it; run the VIOS as the user that runs the hypervisor";
    return std::strerror(errno);
}

Status check(const VirtioUserSettings& settings) {
    if (Status usable = check_socket_path(settings.name, settings.path); !usable) return usable;
    // It would end the argument and begin another.
    if (settings.path.find_first_of(",[]") != std::string::npos)
        return cannot_open(settings, "DPDK takes no path with a comma or a bracket");
    const std::uint16_t ring = settings.ring;
    if (ring < 64 || ring > 1024 || (ring & (ring - 1)) != 0) {
        return cannot_open(settings,
                           "a ring of " + std::to_string(ring) +
                               " descriptors can't be had; it has 64 to 1024, a power of two");
    }
    return done();
}

}  // namespace

Result<VirtioUser> VirtioUser::open(const VirtioUserSettings& settings, rte_mempool* frames) {
    if (Status usable = check(settings); !usable) return usable.error();
    Result<AttachedDevice> attached = AttachedDevice::attach(
        unused_device_name() + ",path=" + settings.path + ",mac=" + to_string(settings.mac) +
        ",queues=1,queue_size=" + std::to_string(settings.ring) +
        ",mrg_rxbuf=1,in_order=1,packed_vq=0");
    if (!attached)
        return cannot_open(settings, why_not_connected(settings.path, attached.error().text));

    VirtioUser opened;
    opened.device_ = std::move(attached).value();
    if (Status taken = opened.configure(settings); !taken) return taken.error();
    if (Status taken = opened.set_up_rings(settings, frames); !taken) return taken.error();
    if (const int fault = rte_eth_dev_start(opened.id()); fault != 0)
        return cannot_open(settings, "it does not start", -fault);
    opened.read_offloads();
    return opened;
}

Status VirtioUser::configure(const VirtioUserSettings& settings) {
    rte_eth_dev_info info{};
    if (const int fault = rte_eth_dev_info_get(id(), &info); fault != 0)
        return cannot_open(settings, "it says nothing of itself", -fault);
    // Long frames take several buffers, or there is no link.
    if ((info.rx_offload_capa & RTE_ETH_RX_OFFLOAD_SCATTER) == 0)
        return cannot_open(settings, "the hypervisor offers no mrg_rxbuf");
    rte_eth_conf wanted{};
    wanted.rxmode.offloads = info.rx_offload_capa & kRxOffloads;
    wanted.txmode.offloads = info.tx_offload_capa & kTxOffloads;
    const int fault = rte_eth_dev_configure(id(), 1, 1, &wanted);
    if (fault != 0) return cannot_open(settings, "it can't be configured", -fault);
    receives_ = wanted.rxmode.offloads;
    sends_ = wanted.txmode.offloads;
    return done();
}

Status VirtioUser::set_up_rings(const VirtioUserSettings& settings, rte_mempool* frames) {
    const auto node = static_cast<unsigned>(rte_eth_dev_socket_id(id()));
    int fault = rte_eth_rx_queue_setup(id(), 0, settings.ring, node, nullptr, frames);
    if (fault != 0) return cannot_open(settings, "it has nothing to receive with", -fault);
    rte_eth_dev_info info{};
    rte_eth_dev_info_get(id(), &info);
    rte_eth_txconf sending = info.default_txconf;
    // Buffers that were sent come back with the next burst, and not when the ring is nearly full.
    sending.tx_free_thresh = static_cast<std::uint16_t>(settings.ring - 4);
    fault = rte_eth_tx_queue_setup(id(), 0, settings.ring, node, &sending);
    if (fault != 0) return cannot_open(settings, "it has nothing to send with", -fault);
    return done();
}

void VirtioUser::read_offloads() {
    rte_eth_dev_info info{};
    rte_eth_dev_info_get(id(), &info);
    const auto tell = [&](std::initializer_list<const char*> names, bool offered, bool acked) {
        for (const char* const name : names) {
            features_.push_back({.name = name,
                                 .offered = offered,
                                 .acked = acked,
                                 .why_not = acked ? "" : "the hypervisor does not offer it"});
        }
        return acked;
    };
    const auto sends = [&](std::uint64_t all, std::initializer_list<const char*> names) {
        return tell(names,
                    (info.tx_offload_capa & all) == all,
                    (sends_ & info.tx_offload_capa & all) == all);
    };
    const auto takes = [&](std::uint64_t all, std::initializer_list<const char*> names) {
        return tell(names,
                    (info.rx_offload_capa & all) == all,
                    (receives_ & info.rx_offload_capa & all) == all);
    };
    offloads_.checksum = sends(kTxChecksums, {"csum"});
    const bool large = sends(RTE_ETH_TX_OFFLOAD_TCP_TSO, {"host_tso4", "host_tso6"});
    offloads_.tcp4 = offloads_.tcp6 = offloads_.checksum && large;
    takes(RTE_ETH_RX_OFFLOAD_TCP_CKSUM, {"guest_csum"});
    takes(RTE_ETH_RX_OFFLOAD_TCP_LRO, {"guest_tso4", "guest_tso6"});
    takes(RTE_ETH_RX_OFFLOAD_SCATTER, {"mrg_rxbuf"});
}

}  // namespace sealane::port
