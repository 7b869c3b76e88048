#include "dataplane/port/outlet.h"

#include <algorithm>
#include <array>
#include <span>
#include <utility>

#include "dataplane/port/batch.h"
#include "dataplane/port/offload.h"
#include "dataplane/port/segmenter.h"

namespace sealane::port {
namespace {

/// What leaves in bursts: one frame in may be hundreds out.
template <typename Send>
class Stage {
  public:
    explicit Stage(Send send) : send_(std::move(send)) {}

    void put(rte_mbuf* frame) {
        frames_[count_++] = frame;
        if (count_ == frames_.size()) flush();
    }
    void flush() {
        if (count_ > 0) send_(frames_.data(), std::exchange(count_, std::uint16_t{0}));
    }

  private:
    Send send_;
    std::uint16_t count_ = 0;
    std::array<rte_mbuf*, kBurst> frames_;
};

}  // namespace

Outlet::Outlet(Port& port, rte_mempool* heads, Settings settings)
    : port_(port),
      heads_(heads),
      tpid_(settings.tpid),
      shared_(settings.shared),
      cut_large_(settings.cut_large) {
    const PortTraits traits = port.traits();
    static_assert(std::atomic<Limits>::is_always_lock_free);
    max_whole_ = traits.max_frame;
    tag_beside_ = traits.tag_beside;
    set_mtu(settings.mtu);
}

void Outlet::set_mtu(std::uint32_t mtu) {
    const std::uint32_t untagged = mtu + std::uint32_t{wire::kHeaderLength};
    const std::uint32_t tagged = untagged + std::uint32_t{wire::kTagLength};
    limits_.store({std::min(untagged, max_whole_), std::min(tagged, max_whole_)},
                  std::memory_order_relaxed);
}

// Part of emit(), so before it and inline.
inline rte_mbuf* Outlet::with_tag_inside(rte_mbuf* frame, Tally& tally) const {
    const wire::Tci tci = tag_beside(frame);
    clear_tag_beside(frame);
    rte_mbuf* const whole = put_tag(frame, tpid_, tci, heads_);
    if (whole == nullptr) [[unlikely]]
        tally.drop(frame, Direction::Out, Drop::NoBuffer);
    return whole;
}

std::uint32_t Outlet::emit(rte_mbuf** frames, std::uint16_t count, Tally& tally) {
    tally.offered(count);
    // Of all at once, without branches: most bursts go as they are.
    std::uint64_t flags = 0;
    std::uint32_t longest = 0;
    for (const rte_mbuf* frame : std::span(frames, count)) {
        flags |= frame->ol_flags;
        longest = std::max(longest, frame->pkt_len);
    }
    const bool has_tags = (flags & RTE_MBUF_F_RX_VLAN_STRIPPED) != 0;
    if (longest > least_bytes() || (has_tags && !tag_beside_)) {
        count = prepare(frames, count, tally);
        if (count == 0) return 0;
    }
    if ((flags & kOffloads) != 0) [[unlikely]]
        return send_finished(frames, count, tally);
    send(frames, count, tally);
    return count;
}

std::uint16_t Outlet::prepare(rte_mbuf** frames, std::uint16_t count, Tally& tally) const {
    const Limits limits = limits_.load(std::memory_order_relaxed);
    const std::uint32_t plain = least_bytes();
    std::uint16_t ready = 0;
    for (std::uint16_t i = 0; i < count; ++i) {
        rte_mbuf* frame = frames[i];
        if (frame->pkt_len > plain && !fits(frame, limits)) [[unlikely]] {
            tally.drop(frame, Direction::Out, Drop::Oversize);
            continue;
        }
        if (has_tag_beside(frame) && !tag_beside_) {
            frame = with_tag_inside(frame, tally);
            if (frame == nullptr) [[unlikely]]
                continue;
        }
        frames[ready++] = frame;
    }
    return ready;
}

void Outlet::service(Instant now, Tally& tally) {
    if (shared_) rte_spinlock_lock(&lock_);
    port_.service(now, tally);
    if (shared_) rte_spinlock_unlock(&lock_);
}

void Outlet::send(rte_mbuf** frames, std::uint16_t count, Tally& tally) {
    if (shared_) rte_spinlock_lock(&lock_);
    port_.send(frames, count, tally);
    if (shared_) rte_spinlock_unlock(&lock_);
}

std::uint32_t Outlet::send_finished(rte_mbuf** frames, std::uint16_t count, Tally& tally) {
    if (!port_.is_up()) {
        for (rte_mbuf* frame : std::span(frames, count)) {
            tally.drop(frame, Direction::Out, Drop::PortDown);
        }
        return 0;
    }
    const Offloads left = left_to_peer();
    const auto checksum = left.checksum ? SegmentChecksum::Partial : SegmentChecksum::Complete;
    Stage stage([&](rte_mbuf** burst, std::uint16_t size) { send(burst, size, tally); });
    std::array<rte_mbuf*, wire::kMostSegments> segments;
    std::uint32_t all = count;
    for (rte_mbuf* frame : std::span(frames, count)) {
        if (goes_as_it_is(left, frame)) {
            stage.put(frame);
        } else if (!is_large(frame)) {
            rte_mbuf* const complete = complete_checksum(frame, heads_);
            if (complete != nullptr) [[likely]] {
                stage.put(complete);
            } else {
                tally.drop(frame, Direction::Out, Drop::NoBuffer);
            }
        } else if (const std::uint16_t made = cut(frame, heads_, checksum, segments); made > 0)
            [[likely]] {
            all += made - 1U;
            tally.copied(made - 1U);
            tally.offered(made - 1U);
            std::ranges::for_each(std::span(segments).first(made),
                                  [&](rte_mbuf* segment) { stage.put(segment); });
        } else {
            tally.drop(frame, Direction::Out, Drop::NoBuffer);
        }
    }
    stage.flush();
    return all;
}

std::uint32_t Outlet::pieces_of(const rte_mbuf* frame) const {
    if (!port_.is_up()) return 0;
    return goes_as_it_is(left_to_peer(), frame) ? 1 : segments_of(frame);
}

Offloads Outlet::left_to_peer() const {
    Offloads left = port_.offloads();
    if (cut_large_) left.tcp4 = left.tcp6 = left.udp = false;
    return left;
}

bool Outlet::goes_as_it_is(const Offloads& left, const rte_mbuf* frame) const {
    return !has_offload(frame) || (takes(left, frame) && length_of(frame) <= max_whole_);
}

bool Outlet::fits(const rte_mbuf* frame, const Limits& limits) {
    const bool tagged = has_tag_beside(frame);
    const std::uint32_t most = tagged ? limits.tagged : limits.untagged;
    if (length_of(frame) <= most) [[likely]]
        return true;
    if (!is_large(frame)) return false;
    // A large frame's pieces have to fit, not the frame.
    return std::uint32_t{headers_of(frame)} + frame->tso_segsz + (tagged ? wire::kTagLength : 0) <=
           most;
}

}  // namespace sealane::port
