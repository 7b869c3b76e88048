#include "dataplane/port/offload.h"

#include <algorithm>
#include <array>
#include <cstring>

#include "dataplane/port/frame.h"
#include "dataplane/wire/checksum.h"
#include "dataplane/wire/claim.h"

namespace sealane::port {
namespace {

bool has(const rte_mbuf* frame, std::uint64_t flag) { return (frame->ol_flags & flag) != 0; }

wire::Claim claim_of(const rte_mbuf* frame) {
    const std::uint64_t l4 = frame->ol_flags & RTE_MBUF_F_TX_L4_MASK;
    return {.tcp = l4 == RTE_MBUF_F_TX_TCP_CKSUM,
            .udp = l4 == RTE_MBUF_F_TX_UDP_CKSUM,
            .tcp_large = has(frame, RTE_MBUF_F_TX_TCP_SEG),
            .udp_large = has(frame, RTE_MBUF_F_TX_UDP_SEG),
            .piece = static_cast<std::uint16_t>(frame->tso_segsz),
            .ipv4 = has(frame, RTE_MBUF_F_TX_IPV4),
            .ipv6 = has(frame, RTE_MBUF_F_TX_IPV6),
            .other = has(frame, RTE_MBUF_F_TX_IP_CKSUM) || l4 == RTE_MBUF_F_TX_SCTP_CKSUM,
            .l4_offset = static_cast<std::uint16_t>(frame->l2_len + frame->l3_len)};
}

/// Bytes of the packet from its L4 header on: as IP says, so without the frame's padding.
std::uint32_t l4_bytes(const rte_mbuf* frame) {
    const bool ipv4 = has(frame, RTE_MBUF_F_TX_IPV4);
    std::uint8_t joined[2];
    const void* const at =
        rte_pktmbuf_read(frame, frame->l2_len + (ipv4 ? 2U : 4U), sizeof joined, joined);
    const std::uint32_t length = wire::load_be16(static_cast<const std::uint8_t*>(at));
    constexpr std::uint32_t kIpv6Header = 40;
    return length + (ipv4 ? 0 : kIpv6Header) - frame->l3_len;
}

}  // namespace

Drop check_offload(rte_mbuf* frame) {
    std::array<std::uint8_t, wire::kL4ParseLength> joined;
    const auto wanted = std::min<std::uint32_t>(frame->pkt_len, wire::kL4ParseLength);
    const void* const bytes = rte_pktmbuf_read(frame, 0, wanted, joined.data());
    const wire::CheckedClaim checked = wire::check_claim(
        claim_of(frame), {static_cast<const std::uint8_t*>(bytes), wanted}, frame->pkt_len);
    if (checked.drop != Drop::None) return checked.drop;

    clear_offload(frame);
    if (!checked.checksum) return Drop::None;
    const wire::L4Head& head = checked.head;
    const bool tcp = head.protocol == wire::kProtocolTcp;
    std::uint64_t flags = tcp ? RTE_MBUF_F_TX_TCP_CKSUM : RTE_MBUF_F_TX_UDP_CKSUM;
    flags |= head.ip_version == 4 ? RTE_MBUF_F_TX_IPV4 : RTE_MBUF_F_TX_IPV6;
    if (checked.large) flags |= tcp ? RTE_MBUF_F_TX_TCP_SEG : RTE_MBUF_F_TX_UDP_SEG;
    frame->ol_flags |= flags;
    frame->tx_offload = rte_mbuf_tx_offload(head.l2_length,
                                            head.l3_length,
                                            head.l4_length,
                                            checked.large ? frame->tso_segsz : 0U,
                                            0,
                                            0,
                                            0);
    return Drop::None;
}

bool takes(const Offloads& peer, const rte_mbuf* frame) {
    if (!peer.checksum) return false;
    if (has(frame, RTE_MBUF_F_TX_UDP_SEG)) return peer.udp;
    if (!has(frame, RTE_MBUF_F_TX_TCP_SEG)) return true;
    return has(frame, RTE_MBUF_F_TX_IPV4) ? peer.tcp4 : peer.tcp6;
}

std::uint16_t sum_of(const rte_mbuf* frame, std::uint32_t offset, std::uint32_t length) {
    wire::RunningSum sum;
    for (const rte_mbuf* piece = frame; length > 0; piece = piece->next) {
        if (offset >= piece->data_len) {
            offset -= piece->data_len;
            continue;
        }
        const std::uint32_t here = std::min(length, piece->data_len - offset);
        sum.add(rte_pktmbuf_mtod_offset(piece, const std::uint8_t*, offset), here);
        length -= here;
        offset = 0;
    }
    return sum.value();
}

rte_mbuf* complete_checksum(rte_mbuf* frame, rte_mempool* heads) {
    const std::uint32_t l4 = static_cast<std::uint32_t>(frame->l2_len + frame->l3_len);
    const bool tcp = (frame->ol_flags & RTE_MBUF_F_TX_L4_MASK) == RTE_MBUF_F_TX_TCP_CKSUM;
    const std::uint32_t field = l4 + (tcp ? 16U : 6U);
    auto checksum = static_cast<std::uint16_t>(~sum_of(frame, l4, l4_bytes(frame)));
    if (!tcp && checksum == 0) checksum = 0xffff;  // 0 would mean that there is none (RFC 768)

    rte_mbuf* ready = frame;
    if (frame->data_len < field + 2 || !is_writable(frame)) {
        std::array<std::uint8_t, wire::kL4ParseLength + wire::kTagLength> header;
        const auto length = static_cast<std::uint16_t>(field + 2);
        const void* const bytes = rte_pktmbuf_read(frame, 0, length, header.data());
        if (bytes != header.data()) std::memcpy(header.data(), bytes, length);
        ready = replace_header(frame, length, header.data(), length, heads);
        if (ready == nullptr) return nullptr;
    }
    wire::store_be16(rte_pktmbuf_mtod_offset(ready, std::uint8_t*, field), checksum);
    clear_offload(ready);
    return ready;
}

}  // namespace sealane::port
