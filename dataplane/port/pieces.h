// Frames made of new headers and of references to another frame's payload: not a byte of it is
// copied.  Internal to segmenter.cc and fragmenter.cc; bodies are here since they are measured.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <utility>

#include <rte_mbuf.h>
#include <rte_prefetch.h>

#include "dataplane/port/frame.h"
#include "dataplane/wire/checksum.h"

namespace sealane::port {

/// Buffers from a pool, taken many at a time; what is left goes back.
class Supply {
  public:
    explicit Supply(rte_mempool* pool) : pool_(pool) {}
    Supply(const Supply&) = delete;
    Supply& operator=(const Supply&) = delete;
    ~Supply() {
        if (left_ > 0) rte_mempool_put_bulk(pool_, at_next(), left_);
    }

    /// Null: the pool is empty.  `expected` are the buffers that will be asked for from now on.
    rte_mbuf* take(std::uint32_t expected) {
        if (left_ == 0 && !fill(expected)) [[unlikely]]
            return nullptr;
        return buffers_[kMost - left_--];
    }

  private:
    static constexpr std::uint32_t kMost = 64;

    void** at_next() { return reinterpret_cast<void**>(buffers_.data() + (kMost - left_)); }

    bool fill(std::uint32_t expected) {
        left_ = std::clamp(expected, std::uint32_t{1}, kMost);
        if (rte_pktmbuf_alloc_bulk(pool_, buffers_.data() + (kMost - left_), left_) == 0)
            return true;
        left_ = 0;
        return false;
    }

    rte_mempool* pool_;
    std::uint32_t left_ = 0;
    std::array<rte_mbuf*, kMost> buffers_;
};

/// Runs about a segment ahead of the sums and fetches what they will read: they take what memory
/// gives, and a burst of large frames is more than a cache holds.
class Prefetcher {
  public:
    explicit Prefetcher(const rte_mbuf* frame) : piece_(frame) {}

    /// So many bytes were summed.
    void advance(std::uint32_t length) {
        length += std::exchange(lead_, 0);
        while (length > 0 && piece_ != nullptr) {
            const auto* const bytes = rte_pktmbuf_mtod(piece_, const std::uint8_t*);
            const std::uint32_t end = std::min<std::uint32_t>(offset_ + length, piece_->data_len);
            length -= end - offset_;
            for (; offset_ < end; offset_ += kLine) {
                rte_prefetch0(bytes + offset_);
            }
            if (offset_ < piece_->data_len) return;
            piece_ = piece_->next;
            offset_ = 0;
            if (piece_ != nullptr) rte_prefetch0(piece_->next);
        }
    }

  private:
    static constexpr std::uint32_t kLine = 64;

    const rte_mbuf* piece_;
    std::uint32_t offset_ = 0;
    std::uint32_t lead_ = 1536;
};

/// The way through a frame's payload, with its sum if it is wanted.  References to a piece are
/// counted up once, when it is left behind: each counting is an atomic operation, and a piece is in
/// many segments.
class Payload {
  public:
    Payload(rte_mbuf* frame, std::uint32_t headers, bool sums)
        : piece_(frame), offset_(headers), ahead_(frame), sums_(sums) {}
    Payload(const Payload&) = delete;
    Payload& operator=(const Payload&) = delete;
    ~Payload() { count_up(); }

    /// Makes `buffer` refer to the next bytes, at most `most`, of which there is one.
    void refer(rte_mbuf* buffer, std::uint32_t most) {
        while (offset_ >= piece_->data_len) {
            offset_ -= piece_->data_len;
            count_up();
            piece_ = piece_->next;
        }
        if (RTE_MBUF_DIRECT(piece_)) [[likely]] {
            attach(buffer);
        } else {
            rte_pktmbuf_attach(buffer, piece_);
            buffer->ol_flags &= RTE_MBUF_F_INDIRECT | RTE_MBUF_F_EXTERNAL;
        }
        const std::uint32_t here = std::min(most, piece_->data_len - offset_);
        buffer->data_off = static_cast<std::uint16_t>(piece_->data_off + offset_);
        buffer->data_len = static_cast<std::uint16_t>(here);
        offset_ += here;
        if (!sums_) return;
        ahead_.advance(here);
        sum_.add(rte_pktmbuf_mtod(buffer, const std::uint8_t*), here);
    }

    /// Of what was referred to since the last call.
    std::uint16_t take_sum() { return std::exchange(sum_, {}).value(); }

  private:
    /// What rte_pktmbuf_attach() does, but for the counting and what only a first buffer needs.
    void attach(rte_mbuf* buffer) {
        buffer->priv_size = piece_->priv_size;
        buffer->ol_flags = RTE_MBUF_F_INDIRECT;
        rte_mbuf_iova_set(buffer, rte_mbuf_iova_get(piece_));
        buffer->buf_addr = piece_->buf_addr;
        buffer->buf_len = piece_->buf_len;
        ++uncounted_;
    }
    void count_up() {
        if (uncounted_ > 0) rte_mbuf_refcnt_update(piece_, uncounted_);
        uncounted_ = 0;
    }

    rte_mbuf* piece_;
    std::uint32_t offset_;
    std::int16_t uncounted_ = 0;
    Prefetcher ahead_;
    wire::RunningSum sum_;
    bool sums_;
};

/// Appends `length` bytes of payload to the segment.  `expected` are the buffers that will be asked
/// for from now on.  False: no buffer.
[[nodiscard]] inline bool append_payload(rte_mbuf* segment,
                                         Payload& payload,
                                         std::uint32_t length,
                                         Supply& supply,
                                         std::uint32_t expected) {
    segment->pkt_len += length;
    rte_mbuf* last = segment;
    while (length > 0) {
        rte_mbuf* const piece = supply.take(expected);
        if (piece == nullptr) [[unlikely]]
            return false;
        payload.refer(piece, length);
        last->next = piece;
        last = piece;
        ++segment->nb_segs;
        length -= piece->data_len;
    }
    return true;
}

/// Gives a segment's first buffer room for `headers` bytes, and what `frame` has beside its bytes.
inline void dress(rte_mbuf* segment, const rte_mbuf* frame, std::uint16_t headers) {
    const int most_headroom = segment->buf_len - headers;
    segment->data_off = static_cast<std::uint16_t>(std::min<int>(segment->data_off, most_headroom));
    segment->data_len = headers;
    segment->pkt_len = headers;
    segment->port = frame->port;
    segment->vlan_tci = frame->vlan_tci;
    segment->ol_flags = frame->ol_flags & kTagBeside;
}

}  // namespace sealane::port
