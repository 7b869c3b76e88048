#include "dataplane/port/frame.h"

#include <algorithm>
#include <cstring>

#include "dataplane/base/check.h"

namespace sealane::port {
namespace {

constexpr int kTag = wire::kTagLength;

/// Takes `length` bytes off the front, over as many pieces as it needs.  Changes the mbufs' own
/// fields only, never bytes, so it is right for shared ones too; an emptied piece stays in the
/// chain.
void trim_front(rte_mbuf* frame, std::uint32_t length) {
    SEALANE_ASSERT(length <= frame->pkt_len, "trimmed more than there is");
    frame->pkt_len -= length;
    for (rte_mbuf* piece = frame; length > 0; piece = piece->next) {
        const auto here =
            static_cast<std::uint16_t>(std::min<std::uint32_t>(length, piece->data_len));
        piece->data_off = static_cast<std::uint16_t>(piece->data_off + here);
        piece->data_len = static_cast<std::uint16_t>(piece->data_len - here);
        length -= here;
    }
}

}  // namespace

rte_mbuf* replace_header(rte_mbuf* frame,
                         std::uint32_t replaced,
                         const std::uint8_t* header,
                         std::uint16_t length,
                         rte_mempool* heads) {
    rte_mbuf* const head = rte_pktmbuf_alloc(heads);
    if (head == nullptr) return nullptr;

    trim_front(frame, replaced);
    SEALANE_ASSERT(length <= head->buf_len, "a header is longer than a buffer for it");
    const int most_headroom = head->buf_len - length;
    head->data_off = static_cast<std::uint16_t>(std::min<int>(head->data_off, most_headroom));
    std::memcpy(rte_pktmbuf_append(head, length), header, length);
    head->pkt_len += frame->pkt_len;
    head->nb_segs = static_cast<std::uint16_t>(frame->nb_segs + 1);
    head->next = frame;
    head->port = frame->port;
    head->ol_flags = frame->ol_flags & ~(RTE_MBUF_F_INDIRECT | RTE_MBUF_F_EXTERNAL);
    head->vlan_tci = frame->vlan_tci;
    head->tx_offload = frame->tx_offload;
    frame->nb_segs = 1;
    return head;
}

rte_mbuf* take_tag_aside(rte_mbuf* frame, rte_mempool* heads) {
    constexpr std::uint32_t kWithTag = wire::kAddressesLength + wire::kTagLength;
    std::uint8_t header[wire::kAddressesLength];
    const void* const bytes = rte_pktmbuf_read(frame, 0, sizeof header, header);
    if (bytes != header) std::memcpy(header, bytes, sizeof header);
    rte_mbuf* const taken = replace_header(frame, kWithTag, header, sizeof header, heads);
    if (taken != nullptr) lengthen_l2(taken, -kTag);
    return taken;
}

rte_mbuf* put_tag_before(rte_mbuf* frame, std::uint16_t tpid, wire::Tci tci, rte_mempool* heads) {
    std::uint8_t header[wire::kAddressesLength + wire::kTagLength];
    const void* const bytes = rte_pktmbuf_read(frame, 0, wire::kAddressesLength, header);
    if (bytes != header) std::memcpy(header, bytes, wire::kAddressesLength);
    wire::store_be16(header + wire::kAddressesLength, tpid);
    wire::store_be16(header + wire::kAddressesLength + 2, tci.value);
    rte_mbuf* const put =
        replace_header(frame, wire::kAddressesLength, header, sizeof header, heads);
    if (put != nullptr) lengthen_l2(put, kTag);
    return put;
}

}  // namespace sealane::port
