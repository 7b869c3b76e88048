#include "dataplane/port/ethdev_opener.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <net/if.h>
#include <string_view>
#include <utility>

#include <rte_errno.h>

#include "dataplane/port/ethdev_devargs.h"
#include "dataplane/port/tap_port.h"
#include "dataplane/wire/tag.h"

namespace sealane::port {
namespace {

constexpr std::uint32_t kLongestFrame = PortTraits{}.max_frame;
constexpr std::uint32_t kHeaderAndTag = wire::kHeaderLength + wire::kTagLength;

// Rooms of buffers to try, one after the other; the last is what the field for it can hold.
constexpr std::array<std::uint16_t, 5> kRooms{4096, 9984, 16512, 32768, 65280};

std::uint16_t room_of(rte_mempool* pool) {
    return static_cast<std::uint16_t>(rte_pktmbuf_data_room_size(pool) - RTE_PKTMBUF_HEADROOM);
}

std::string unused_pool_name() {
    std::string name;
    for (int number = 0; name.empty() || rte_mempool_lookup(name.c_str()) != nullptr; ++number) {
        name = "sealane_large_" + std::to_string(number);
    }
    return name;
}

/// Room of a buffer that takes all that can come in; a device that chains takes as many as it
/// needs.
std::uint32_t room_needed(const EthdevSettings& settings, bool chains) {
    return std::max(buffer_room_for(settings.devargs), chains ? 0 : settings.mtu + kHeaderAndTag);
}

/// Drivers that name a limit but do not keep it, in either direction.
bool has_no_limit(std::string_view driver) { return driver == "net_memif"; }

}  // namespace

Result<std::unique_ptr<Port>> EthdevPort::open(const EthdevSettings& settings, const Pools& pools) {
    if (is_plain_tap(settings.devargs)) {
        Result<std::unique_ptr<TapPort>> tap =
            TapPort::open({.name = settings.name,
                           .interface = std::string(devargs_value(settings.devargs, "iface")),
                           .mtu = settings.mtu},
                          pools);
        if (!tap) return tap.error();
        return std::unique_ptr<Port>(std::move(tap).value());
    }
    Result<std::unique_ptr<EthdevPort>> device = EthdevOpener(settings, pools).open();
    if (!device) return device.error();
    return std::unique_ptr<Port>(std::move(device).value());
}

std::uint64_t ethdev_memory(const EthdevSettings& settings) {
    constexpr std::uint64_t kQueues = std::uint64_t{1} << 20;  // rings and private data of a driver
    if (is_plain_tap(settings.devargs)) return 0;
    const std::uint64_t room = room_needed(settings, chains_silently(settings.devargs));
    if (room <= kBufferRoom) return kQueues;
    return kQueues + settings.large_buffers * (room + RTE_PKTMBUF_HEADROOM + 256);
}

EthdevOpener::EthdevOpener(const EthdevSettings& settings, const Pools& pools)
    : settings_(settings), pools_(pools), port_(new EthdevPort) {}

Result<std::unique_ptr<EthdevPort>> EthdevOpener::open() {
    using Step = Status (EthdevOpener::*)();
    for (const Step step : {&EthdevOpener::attach,
                            &EthdevOpener::choose_limits,
                            &EthdevOpener::configure,
                            &EthdevOpener::set_up_queues,
                            &EthdevOpener::start}) {
        if (Status taken = (this->*step)(); !taken) return taken.error();
    }
    return std::move(port_);
}

Error EthdevOpener::failed(const std::string& why) const {
    return Error{settings_.name + ": can't open \"" + settings_.devargs + "\": " + why};
}

Status EthdevOpener::attach() {
    Result<AttachedDevice> attached = AttachedDevice::attach(settings_.devargs);
    if (!attached) return failed(attached.error().text);
    port_->attached_ = std::move(attached).value();
    port_->port_id_ = port_->attached_.id();
    if (rte_eth_dev_info_get(port_->port_id_, &info_) != 0)
        return failed("it says nothing of itself");
    port_->driver_ = info_.driver_name;
    port_->device_ = settings_.devargs;
    return done();
}

Status EthdevOpener::choose_limits() {
    const bool packet_socket = is_packet_socket(port_->driver_);
    std::array<char, IF_NAMESIZE> interface {};
    if (packet_socket && if_indextoname(info_.if_index, interface.data()) != nullptr) {
        port_->interface_ = KernelInterface(interface.data());
    }
    std::uint32_t longest = info_.max_rx_pktlen;
    if (has_no_limit(port_->driver_)) longest = kLongestFrame;
    if (packet_socket) {
        longest = packet_socket_room(settings_.devargs);
        port_->cut_length_ = longest + 1;
        // The kernel keeps the tag beside the frame.
        longest += std::uint32_t{wire::kTagLength};
    }
    port_->traits_ = {.max_frame = std::min(longest, kLongestFrame)};
    if (settings_.mtu + kHeaderAndTag > longest) {
        const std::string help =
            packet_socket
                ? advise_packet_socket(settings_.devargs, settings_.mtu, port_->interface_.mtu())
                : "lower the adapter's mtu";
        return failed("it carries frames up to " + std::to_string(longest) + " bytes and mtu " +
                      std::to_string(settings_.mtu) + " needs " +
                      std::to_string(settings_.mtu + kHeaderAndTag) + "; " + help);
    }
    port_->mtu_ = settings_.mtu;
    return done();
}

Status EthdevOpener::configure() {
    rte_eth_conf wanted{};
    const auto offered = [](std::uint64_t all, std::uint64_t one) { return (all & one) != 0; };
    wanted.rxmode.offloads =
        info_.rx_offload_capa & (RTE_ETH_RX_OFFLOAD_SCATTER | RTE_ETH_RX_OFFLOAD_VLAN_STRIP);
    wanted.txmode.offloads = info_.tx_offload_capa & RTE_ETH_TX_OFFLOAD_MULTI_SEGS;

    if (offered(info_.tx_offload_capa, RTE_ETH_TX_OFFLOAD_MULTI_SEGS) ||
        chains_silently(settings_.devargs)) {
        const std::uint16_t most = info_.tx_desc_lim.nb_mtu_seg_max;
        port_->most_segments_ = most == 0 ? std::uint16_t{UINT16_MAX} : most;
    }
    if (const int fault = rte_eth_dev_configure(port_->port_id_, 1, 1, &wanted); fault != 0) {
        return failed(std::string("it can't be configured: ") + rte_strerror(-fault));
    }
    // A packet socket would set the MTU of the kernel's interface, which is not ours.  A device
    // that can't set one was asked for its longest frame above.
    if (!is_packet_socket(port_->driver_)) {
        [[maybe_unused]] const int fault =
            rte_eth_dev_set_mtu(port_->port_id_, static_cast<std::uint16_t>(settings_.mtu));
    }
    return done();
}

Status EthdevOpener::set_up_queues() {
    std::uint16_t receiving = settings_.rx_descriptors;
    std::uint16_t sending = settings_.tx_descriptors;
    rte_eth_dev_adjust_nb_rx_tx_desc(port_->port_id_, &receiving, &sending);
    if (Status receives = set_up_receiving(receiving); !receives) return receives.error();

    const int node = rte_eth_dev_socket_id(port_->port_id_);
    const int fault =
        rte_eth_tx_queue_setup(port_->port_id_, 0, sending, static_cast<unsigned>(node), nullptr);
    if (fault != 0)
        return failed(std::string("it has nothing to send with: ") + rte_strerror(-fault));
    return done();
}

Status EthdevOpener::set_up_receiving(std::uint16_t descriptors) {
    const std::uint16_t id = port_->port_id_;
    const auto node = static_cast<unsigned>(rte_eth_dev_socket_id(id));
    const bool chains = (info_.rx_offload_capa & RTE_ETH_RX_OFFLOAD_SCATTER) != 0 ||
                        chains_silently(settings_.devargs);
    const std::uint32_t needed = room_needed(settings_, chains);
    if (needed > kRooms.back()) {
        return failed("it receives each frame in one buffer, which holds at most " +
                      std::to_string(kRooms.back()) + " bytes of the " + std::to_string(needed) +
                      " needed; lower the adapter's mtu");
    }

    port_->shared_ = pools_.frames.get();
    port_->frames_ = port_->shared_;
    int fault = -ENOMEM;
    if (needed <= room_of(port_->frames_)) {
        fault = rte_eth_rx_queue_setup(id, 0, descriptors, node, nullptr, port_->frames_);
    }
    for (const std::uint16_t room : kRooms) {
        if (fault == 0) return done();
        if (fault != -ENOMEM && fault != -EINVAL) break;
        if (room < needed) continue;
        port_->large_.reset();
        Result<PoolPointer> large = make_pool(unused_pool_name(), settings_.large_buffers, room);
        if (!large) return failed(large.error().text);
        port_->large_ = std::move(large).value();
        port_->frames_ = port_->large_.get();
        fault = rte_eth_rx_queue_setup(id, 0, descriptors, node, nullptr, port_->frames_);
    }
    if (fault == 0) return done();
    return failed(std::string("it has nothing to receive with: ") + rte_strerror(-fault));
}

Status EthdevOpener::start() {
    if (const int fault = rte_eth_dev_start(port_->port_id_); fault != 0) {
        const bool lacks_right = fault == -EPERM && is_packet_socket(port_->driver_);
        return failed(std::string("it does not start: ") + rte_strerror(-fault) +
                      (lacks_right ? "; it needs the capability CAP_NET_ADMIN, too; see "
                                     "`sealane doctor`"
                                   : ""));
    }
    // Frames for every client come in here.  A driver that can't be told has no filter.
    [[maybe_unused]] const int all_unicast = rte_eth_promiscuous_enable(port_->port_id_);
    [[maybe_unused]] const int all_groups = rte_eth_allmulticast_enable(port_->port_id_);
    port_->look_at_link();
    return done();
}

}  // namespace sealane::port
