#include "dataplane/sea/fitter.h"

#include <algorithm>
#include <array>

#include "dataplane/port/batch.h"
#include "dataplane/port/fragmenter.h"
#include "dataplane/port/frame.h"
#include "dataplane/port/frame_copy.h"
#include "dataplane/port/offload.h"
#include "dataplane/port/segmenter.h"
#include "dataplane/wire/claim.h"
#include "dataplane/wire/fragment.h"
#include "dataplane/wire/too_big.h"

namespace sealane::sea {
namespace {

/// A frame's first bytes in one piece.
template <std::size_t Most>
class Start {
  public:
    explicit Start(const rte_mbuf* frame) {
        const auto length = std::min<std::uint32_t>(frame->pkt_len, Most);
        const void* const at = rte_pktmbuf_read(frame, 0, length, joined_.data());
        bytes_ = {static_cast<const std::uint8_t*>(at), length};
    }
    Start(const Start&) = delete;
    Start& operator=(const Start&) = delete;

    [[nodiscard]] std::span<const std::uint8_t> bytes() const { return bytes_; }

  private:
    std::array<std::uint8_t, Most> joined_;
    std::span<const std::uint8_t> bytes_;
};

}  // namespace

std::uint32_t Fitter::send(std::span<rte_mbuf* const> frames, port::Outlet& link, Instant now) {
    port::Tally real_side(parts_.real_counters);
    std::array<rte_mbuf*, port::kBurst> fitting;
    std::uint16_t ready = 0;
    std::uint32_t made = 0;
    const auto flush = [&] {
        if (ready > 0) made += parts_.real.emit(fitting.data(), ready, real_side);
        ready = 0;
    };
    for (rte_mbuf* const frame : frames) {
        if (parts_.real.fits(frame)) {
            fitting[ready++] = frame;
            if (ready == fitting.size()) flush();
        } else {
            flush();  // what came first goes first
            made += send_too_long(frame, link, now);
        }
    }
    flush();
    return made;
}

std::uint32_t Fitter::send_too_long(rte_mbuf* frame, port::Outlet& link, Instant now) {
    const Start<wire::kL4ParseLength> start(frame);
    const TooLong verdict = judge_too_long(
        start.bytes(), frame->pkt_len, port::is_large(frame), parts_.real.most_bytes(frame));
    switch (verdict.way) {
        case TooLong::Way::Fragment:
            return send_fragments(frame, verdict);
        case TooLong::Way::Segment:
            return send_segments(frame, link, now);
        case TooLong::Way::Answer:
            answer(frame, verdict, link, now);
            break;
        case TooLong::Way::Drop:
            break;
    }
    return drop(frame, verdict.why);
}

std::uint32_t Fitter::send_fragments(rte_mbuf* frame, const TooLong& verdict) {
    // The checksum covers the whole packet, of which no fragment's receiver has more than a part.
    if (port::has_offload(frame)) {
        rte_mbuf* const complete = port::complete_checksum(frame, parts_.heads);
        if (complete == nullptr) return drop(frame, Drop::NoBuffer);
        frame = complete;
    }
    const Start<wire::kL4ParseLength> start(frame);
    const std::size_t headers = std::size_t{verdict.head.l2_length} + verdict.head.l3_length;
    const wire::Fragmentation plan(start.bytes().first(headers), verdict.head, verdict.mtu);
    std::array<rte_mbuf*, wire::kMostSegments> fragments;
    if (plan.count() > fragments.size()) return drop(frame, Drop::TooManySegments);
    if (!port::fragment(frame, plan, parts_.heads, fragments)) return drop(frame, Drop::NoBuffer);

    port::Tally real_side(parts_.real_counters);
    real_side.copied(plan.count() - 1);
    std::uint32_t made = 0;
    for (std::uint32_t sent = 0; sent < plan.count(); sent += port::kBurst) {
        const std::uint32_t burst = std::min<std::uint32_t>(plan.count() - sent, port::kBurst);
        made +=
            parts_.real.emit(fragments.data() + sent, static_cast<std::uint16_t>(burst), real_side);
    }
    return made;
}

std::uint32_t Fitter::send_segments(rte_mbuf* frame, port::Outlet& link, Instant now) {
    std::array<rte_mbuf*, wire::kMostSegments> segments;
    const std::uint16_t count =
        port::cut(frame, parts_.heads, port::SegmentChecksum::Complete, segments);
    if (count == 0) return drop(frame, Drop::NoBuffer);
    port::Tally real_side(parts_.real_counters);
    real_side.copied(count - 1U);
    return send({segments.data(), count}, link, now);
}

/// Of an Ethernet address, in bytes.
constexpr std::size_t kAddress = 6;

std::size_t Fitter::bucket_of(const rte_mbuf* frame) const {
    if (parts_.knows_senders) return frame->port;
    const Start<2 * kAddress> addresses(frame);
    std::uint64_t source = port::has_tag_beside(frame) ? port::tag_beside(frame).vid().value : 0;
    for (const std::uint8_t byte : addresses.bytes().subspan(kAddress)) {
        source = source << 8 | byte;
    }
    return source * 0x9e37'79b9'7f4a'7c15 >> 56;  // Fibonacci hashing, to kSources
}

bool Fitter::may_answer(const rte_mbuf* frame, Instant now) {
    const std::size_t bucket = bucket_of(frame);
    if (bucket >= answers_.size()) return false;
    TokenBucket& own = answers_[bucket];
    own.refill(kAnswers, kAnswers, now);
    return own.take();
}

void Fitter::answer(const rte_mbuf* frame,
                    const TooLong& verdict,
                    port::Outlet& link,
                    Instant now) {
    if (!may_answer(frame, now)) return;
    const Start<wire::kMostOffending> offending(frame);
    std::array<std::uint8_t, wire::kMostTooBig> bytes;
    const std::size_t length =
        wire::write_too_big(offending.bytes(), verdict.head, parts_.address, verdict.mtu, bytes);
    rte_mbuf* made = port::frame_of({bytes.data(), length}, parts_.heads);
    if (made == nullptr) return;  // nothing was promised
    if (port::has_tag_beside(frame)) port::set_tag_beside(made, port::tag_beside(frame));

    port::Tally virtual_side(parts_.virtual_counters);
    virtual_side.copied(1);
    link.emit(&made, 1, virtual_side);
}

std::uint32_t Fitter::drop(rte_mbuf* frame, Drop why) {
    port::Tally real_side(parts_.real_counters);
    real_side.offered(1);
    real_side.drop(frame, Direction::Out, why);
    return 0;
}

}  // namespace sealane::sea
