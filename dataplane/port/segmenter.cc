#include "dataplane/port/segmenter.h"

#include <algorithm>
#include <array>
#include <optional>

#include "dataplane/base/check.h"
#include "dataplane/port/frame.h"
#include "dataplane/port/offload.h"
#include "dataplane/port/pieces.h"
#include "dataplane/wire/segment.h"

namespace sealane::port {
namespace {

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

/// The checksum stays partial, as the frame's is.
void leave_checksum(rte_mbuf* segment, const rte_mbuf* frame) {
    segment->ol_flags |= frame->ol_flags & kOffloads & ~kLarge;
    segment->tx_offload = frame->tx_offload;
    segment->tso_segsz = 0;
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
        dress(segment, frame, headers);
        if (partial) leave_checksum(segment, frame);
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
