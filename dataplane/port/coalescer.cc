#include "dataplane/port/coalescer.h"

#include <algorithm>
#include <array>

#include "dataplane/base/check.h"
#include "dataplane/port/batch.h"
#include "dataplane/port/frame.h"
#include "dataplane/port/offload.h"
#include "dataplane/wire/checksum.h"
#include "dataplane/wire/coalesce.h"

namespace sealane::port {
namespace {

using wire::Part;
using wire::SegmentHeaders;

/// Headers that are not all in the first buffer are not read: such a frame is Unclear.
Part read(rte_mbuf* frame, SegmentHeaders& headers) {
    headers.bytes = rte_pktmbuf_mtod(frame, const std::uint8_t*);
    headers.head = wire::parse_l4({headers.bytes, frame->data_len}, frame->pkt_len);
    if (has_tag_beside(frame)) headers.tag_beside = tag_beside(frame);
    if (headers.head.fault == wire::L4Head::Fault::None && headers.head.headers() > frame->data_len)
        return Part::Unclear;
    const Part part = wire::part_of(headers, frame->pkt_len);
    const bool as_on_wire = !has_offload(frame) && is_writable(frame);
    return part == Part::Segment && !as_on_wire ? Part::Alone : part;
}

/// A wrong checksum must stay wrong, and one that is made anew can't be (G30).
bool has_right_checksums(const rte_mbuf* frame, const SegmentHeaders& headers) {
    if (!wire::is_ip_header_right(headers)) return false;
    const wire::L4Head& head = headers.head;
    const std::uint32_t l4_length = head.ip_length - head.l3_length;
    const std::uint32_t offset = std::uint32_t{head.l2_length} + head.l3_length;
    return wire::fold(std::uint64_t{wire::pseudo_sum(headers, l4_length)} +
                      sum_of(frame, offset, l4_length)) == 0xffff;
}

/// A train with the buffers of its segments.
struct Merge {
    wire::Train train;
    rte_mbuf* frame;
    rte_mbuf* last;  // of its buffers

    Merge(rte_mbuf* first, const SegmentHeaders& headers, std::uint32_t most)
        : train(headers, most), frame(first), last(rte_pktmbuf_lastseg(first)) {}

    /// Takes the segment if it is the next one.
    bool take(rte_mbuf* segment, const SegmentHeaders& headers) {
        if (!train.takes(headers)) return false;
        if (train.count() == 1 && !has_right_checksums(frame, train.first())) return false;
        if (!has_right_checksums(segment, headers)) return false;
        train.take(headers);
        rte_pktmbuf_adj(segment, static_cast<std::uint16_t>(headers.head.headers()));
        frame->pkt_len += segment->pkt_len;
        frame->nb_segs = static_cast<std::uint16_t>(frame->nb_segs + segment->nb_segs);
        last->next = segment;
        last = rte_pktmbuf_lastseg(segment);
        return true;
    }

    /// No more will come.
    void finish() {
        if (train.count() == 1) return;
        const wire::L4Head& head = train.first().head;
        train.write(rte_pktmbuf_mtod(frame, std::uint8_t*));
        frame->ol_flags |= RTE_MBUF_F_TX_TCP_SEG | RTE_MBUF_F_TX_TCP_CKSUM;
        frame->ol_flags |= head.ip_version == 4 ? RTE_MBUF_F_TX_IPV4 : RTE_MBUF_F_TX_IPV6;
        frame->tx_offload = rte_mbuf_tx_offload(
            head.l2_length, head.l3_length, head.l4_length, train.piece(), 0, 0, 0);
    }
};

/// The trains that may still grow: at most one of a flow.
class Open {
  public:
    Open() {}  // leaves the merges unmade
    Open(const Open&) = delete;
    Open& operator=(const Open&) = delete;

    Merge* find(const SegmentHeaders& headers) {
        Merge* const end = merges_.data() + count_;
        Merge* const found = std::find_if(merges_.data(), end, [&](const Merge& merge) {
            return wire::is_same_flow(merge.train.first(), headers);
        });
        return found == end ? nullptr : found;
    }
    void begin(rte_mbuf* frame, const SegmentHeaders& headers, std::uint32_t most) {
        merges_[count_++] = Merge(frame, headers, most);
    }
    void finish(Merge* merge) {
        merge->finish();
        *merge = merges_[--count_];
    }
    void finish_all() {
        std::for_each_n(merges_.data(), count_, [](Merge& merge) { merge.finish(); });
        count_ = 0;
    }

  private:
    union {
        std::array<Merge, kBurst> merges_;  // made by begin(), up to count_
    };
    std::size_t count_ = 0;
};

}  // namespace

std::uint16_t coalesce(std::span<rte_mbuf*> frames, std::uint32_t max_frame) {
    SEALANE_ASSERT(frames.size() <= kBurst, "more than a burst to be merged");
    Open open;
    std::uint16_t kept = 0;
    for (rte_mbuf* const frame : frames) {
        SegmentHeaders headers;
        const Part part = read(frame, headers);
        if (part == Part::Unclear) open.finish_all();
        if (part == Part::Alone || part == Part::Segment) {
            Merge* const merge = open.find(headers);
            if (part == Part::Segment && merge != nullptr && merge->take(frame, headers)) continue;
            if (merge != nullptr) open.finish(merge);
        }
        if (part == Part::Segment) {
            const std::uint32_t around = headers.head.l2_length + std::uint32_t{wire::kTagLength};
            open.begin(frame, headers, max_frame - around);
        }
        frames[kept++] = frame;
    }
    open.finish_all();
    return kept;
}

}  // namespace sealane::port
