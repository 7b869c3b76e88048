#include "tests/component/port/virtio_user.h"

#include <array>
#include <atomic>
#include <chrono>
#include <thread>

#include <rte_dev.h>
#include <rte_ethdev.h>

#include <gtest/gtest.h>

#include "dataplane/port/frame_copy.h"

namespace sealane::test {
namespace {

std::string next_name() {
    static std::atomic<int> number{0};
    return "net_virtio_user" + std::to_string(number++);
}

std::string flag(const char* name, bool on) { return std::string(name) + (on ? "=1" : "=0"); }

}  // namespace

VirtioUser::VirtioUser(const Settings& settings, const port::Pools& pools)
    : device_(next_name()), queues_(settings.queues), pool_(pools.frames.get()) {
    auto pool = port::make_pool(device_, settings.ring * settings.queues * 4U, 2048);
    EXPECT_TRUE(pool.ok()) << pool.error().text;
    own_ = std::move(pool).value();
    const std::string arguments =
        "path=" + settings.path + ",queues=" + std::to_string(queues_) +
        ",queue_size=" + std::to_string(settings.ring) + "," + flag("server", settings.server) +
        "," + flag("packed_vq", settings.packed) + "," + flag("mrg_rxbuf", settings.mergeable);
    EXPECT_EQ(rte_eal_hotplug_add("vdev", device_.c_str(), arguments.c_str()), 0) << arguments;
    EXPECT_EQ(rte_eth_dev_get_port_by_name(device_.c_str(), &id_), 0);

    rte_eth_conf wanted{};
    if (settings.offloads) {
        wanted.rxmode.offloads = RTE_ETH_RX_OFFLOAD_TCP_CKSUM | RTE_ETH_RX_OFFLOAD_TCP_LRO;
        wanted.txmode.offloads = RTE_ETH_TX_OFFLOAD_TCP_CKSUM | RTE_ETH_TX_OFFLOAD_UDP_CKSUM |
                                 RTE_ETH_TX_OFFLOAD_TCP_TSO | RTE_ETH_TX_OFFLOAD_MULTI_SEGS;
    }
    EXPECT_EQ(rte_eth_dev_configure(id_, queues_, queues_, &wanted), 0);
    for (std::uint16_t queue = 0; queue < queues_; ++queue) {
        EXPECT_EQ(rte_eth_rx_queue_setup(id_, queue, settings.ring, 0, nullptr, own_.get()), 0);
        EXPECT_EQ(rte_eth_tx_queue_setup(id_, queue, settings.ring, 0, nullptr), 0);
    }
    EXPECT_EQ(rte_eth_dev_start(id_), 0);
}

VirtioUser::~VirtioUser() {
    rte_eth_dev_stop(id_);
    rte_eth_dev_close(id_);
    rte_eal_hotplug_remove("vdev", device_.c_str());
}

std::size_t VirtioUser::send(const std::vector<Bytes>& frames, std::uint16_t queue) {
    std::size_t sent = 0;
    for (const Bytes& bytes : frames) {
        rte_mbuf* frame = port::frame_of(bytes, pool_);
        if (rte_eth_tx_burst(id_, queue, &frame, 1) == 1) {
            ++sent;
        } else {
            rte_pktmbuf_free(frame);
        }
    }
    return sent;
}

bool VirtioUser::send(rte_mbuf* frame) {
    rte_mbuf* ready = frame;
    EXPECT_EQ(rte_eth_tx_prepare(id_, 0, &ready, 1), 1);
    return rte_eth_tx_burst(id_, 0, &ready, 1) == 1;
}

std::vector<Bytes> VirtioUser::receive(std::uint16_t queue) {
    std::array<rte_mbuf*, 64> frames;
    const std::uint16_t count = rte_eth_rx_burst(id_, queue, frames.data(), frames.size());
    std::vector<Bytes> all;
    for (std::uint16_t i = 0; i < count; ++i) {
        Bytes bytes(frames[i]->pkt_len);
        port::copy_bytes(frames[i], bytes.data());
        all.push_back(std::move(bytes));
        rte_pktmbuf_free(frames[i]);
    }
    return all;
}

rte_mbuf* VirtioUser::receive_one() {
    rte_mbuf* frame = nullptr;
    return rte_eth_rx_burst(id_, 0, &frame, 1) == 1 ? frame : nullptr;
}

}  // namespace sealane::test
