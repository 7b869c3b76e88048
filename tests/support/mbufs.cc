#include "tests/support/mbufs.h"

#include <algorithm>
#include <cstring>

#include <gtest/gtest.h>

namespace sealane::test {
namespace {

/// The pieces' lengths: `cuts`, refined so that none is longer than a buffer.
std::vector<std::size_t> piece_lengths(std::size_t length, const Cuts& cuts, std::size_t room) {
    std::vector<std::size_t> lengths;
    std::size_t begin = 0;
    const auto add_until = [&](std::size_t end) {
        while (end - begin > room) {
            lengths.push_back(room);
            begin += room;
        }
        lengths.push_back(end - begin);
        begin = end;
    };
    for (const std::size_t cut : cuts) {
        if (cut > begin && cut < length) add_until(cut);
    }
    add_until(length);
    return lengths;
}

}  // namespace

const std::vector<Cuts>& usual_cuts() {
    static const std::vector<Cuts> cuts{{}, {13}, {15}, {5, 13, 15, 24}};
    return cuts;
}

Cuts even_cuts(std::size_t length, std::size_t pieces) {
    Cuts cuts;
    for (std::size_t i = 1; i < pieces; ++i) {
        cuts.push_back(length * i / pieces);
    }
    return cuts;
}

rte_mbuf* make_frame(rte_mempool* pool,
                     const Bytes& bytes,
                     const Cuts& cuts,
                     std::uint16_t headroom) {
    const std::size_t room = rte_pktmbuf_data_room_size(pool) - std::size_t{headroom};
    rte_mbuf* first = nullptr;
    rte_mbuf* last = nullptr;
    const std::uint8_t* next = bytes.data();
    for (const std::size_t length : piece_lengths(bytes.size(), cuts, room)) {
        rte_mbuf* const piece = rte_pktmbuf_alloc(pool);
        if (piece == nullptr) {
            rte_pktmbuf_free(first);
            return nullptr;
        }
        piece->data_off = headroom;
        piece->data_len = static_cast<std::uint16_t>(length);
        if (length > 0) std::memcpy(rte_pktmbuf_mtod(piece, void*), next, length);
        next += length;
        if (first == nullptr) {
            first = piece;
        } else {
            last->next = piece;
            ++first->nb_segs;
        }
        last = piece;
        first->pkt_len += static_cast<std::uint32_t>(length);
    }
    return first;
}

Bytes bytes_of(const rte_mbuf* frame) {
    const char* fault = nullptr;
    EXPECT_EQ(rte_mbuf_check(frame, 1, &fault), 0) << fault;
    Bytes bytes;
    for (const rte_mbuf* piece = frame; piece != nullptr; piece = piece->next) {
        const auto* const begin = rte_pktmbuf_mtod(piece, const std::uint8_t*);
        bytes.insert(bytes.end(), begin, begin + piece->data_len);
    }
    EXPECT_EQ(bytes.size(), frame->pkt_len);
    return bytes;
}

}  // namespace sealane::test
