#include "dataplane/port/vhost_offload.h"

#include <cstring>

namespace sealane::port {

rte_mbuf* guard_headers(rte_mbuf* frame, rte_mempool* heads) {
    const auto length = static_cast<std::uint16_t>(frame->l2_len);
    if (frame->data_len < headers_of(frame)) return frame;

    rte_mbuf* const head = rte_pktmbuf_alloc(heads);
    if (head == nullptr) return nullptr;
    std::memcpy(
        rte_pktmbuf_append(head, length), rte_pktmbuf_mtod(frame, const std::uint8_t*), length);
    head->ol_flags = frame->ol_flags & ~(RTE_MBUF_F_INDIRECT | RTE_MBUF_F_EXTERNAL);
    head->tx_offload = frame->tx_offload;
    head->pkt_len = frame->pkt_len;
    head->nb_segs = static_cast<std::uint16_t>(frame->nb_segs + 1);
    head->next = frame;
    frame->data_off = static_cast<std::uint16_t>(frame->data_off + length);
    frame->data_len = static_cast<std::uint16_t>(frame->data_len - length);
    frame->nb_segs = 1;
    return head;
}

}  // namespace sealane::port
