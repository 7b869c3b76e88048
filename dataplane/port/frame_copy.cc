#include "dataplane/port/frame_copy.h"

#include <algorithm>
#include <cstring>

namespace sealane::port {

rte_mbuf* frame_of(std::span<const std::uint8_t> bytes, rte_mempool* pool) {
    rte_mbuf* const first = rte_pktmbuf_alloc(pool);
    if (first == nullptr) [[unlikely]]
        return nullptr;

    rte_mbuf* piece = first;
    for (;;) {
        const auto room = std::size_t{rte_pktmbuf_tailroom(piece)};
        const auto here = static_cast<std::uint16_t>(std::min(room, bytes.size()));
        std::memcpy(rte_pktmbuf_mtod(piece, std::uint8_t*), bytes.data(), here);
        piece->data_len = here;
        first->pkt_len += here;
        bytes = bytes.subspan(here);
        if (bytes.empty()) return first;

        piece->next = rte_pktmbuf_alloc(pool);
        if (piece->next == nullptr) [[unlikely]] {
            rte_pktmbuf_free(first);
            return nullptr;
        }
        piece = piece->next;
        ++first->nb_segs;
    }
}

void copy_bytes(const rte_mbuf* frame, std::uint8_t* to) {
    for (const rte_mbuf* piece = frame; piece != nullptr; piece = piece->next) {
        std::memcpy(to, rte_pktmbuf_mtod(piece, const std::uint8_t*), piece->data_len);
        to += piece->data_len;
    }
}

}  // namespace sealane::port
