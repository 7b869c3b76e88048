#include "dataplane/port/segmenter.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include <rte_prefetch.h>

#include "dataplane/base/check.h"
#include "dataplane/port/frame.h"
#include "dataplane/port/offload.h"
#include "dataplane/wire/checksum.h"
#include "dataplane/wire/segment.h"

namespace sealane::port {
namespace {

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

/// Appends `length` bytes of payload to the segment.  False: no buffer.
bool append_payload(rte_mbuf* segment,
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

wire::L4Head head_of(const rte_mbuf* frame, const std::uint8_t* headers) {
    const bool ipv4 = (frame->ol_flags & RTE_MBUF_F_TX_IPV4) != 0;
    const bool tcp = (frame->ol_flags & RTE_MBUF_F_TX_TCP_SEG) != 0;
    wire::L4Head head;
    head.ip_version = ipv4 ? 4 : 6;
    head.protocol = tcp ? wire::kProtocolTcp : wire::kProtocolUdp;
    head.l2_length = frame->l2_len;
    head.l3_length = frame->l3_len;
    head.l4_length = frame->l4_len;
    head.ip_length = wire::load_be16(headers + head.l2_length + (ipv4 ? 2 : 4)) + (ipv4 ? 0U : 40U);
    return head;
}

/// Of a segment's first buffer, all that a frame has beside its bytes.
void dress(rte_mbuf* segment, const rte_mbuf* frame, std::uint16_t headers, bool partial) {
    const int most_headroom = segment->buf_len - headers;
    segment->data_off = static_cast<std::uint16_t>(std::min<int>(segment->data_off, most_headroom));
    segment->data_len = headers;
    segment->pkt_len = headers;
    segment->port = frame->port;
    segment->vlan_tci = frame->vlan_tci;
    std::uint64_t kept = kTagBeside;
    if (partial) {
        kept |= kOffloads & ~kLarge;
        segment->tx_offload = frame->tx_offload;
        segment->tso_segsz = 0;
    }
    segment->ol_flags = frame->ol_flags & kept;
}

/// As cut(), but the frame stays, and of segments that were not made the rest is null.
bool make_segments(rte_mbuf* frame,
                   const wire::Segmentation& plan,
                   rte_mempool* heads,
                   SegmentChecksum checksum,
                   std::span<rte_mbuf*> segments) {
    const bool partial = checksum == SegmentChecksum::Partial && plan.has_checksum();
    const bool sums = checksum == SegmentChecksum::Complete && plan.has_checksum();
    const std::uint16_t headers = headers_of(frame);
    Supply supply(heads);
    Payload payload(frame, headers, sums);
    for (std::uint32_t i = 0; i < segments.size(); ++i) {
        const auto expected = static_cast<std::uint32_t>(2 * (segments.size() - i));
        rte_mbuf* const segment = supply.take(expected);
        if (segment == nullptr) return false;
        segments[i] = segment;
        dress(segment, frame, headers, partial);
        if (!append_payload(segment, payload, plan.length(i), supply, expected - 1)) return false;
        plan.write(rte_pktmbuf_mtod(segment, std::uint8_t*),
                   i,
                   partial ? std::nullopt : std::optional(payload.take_sum()));
    }
    return true;
}

}  // namespace

std::uint16_t cut(rte_mbuf* frame,
                  rte_mempool* heads,
                  SegmentChecksum checksum,
                  std::span<rte_mbuf*> segments) {
    const std::uint16_t length = headers_of(frame);
    std::array<std::uint8_t, wire::kL4ParseLength + wire::kTagLength> joined;
    const auto* const headers =
        static_cast<const std::uint8_t*>(rte_pktmbuf_read(frame, 0, length, joined.data()));
    const wire::Segmentation plan({headers, length}, head_of(frame, headers), frame->tso_segsz);
    SEALANE_CHECK(plan.count() <= segments.size(), "a frame of too many segments was let in");

    segments = segments.first(plan.count());
    std::ranges::fill(segments, nullptr);
    if (!make_segments(frame, plan, heads, checksum, segments)) {
        rte_pktmbuf_free_bulk(segments.data(), plan.count());
        return 0;
    }
    rte_pktmbuf_free(frame);
    return static_cast<std::uint16_t>(plan.count());
}

}  // namespace sealane::port
