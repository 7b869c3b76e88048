#include "dataplane/port/vhost_port.h"

#include <algorithm>
#include <bit>

#include <rte_mbuf.h>
#include <rte_vhost.h>

#include "dataplane/port/batch.h"
#include "dataplane/port/offload.h"
#include "dataplane/port/vhost_offload.h"
#include "dataplane/wire/flow.h"
#include "dataplane/wire/l4_head.h"

namespace sealane::port {
namespace {

using Side = VhostDevice::Side;

/// Calls `deed(ring)` for each bit of `rings`.
template <typename Deed>
void for_each_ring(std::uint64_t rings, Deed&& deed) {
    for (; rings != 0; rings &= rings - 1) {
        deed(static_cast<std::uint16_t>(std::countr_zero(rings)));
    }
}

/// Which of `count` rings the frame's flow has.
std::uint8_t place_of(const rte_mbuf* frame, unsigned count) {
    std::array<std::uint8_t, wire::kL4ParseLength> joined;
    const auto seen = std::min<std::uint32_t>(frame->pkt_len, wire::kL4ParseLength);
    const void* const bytes = rte_pktmbuf_read(frame, 0, seen, joined.data());
    const std::uint32_t flow =
        wire::flow_of({static_cast<const std::uint8_t*>(bytes), seen}, frame->pkt_len);
    return static_cast<std::uint8_t>(flow % count);
}

void drop_all(rte_mbuf** frames, std::uint16_t count, Drop why, Tally& tally) {
    for (std::uint16_t i = 0; i < count; ++i) {
        tally.drop(frames[i], Direction::Out, why);
    }
}

std::uint64_t bytes_of(rte_mbuf* const* frames, std::uint16_t count) {
    std::uint64_t bytes = 0;
    for (std::uint16_t i = 0; i < count; ++i) {
        bytes += frames[i]->pkt_len;
    }
    return bytes;
}

/// Copies frames to the guest, and those it takes are gone.  How many.
std::uint16_t give(
    int device, std::uint16_t ring, rte_mbuf** frames, std::uint16_t count, Tally& tally) {
    const std::uint16_t taken = rte_vhost_enqueue_burst(device, ring, frames, count);
    tally.sent(taken, bytes_of(frames, taken));
    rte_pktmbuf_free_bulk(frames, taken);
    return taken;
}

}  // namespace

Result<std::unique_ptr<VhostPort>> VhostPort::open(const VhostSocketSettings& settings,
                                                   const Pools& pools) {
    Result<Descriptor> epoll = VhostKicks::make_epoll();
    if (!epoll) {
        return Error{settings.name + ": can't make a vhost-user port: " + epoll.error().text};
    }
    std::unique_ptr<VhostPort> port(new VhostPort(settings, pools, std::move(epoll).value()));
    Result<std::unique_ptr<VhostSocket>> socket = VhostSocket::open(settings, *port);
    if (!socket) return socket.error();
    port->socket_ = std::move(socket).value();
    return port;
}

VhostPort::VhostPort(const VhostSocketSettings& settings, const Pools& pools, Descriptor epoll)
    : settings_(settings),
      pool_(pools.frames.get()),
      heads_(pools.heads.get()),
      kicks_(std::move(epoll)) {}

VhostPort::~VhostPort() {
    socket_.reset();
    rte_pktmbuf_free_bulk(stash_.data(), stashed_);
}

void VhostPort::connected(int device) {
    rings_of_[device] = 0;
    peers_came_.fetch_add(1, std::memory_order_relaxed);
}

void VhostPort::disconnected(int /*device*/) {
    peers_went_.fetch_add(1, std::memory_order_relaxed);
}

void VhostPort::attached(int device) {
    std::uint64_t features = 0;
    rte_vhost_get_negotiated_features(device, &features);
    // A guest that moves may be here before the one that it was has gone.
    device_.detach();
    kicks_.forget_all();
    device_.set_rings(rings_of_[device]);
    for_each_ring(device_.rings(), [&](std::uint16_t ring) { watch(device, ring); });
    device_.attach(device, features);
    times_ready_.fetch_add(1, std::memory_order_relaxed);
}

void VhostPort::detached(int device) {
    if (!device_.is(device)) return;
    device_.detach();
    kicks_.forget_all();
}

void VhostPort::ring_changed(int device, std::uint16_t ring, bool enabled) {
    // Beyond what was offered: a peer that does not ask how many rings it may have.
    if (ring >= 2 * settings_.offer.queues || ring >= VhostDevice::kMaxRings) return;
    const std::uint64_t bit = std::uint64_t{1} << ring;
    std::uint64_t& rings = rings_of_[device];
    rings = enabled ? rings | bit : rings & ~bit;
    if (!device_.is(device)) return;
    if (enabled) {
        watch(device, ring);
    } else {
        kicks_.forget(ring);
    }
    device_.set_ring(ring, enabled);
}

void VhostPort::watch(int device, std::uint16_t ring) {
    rte_vhost_vring vring{};
    const bool found = rte_vhost_get_vhost_vring(device, ring, &vring) == 0;
    if ((VhostDevice::kFromGuest >> ring & 1) != 0) kicks_.watch(ring, found ? vring.kickfd : -1);
}

std::uint16_t VhostPort::receive(rte_mbuf** frames, std::uint16_t room, Tally& tally) {
    if (stashed_ > 0) [[unlikely]] {
        const std::uint16_t taken = std::min(stashed_, room);
        std::copy_n(stash_.begin(), taken, frames);
        std::copy(stash_.begin() + taken, stash_.begin() + stashed_, stash_.begin());
        stashed_ = static_cast<std::uint16_t>(stashed_ - taken);
        return taken;
    }
    if (!device_.is_attached()) return 0;
    const VhostDevice::Use use(device_, Side::Receive);
    if (!use) return 0;
    const std::uint16_t taken = take(use.id(), frames, room);
    if (lost_ > 0) [[unlikely]]
        report_losses(tally);
    return taken;
}

std::uint16_t VhostPort::take(int device, rte_mbuf** frames, std::uint16_t room) {
    const std::uint64_t rings = device_.rings() & VhostDevice::kFromGuest;
    if (const std::uint32_t generation = device_.generation(); known_generation_ != generation)
        [[unlikely]] {
        known_generation_ = generation;
        muted_ = 0;
        positioned_ = 0;
    }
    if (positioned_ != rings) [[unlikely]] {
        look_for_positions(device, rings & ~positioned_);
        positioned_ = rings;
    }
    const std::uint64_t ahead = rings & ~((std::uint64_t{1} << next_ring_) - 1);
    std::uint16_t taken = 0;
    const auto visit = [&](std::uint16_t ring) {
        if (taken == room) return;
        taken = static_cast<std::uint16_t>(
            taken +
            take_from(device, ring, frames + taken, static_cast<std::uint16_t>(room - taken)));
        next_ring_ = static_cast<std::uint16_t>((ring + 1U) % VhostDevice::kMaxRings);
    };
    for_each_ring(ahead, visit);
    for_each_ring(rings & ~ahead, visit);
    return taken;
}

std::uint16_t VhostPort::take_from(int device,
                                   std::uint16_t ring,
                                   rte_mbuf** frames,
                                   std::uint16_t room) {
    std::uint16_t taken = 0;
    while (taken < room) {
        const std::uint16_t wanted = std::min<std::uint16_t>(kChunk, room - taken);
        const std::uint16_t got =
            rte_vhost_dequeue_burst(device, ring, pool_, frames + taken, wanted);
        for (std::uint16_t i = 0; i < got; ++i) {
            claim_offloads(frames[taken + i]);
        }
        taken = static_cast<std::uint16_t>(taken + got);
        if (got < wanted) break;
    }
    look_for_losses(device, ring, taken);
    return taken;
}

void VhostPort::look_for_positions(int device, std::uint64_t rings) {
    for_each_ring(rings, [&](std::uint16_t ring) {
        std::uint16_t used = 0;
        rte_vhost_get_vring_base(device, ring, &positions_[ring], &used);
    });
}

void VhostPort::look_for_losses(int device, std::uint16_t ring, std::uint16_t taken) {
    std::uint16_t position = 0, used = 0;
    if (rte_vhost_get_vring_base(device, ring, &position, &used) != 0) return;
    const auto moved = static_cast<std::uint16_t>(position - positions_[ring]);
    positions_[ring] = position;
    if (moved == taken) [[likely]]
        return;
    if (known_generation_ != device_.generation()) return;  // it is another ring by now
    if ((device_.features() & virtio::kRingPacked) == 0) {
        // Less has moved than was taken: the library has announced the guest (SEND_RARP) with a
        // frame that was in no ring.
        if (moved > taken) lost_ += static_cast<std::uint16_t>(moved - taken);
    } else if (taken == 0) {
        // Packed rings count descriptors, not frames; the library stops at the first loss.  One
        // behind frames of the same burst is not seen: it moves the position as one more descriptor
        // of theirs would, and how many they had the library has overwritten.
        ++lost_;
    }
}

void VhostPort::report_losses(Tally& tally) {
    // A burst begins with kChunk of them, and the longest frame needs as many more.
    const bool no_buffer = rte_mempool_avail_count(pool_) < 2U * kChunk;
    tally.received(lost_, 0);
    tally.drop_unmade(Direction::In, no_buffer ? Drop::NoBuffer : Drop::Malformed, lost_);
    lost_ = 0;
}

void VhostPort::send(rte_mbuf** frames, std::uint16_t count, Tally& tally) {
    const VhostDevice::Use use(device_, Side::Send);
    const std::uint64_t rings = device_.rings() & VhostDevice::kToGuest;
    if (!use || rings == 0) return drop_all(frames, count, Drop::PortDown, tally);

    const std::uint16_t ready = make_ready(frames, count, tally);
    if (std::has_single_bit(rings)) [[likely]] {
        const auto ring = static_cast<std::uint16_t>(std::countr_zero(rings));
        return send_to(use.id(), ring, frames, ready, tally);
    }
    for (std::uint16_t done = 0; done < ready; done = static_cast<std::uint16_t>(done + kBurst)) {
        const auto some = std::min<std::uint16_t>(kBurst, ready - done);
        spread(use.id(), rings, frames + done, some, tally);
    }
}

void VhostPort::spread(
    int device, std::uint64_t rings, rte_mbuf** frames, std::uint16_t count, Tally& tally) {
    std::array<std::uint8_t, kBurst> places;
    for (std::uint16_t i = 0; i < count; ++i) {
        places[i] = place_of(frames[i], static_cast<unsigned>(std::popcount(rings)));
    }
    unsigned place = 0;
    for_each_ring(rings, [&](std::uint16_t ring) {
        std::array<rte_mbuf*, kBurst> own;
        std::uint16_t many = 0;
        for (std::uint16_t i = 0; i < count; ++i) {
            if (places[i] == place) own[many++] = frames[i];
        }
        if (many > 0) send_to(device, ring, own.data(), many, tally);
        ++place;
    });
}

void VhostPort::send_to(
    int device, std::uint16_t ring, rte_mbuf** frames, std::uint16_t count, Tally& tally) {
    constexpr unsigned kMostRefusals = 4;
    std::uint16_t done = 0;
    for (unsigned refusals = 0; done < count && refusals < kMostRefusals;) {
        const auto chunk = std::min<std::uint16_t>(kChunk, count - done);
        const std::uint16_t taken = give(device, ring, frames + done, chunk, tally);
        done = static_cast<std::uint16_t>(done + taken);
        if (taken == chunk) continue;
        // The one it stopped at may be too large for the buffers there are, and the next be small.
        tally.drop(frames[done++], Direction::Out, Drop::PeerBackpressure);
        ++refusals;
    }
    drop_all(
        frames + done, static_cast<std::uint16_t>(count - done), Drop::PeerBackpressure, tally);
}

std::uint16_t VhostPort::make_ready(rte_mbuf** frames, std::uint16_t count, Tally& tally) const {
    std::uint16_t ready = 0;
    for (std::uint16_t i = 0; i < count; ++i) {
        rte_mbuf* frame = frames[i];
        if (has_offload(frame)) [[unlikely]] {
            // Whoever sent it asked offloads(), but of the peer that has just gone.
            if (frame->l2_len == 0 || !takes(offloads(), frame)) {
                tally.drop(frame, Direction::Out, Drop::BadOffload);
                continue;
            }
            frame = guard_headers(frame, heads_);
            if (frame == nullptr) {
                tally.drop(frames[i], Direction::Out, Drop::NoBuffer);
                continue;
            }
        }
        frames[ready++] = frame;
    }
    return ready;
}

void VhostPort::service(Instant /*now*/, Tally& tally) {
    if (lost_ > 0) report_losses(tally);
    const VhostDevice::Use use(device_, Side::Receive);
    if (use && (device_.rings() & VhostDevice::kFromGuest & ~muted_) != 0) {
        want_kicks(use.id(), false);
    }
}

void VhostPort::want_kicks(int device, bool wanted) {
    const std::uint64_t rings = device_.rings() & VhostDevice::kFromGuest;
    for_each_ring(rings, [&](std::uint16_t ring) {
        rte_vhost_enable_guest_notification(device, ring, wanted ? 1 : 0);
    });
    muted_ = wanted ? 0 : rings;
}

bool VhostPort::prepare_to_sleep() {
    if (stashed_ > 0) return false;
    const VhostDevice::Use use(device_, Side::Receive);
    if (!use) return true;
    want_kicks(use.id(), true);
    // What the guest sent before it saw that is found here; for what comes after, it kicks.
    std::atomic_thread_fence(std::memory_order_seq_cst);
    stashed_ = take(use.id(), stash_.data(), kMostHeld);
    return stashed_ == 0 && lost_ == 0 && !kicks_.is_blind();
}

PortState VhostPort::state() const {
    const bool up = device_.is_attached();
    const std::uint64_t acked = device_.features();
    std::string detail = (settings_.server ? "server at " : "client of ") + settings_.path;
    if (up) {
        const int queues = std::popcount(device_.rings() & VhostDevice::kFromGuest);
        detail += ", " + std::to_string(queues) + " of " + std::to_string(settings_.offer.queues) +
                  (settings_.offer.queues == 1 ? " queue" : " queues");
    } else {
        detail +=
            settings_.server ? ": nobody is there, or not ready" : ": no peer, or it is not ready";
    }
    const std::uint64_t went = peers_went_.load(std::memory_order_relaxed);
    const std::uint64_t came = peers_came_.load(std::memory_order_relaxed);
    return {
        .up = up,
        .type = "vhost-user",
        .detail = std::move(detail),
        .features = feature_report(settings_.offer, socket_ ? socket_->offered() : 0, up, acked),
        .peer = PeerHistory{.connected = came > went,
                            .came = came,
                            .ready = times_ready_.load(std::memory_order_relaxed)}};
}

}  // namespace sealane::port
