#include "dataplane/port/trunk_link.h"

#include <algorithm>
#include <span>
#include <thread>
#include <utility>

#include <rte_alarm.h>
#include <rte_ethdev.h>

#include "dataplane/port/frame.h"
#include "dataplane/port/offload.h"
#include "dataplane/port/vhost_offload.h"
#include "dataplane/wire/checksum.h"
#include "dataplane/wire/l4_head.h"

namespace sealane::port {
namespace {

constexpr Duration kLinkLookEvery = std::chrono::milliseconds(10);

/// The driver looked for the header that its peer left a checksum in, and found none: it knows one
/// tag.  It has then summed what the frame's first buffer holds, and put that where the seed was.
bool was_summed(const rte_mbuf* frame) {
    const std::uint32_t l4 = frame->packet_type & RTE_PTYPE_L4_MASK;
    return frame->packet_type != 0 && l4 != RTE_PTYPE_L4_TCP && l4 != RTE_PTYPE_L4_UDP;
}

/// The sum of the pseudo-header, with the packet's whole L4 length, of a frame whose `bytes` begin
/// with all its headers.
std::uint16_t pseudo_sum(const std::uint8_t* bytes, const wire::L4Head& head) {
    const bool ipv4 = head.ip_version == 4;
    const std::uint8_t* const addresses = bytes + head.l2_length + (ipv4 ? 12 : 8);
    const std::uint64_t others = std::uint64_t{head.protocol} + head.ip_length - head.l3_length;
    return wire::fold(others + wire::sum_of(addresses, ipv4 ? 8 : 32));
}

/// Puts the seed back, and claims what it was there for.
void restore_claim(rte_mbuf* frame) {
    if (!is_writable(frame)) return;  // a driver's own always is
    auto* const bytes = rte_pktmbuf_mtod(frame, std::uint8_t*);
    const auto seen = std::min<std::size_t>(frame->data_len, wire::kL4ParseLength);
    const wire::L4Head head = wire::parse_l4({bytes, seen}, frame->pkt_len);
    if (head.fault != wire::L4Head::Fault::None || head.l4_length == 0) return;
    if (head.headers() > frame->data_len) return;
    const bool tcp = head.protocol == wire::kProtocolTcp;
    std::uint8_t* const field = bytes + head.l2_length + head.l3_length + (tcp ? 16 : 6);
    wire::store_be16(field, pseudo_sum(bytes, head));
    frame->ol_flags |= tcp ? RTE_MBUF_F_TX_TCP_CKSUM : RTE_MBUF_F_TX_UDP_CKSUM;
}

/// A driver whose link has gone sets an alarm that uses the device; alarms come in their order.
void wait_for_alarms() {
    std::atomic<bool> rung{false};
    const auto ring = [](void* flag) { static_cast<std::atomic<bool>*>(flag)->store(true); };
    if (rte_eal_alarm_set(1, ring, &rung) != 0) return;
    while (!rung) {
        std::this_thread::yield();
    }
}

}  // namespace

Result<std::unique_ptr<TrunkLink>> TrunkLink::open(const Settings& settings, const Pools& pools) {
    Result<VirtioUser> device = VirtioUser::open(settings.device, pools.frames.get());
    if (!device) return device.error();
    return std::unique_ptr<TrunkLink>(new TrunkLink(settings, pools, std::move(device).value()));
}

TrunkLink::TrunkLink(const Settings& settings, const Pools& pools, VirtioUser device)
    : path_(settings.device.path),
      from_(settings.from),
      pool_(pools.frames.get()),
      heads_(pools.heads.get()),
      device_(std::move(device)) {
    look_at_link();
}

TrunkLink::~TrunkLink() {
    if (!is_up()) wait_for_alarms();
}

std::uint16_t TrunkLink::take(rte_mbuf** frames, std::uint16_t room) {
    std::uint16_t taken = 0;
    while (taken < room) {
        // A burst ends at 64 buffers, of which a long frame has many.
        const auto wanted = static_cast<std::uint16_t>(room - taken);
        const std::uint16_t got = rte_eth_rx_burst(device_.id(), 0, frames + taken, wanted);
        if (got == 0) break;
        taken = static_cast<std::uint16_t>(taken + got);
    }
    return taken;
}

std::uint16_t TrunkLink::receive(rte_mbuf** frames, std::uint16_t room, Tally& tally) {
    const std::uint16_t taken = take(frames, room);
    std::uint16_t kept = 0;
    for (rte_mbuf* frame : std::span(frames, taken)) {
        const Drop why = make_ours(frame);
        if (why == Drop::None) [[likely]] {
            frames[kept++] = frame;
        } else {
            tally.received(1, length_of(frame));
            tally.drop(frame, Direction::In, why);
        }
    }
    return kept;
}

Drop TrunkLink::make_ours(rte_mbuf*& frame) const {
    const bool summed = was_summed(frame);
    frame->port = from_.index;
    claim_offloads(frame);
    if (frame->pkt_len > traits().max_frame) [[unlikely]]
        return Drop::Oversize;
    const wire::FrameHead head = parse(frame);
    if (head.fault != Drop::None) [[unlikely]]
        return head.fault;
    rte_mbuf* const untagged = move_tag_beside(frame, head, heads_);
    if (untagged == nullptr) [[unlikely]]
        return Drop::NoBuffer;
    frame = untagged;
    if (summed) [[unlikely]]
        restore_claim(frame);
    return has_offload(frame) ? check_offload(frame) : Drop::None;
}

void TrunkLink::send(rte_mbuf** frames, std::uint16_t count, Tally& tally) {
    if (!is_up()) [[unlikely]] {
        for (rte_mbuf* const frame : std::span(frames, count)) {
            tally.drop(frame, Direction::Out, Drop::PortDown);
        }
        return;
    }
    std::uint16_t ready = 0;
    std::uint64_t bytes = 0;
    for (rte_mbuf* frame : std::span(frames, count)) {
        const bool plain = frame->nb_segs <= kMostPieces && !has_offload(frame);
        if (!plain) frame = make_ready(frame, tally);
        if (frame == nullptr) [[unlikely]]
            continue;
        bytes += frame->pkt_len;  // before it is the driver's
        frames[ready++] = frame;
    }
    std::uint16_t taken = rte_eth_tx_burst(device_.id(), 0, frames, ready);
    if (taken < ready) [[unlikely]] {
        const auto rest = static_cast<std::uint16_t>(ready - taken);
        taken = static_cast<std::uint16_t>(taken +
                                           rte_eth_tx_burst(device_.id(), 0, frames + taken, rest));
    }
    for (rte_mbuf* const frame : std::span(frames + taken, frames + ready)) {
        bytes -= frame->pkt_len;
        tally.drop(frame, Direction::Out, Drop::QueueFull);
    }
    tally.sent(taken, bytes);
}

rte_mbuf* TrunkLink::make_ready(rte_mbuf* frame, Tally& tally) const {
    // Whoever sends it asked offloads(); without headers' lengths the driver would guess.
    if (has_offload(frame) && (frame->l2_len == 0 || !takes(offloads(), frame))) {
        tally.drop(frame, Direction::Out, Drop::BadOffload);
        return nullptr;
    }
    if (frame->nb_segs <= kMostPieces) return frame;
    rte_mbuf* const copy = rte_pktmbuf_copy(frame, pool_, 0, UINT32_MAX);
    if (copy == nullptr) {
        tally.drop(frame, Direction::Out, Drop::NoBuffer);
        return nullptr;
    }
    rte_pktmbuf_free(frame);
    return copy;
}

void TrunkLink::service(Instant now, Tally& tally) {
    if (now < next_look_) return;
    next_look_ = now + kLinkLookEvery;
    report_losses(tally);
    if (is_up()) look_at_link();
}

void TrunkLink::look_at_link() {
    rte_eth_link link{};
    const bool known = rte_eth_link_get_nowait(device_.id(), &link) == 0;
    link_up_.store(known && link.link_status == RTE_ETH_LINK_UP, std::memory_order_relaxed);
}

void TrunkLink::report_losses(Tally& tally) {
    rte_eth_stats stats{};
    if (rte_eth_stats_get(device_.id(), &stats) != 0 || stats.ierrors == known_errors_) return;
    const std::uint64_t lost = stats.ierrors - std::exchange(known_errors_, stats.ierrors);
    tally.received(lost, 0);
    tally.drop_unmade(Direction::In, Drop::Malformed, lost);
}

PortState TrunkLink::state() const {
    const bool up = is_up();
    return {.up = up,
            .type = "trunk-link",
            .detail = "client of " + path_ + (up ? "" : ": the hypervisor has gone"),
            .features = device_.features()};
}

}  // namespace sealane::port
