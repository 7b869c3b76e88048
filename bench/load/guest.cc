#include "bench/load/guest.h"

#include <array>
#include <cstring>
#include <string>
#include <vector>
#include <x86intrin.h>

#include <rte_errno.h>
#include <rte_ethdev.h>
#include <rte_mbuf.h>

namespace sealane::load {
namespace {

constexpr std::uint16_t kDescriptors = 1024;
constexpr unsigned kCache = 256;
constexpr unsigned kReceiving = 8191;
// Drivers give back what was sent only when their queue is full, so there must be more than fit
// into it; of large frames there is not the memory for a long one.
constexpr unsigned kSending = 4095, kSendingLarge = 127;

constexpr std::uint64_t kCutByOthers = RTE_ETH_TX_OFFLOAD_TCP_TSO | RTE_ETH_TX_OFFLOAD_TCP_CKSUM;

void put_bytes(rte_mempool* /*pool*/, void* bytes, void* object, unsigned /*index*/) {
    const auto& frame = *static_cast<const std::vector<std::uint8_t>*>(bytes);
    auto* const buffer = static_cast<rte_mbuf*>(object);
    std::memcpy(static_cast<std::uint8_t*>(buffer->buf_addr) + RTE_PKTMBUF_HEADROOM,
                frame.data(),
                frame.size());
}

void ask_for_cutting(rte_mbuf* frame, const Shape& shape, const Headers& headers) {
    frame->ol_flags = RTE_MBUF_F_TX_TCP_SEG | RTE_MBUF_F_TX_TCP_CKSUM |
                      (shape.ip == 4 ? RTE_MBUF_F_TX_IPV4 : RTE_MBUF_F_TX_IPV6);
    frame->l2_len = static_cast<std::uint16_t>(headers.ethernet) & 0x7f;
    frame->l3_len = static_cast<std::uint16_t>(headers.ip) & 0x1ff;
    frame->l4_len = static_cast<std::uint8_t>(headers.transport);
    frame->tso_segsz = shape.mss;
}

Error fault_of(std::uint16_t id, const char* what, int fault) {
    return Error{"port " + std::to_string(id) + ": " + what + ": " + rte_strerror(fault)};
}

}  // namespace

Result<std::unique_ptr<Guest>> Guest::open(std::uint16_t id, const Shape& shape, MacAddress dst) {
    std::unique_ptr<Guest> guest(new Guest(id, shape));
    if (Status made = guest->make_pools(dst); !made) return made.error();
    if (Status started = guest->start(); !started) return started.error();
    return guest;
}

MacAddress Guest::address_of(std::uint16_t id) {
    rte_ether_addr address{};
    if (rte_eth_macaddr_get(id, &address) != 0) return {};
    std::uint64_t bits = 0;
    for (const std::uint8_t octet : address.addr_bytes) {
        bits = bits << 8 | octet;
    }
    return {bits};
}

Status Guest::make_pools(MacAddress dst) {
    std::vector<std::uint8_t> frame = make_frame(shape_, dst, address_of(id_));
    const bool large = frame.size() > RTE_MBUF_DEFAULT_DATAROOM;
    const std::size_t room =
        RTE_PKTMBUF_HEADROOM + (large ? frame.size() : std::size_t{RTE_MBUF_DEFAULT_DATAROOM});
    const std::string number = std::to_string(id_);
    sending_ = rte_pktmbuf_pool_create(("sending" + number).c_str(),
                                       large ? kSendingLarge : kSending,
                                       large ? 0 : kCache,
                                       0,
                                       static_cast<std::uint16_t>(room),
                                       SOCKET_ID_ANY);
    receiving_ = rte_pktmbuf_pool_create(("receiving" + number).c_str(),
                                         kReceiving,
                                         kCache,
                                         0,
                                         RTE_MBUF_DEFAULT_BUF_SIZE,
                                         SOCKET_ID_ANY);
    if (sending_ == nullptr || receiving_ == nullptr) {
        return fault_of(id_, "no memory for its frames", rte_errno);
    }
    rte_mempool_obj_iter(sending_, put_bytes, &frame);
    return done();
}

Status Guest::start() {
    rte_eth_conf wanted{};
    if (shape_.mss != 0) wanted.txmode.offloads = kCutByOthers;
    int fault = rte_eth_dev_configure(id_, 1, 1, &wanted);
    if (fault == 0) {
        fault = rte_eth_rx_queue_setup(id_, 0, kDescriptors, SOCKET_ID_ANY, nullptr, receiving_);
    }
    if (fault == 0) fault = rte_eth_tx_queue_setup(id_, 0, kDescriptors, SOCKET_ID_ANY, nullptr);
    if (fault == 0) fault = rte_eth_dev_start(id_);
    return fault == 0 ? done() : fault_of(id_, "can't start", -fault);
}

Guest::~Guest() {
    [[maybe_unused]] const int stopped = rte_eth_dev_stop(id_);  // the process ends now
    rte_mempool_free(sending_);
    rte_mempool_free(receiving_);
}

bool Guest::is_up() const {
    rte_eth_link link{};
    return rte_eth_link_get_nowait(id_, &link) == 0 && link.link_status == RTE_ETH_LINK_UP;
}

std::uint16_t Guest::send(std::uint16_t count, std::uint16_t trial, std::uint64_t first) {
    std::array<rte_mbuf*, kBurst> frames;
    if (rte_pktmbuf_alloc_bulk(sending_, frames.data(), count) != 0) return 0;
    const Headers headers = headers_of(shape_);
    const auto size = static_cast<std::uint16_t>(shape_.size + (shape_.vlan ? 4 : 0));
    const std::uint64_t now = __rdtsc();
    for (std::uint16_t i = 0; i < count; ++i) {
        rte_mbuf* const frame = frames[i];
        frame->data_len = size;
        frame->pkt_len = size;
        if (shape_.mss != 0) ask_for_cutting(frame, shape_, headers);
        auto* const bytes = rte_pktmbuf_mtod(frame, std::uint8_t*);
        store_stamp(bytes + headers.all(), {.trial = trial, .number = first + i, .sent = now});
    }
    const std::uint16_t taken = rte_eth_tx_burst(id_, 0, frames.data(), count);
    if (taken < count) rte_pktmbuf_free_bulk(frames.data() + taken, count - taken);
    return taken;
}

std::uint16_t Guest::receive(Arrivals& arrivals) {
    std::array<rte_mbuf*, kBurst> frames;
    const std::uint16_t count = rte_eth_rx_burst(id_, 0, frames.data(), kBurst);
    if (count == 0) return 0;
    const std::uint64_t now = __rdtsc();
    for (std::uint16_t i = 0; i < count; ++i) {
        const auto* const bytes = rte_pktmbuf_mtod(frames[i], const std::uint8_t*);
        const auto at = stamp_offset(bytes, frames[i]->data_len, shape_);
        Stamp stamp;
        if (at && load_stamp(bytes + *at, stamp)) {
            arrivals.take(stamp, now);
        } else {
            arrivals.take_stranger();
        }
    }
    rte_pktmbuf_free_bulk(frames.data(), count);
    return count;
}

}  // namespace sealane::load
