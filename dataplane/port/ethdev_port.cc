#include "dataplane/port/ethdev_port.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <span>

#include <rte_ethdev.h>

#include "dataplane/port/frame.h"
#include "dataplane/port/frame_copy.h"

namespace sealane::port {
namespace {

constexpr Duration kLookEvery = std::chrono::milliseconds(10);

// What says how a buffer is held together belongs to the buffer, not to the driver.
constexpr std::uint64_t kKeptFlags = kTagBeside | RTE_MBUF_F_INDIRECT | RTE_MBUF_F_EXTERNAL;

bool has_tag_in_bytes(const rte_mbuf* frame) {
    if (frame->data_len < wire::kHeaderLength) return false;
    const auto* const bytes = rte_pktmbuf_mtod(frame, const std::uint8_t*);
    // Only for a C-tag the kernel allows a frame to be longer.
    return wire::load_be16(bytes + wire::kAddressesLength) == wire::kTpidCustomer;
}

}  // namespace

EthdevPort::~EthdevPort() {
    if (!attached_.is_there()) return;
    if (driver_ == "net_ring") drain();
    attached_.remove();
    // Frames of it may still wait in other ports: then it lives as long as the environment.
    if (large_ && rte_mempool_in_use_count(large_.get()) > 0) {
        [[maybe_unused]] rte_mempool* const kept = large_.release();
    }
}

void EthdevPort::drain() const {
    std::array<rte_mbuf*, 64> frames{};
    for (;;) {
        const std::uint16_t count = rte_eth_rx_burst(port_id_, 0, frames.data(), frames.size());
        if (count == 0) return;
        rte_pktmbuf_free_bulk(frames.data(), count);
    }
}

std::uint16_t EthdevPort::receive(rte_mbuf** frames, std::uint16_t room, Tally& tally) {
    const std::uint16_t received = rte_eth_rx_burst(port_id_, 0, frames, room);
    std::uint16_t kept = 0;
    for (std::uint16_t i = 0; i < received; ++i) {
        rte_mbuf* const frame = frames[i];
        if (frame->ol_flags != 0) {
            frame->ol_flags &= kKeptFlags;
            if (!has_tag_beside(frame)) clear_tag_beside(frame);
        }
        if (frame->pkt_len >= cut_length_) [[unlikely]] {
            tally.received(1, length_of(frame));
            tally.drop(frame, Direction::In, Drop::Oversize);
        } else {
            frames[kept++] = frame;
        }
    }
    return large_ ? copied(frames, kept, tally) : kept;
}

std::uint16_t EthdevPort::copied(rte_mbuf** frames, std::uint16_t count, Tally& tally) const {
    std::uint16_t kept = 0;
    for (std::uint16_t i = 0; i < count; ++i) {
        rte_mbuf* const copy = rte_pktmbuf_copy(frames[i], shared_, 0, UINT32_MAX);
        if (copy != nullptr) {
            rte_pktmbuf_free(frames[i]);
            frames[kept++] = copy;
        } else {
            tally.received(1, length_of(frames[i]));
            tally.drop(frames[i], Direction::In, Drop::NoBuffer);
        }
    }
    return kept;
}

void EthdevPort::send(rte_mbuf** frames, std::uint16_t count, Tally& tally) {
    if (!link_up_.load(std::memory_order_relaxed)) [[unlikely]] {
        for (std::uint16_t i = 0; i < count; ++i) {
            tally.drop(frames[i], Direction::Out, Drop::PortDown);
        }
        return;
    }
    // Of all at once, without branches: most bursts go as they are.
    std::uint64_t bytes = 0;  // summed before they are the driver's
    std::uint32_t longest = 0;
    std::uint16_t segments = 0;
    for (const rte_mbuf* frame : std::span(frames, count)) {
        bytes += frame->pkt_len;
        longest = std::max(longest, frame->pkt_len);
        segments = std::max(segments, frame->nb_segs);
    }
    std::uint16_t ready = count;
    if (longest > std::min(traits_.max_frame, untagged_limit_) || segments > most_segments_)
        [[unlikely]] {
        ready = make_all_ready(frames, count, bytes, tally);
    }
    std::uint16_t taken = rte_eth_tx_burst(port_id_, 0, frames, ready);
    if (taken < ready) [[unlikely]] {
        const auto rest = static_cast<std::uint16_t>(ready - taken);
        taken =
            static_cast<std::uint16_t>(taken + rte_eth_tx_burst(port_id_, 0, frames + taken, rest));
    }
    for (std::uint16_t i = taken; i < ready; ++i) {
        bytes -= frames[i]->pkt_len;
        tally.drop(frames[i], Direction::Out, Drop::QueueFull);
    }
    tally.sent(taken, bytes);
}

std::uint16_t EthdevPort::make_all_ready(rte_mbuf** frames,
                                         std::uint16_t count,
                                         std::uint64_t& bytes,
                                         Tally& tally) const {
    std::uint16_t ready = 0;
    for (rte_mbuf* frame : std::span(frames, count)) {
        const std::uint32_t length = frame->pkt_len;
        if (rte_mbuf* const whole = make_ready(frame, tally); whole != nullptr) {
            frames[ready++] = whole;
        } else {
            bytes -= length;
        }
    }
    return ready;
}

rte_mbuf* EthdevPort::make_ready(rte_mbuf* frame, Tally& tally) const {
    bool fits = frame->pkt_len <= traits_.max_frame;
    if (frame->pkt_len > untagged_limit_) [[unlikely]] {
        fits =
            fits && has_tag_in_bytes(frame) && frame->pkt_len - untagged_limit_ <= wire::kTagLength;
    }
    if (!fits) [[unlikely]] {
        tally.drop(frame, Direction::Out, Drop::Oversize);
        return nullptr;
    }
    return frame->nb_segs <= most_segments_ ? frame : joined(frame, tally);
}

rte_mbuf* EthdevPort::joined(rte_mbuf* frame, Tally& tally) const {
    rte_mbuf* const whole = rte_pktmbuf_alloc(frames_);
    if (whole == nullptr) {
        tally.drop(frame, Direction::Out, Drop::NoBuffer);
        return nullptr;
    }
    if (frame->pkt_len > rte_pktmbuf_tailroom(whole)) {
        rte_pktmbuf_free(whole);
        tally.drop(frame, Direction::Out, Drop::Oversize);
        return nullptr;
    }
    copy_bytes(frame,
               reinterpret_cast<std::uint8_t*>(
                   rte_pktmbuf_append(whole, static_cast<std::uint16_t>(frame->pkt_len))));
    rte_pktmbuf_free(frame);
    return whole;
}

void EthdevPort::service(Instant now, Tally& /*tally*/) {
    if (now < next_look_) return;
    next_look_ = now + kLookEvery;
    look_at_link();
}

void EthdevPort::look_at_link() {
    rte_eth_link link{};
    const bool known = rte_eth_link_get_nowait(port_id_, &link) == 0;
    bool up = known && link.link_status == RTE_ETH_LINK_UP;
    // A packet socket calls itself up whatever its interface is.
    if (interface_.is_there()) up = up && interface_.is_running();
    link_up_.store(up, std::memory_order_relaxed);
    if (!interface_.is_there()) return;
    const std::uint32_t mtu = interface_.mtu();
    untagged_limit_ = mtu == 0 ? kNoLimit : mtu + std::uint32_t{wire::kHeaderLength};
}

PortState EthdevPort::state() const {
    const bool up = link_up_.load(std::memory_order_relaxed);
    return {.up = up,
            .type = "ethdev",
            .detail = device_ + " (" + driver_ + (up ? "), link up" : "), link down"),
            .notice = notice()};
}

Status EthdevPort::set_link(bool up) {
    if (interface_.is_there()) return interface_.set_up(up);
    const int failed = up ? rte_eth_dev_set_link_up(port_id_) : rte_eth_dev_set_link_down(port_id_);
    if (failed == 0) return done();
    return Error{driver_ + " can't take the link " + (up ? "up: " : "down: ") +
                 std::strerror(-failed)};
}

std::string EthdevPort::notice() const {
    if (interface_.is_there() && interface_.is_replaced())
        return interface_.name() +
               " was removed and made anew, and this port stands on the one that is gone; restart "
               "sealane to open the new one";
    const std::uint32_t carries = interface_.is_there() ? interface_.mtu() : 0;
    if (carries == 0 || carries >= mtu_) return {};
    const std::string wanted = std::to_string(mtu_);
    return "frames may have mtu " + wanted + " here, but " + interface_.name() + " carries " +
           std::to_string(carries) + " and longer ones are dropped as oversize; `ip link set " +
           interface_.name() + " mtu " + wanted +
           "`, there and on the rest of that wire, or give the adapter mtu: " +
           std::to_string(carries);
}

}  // namespace sealane::port
