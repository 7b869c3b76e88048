// A frame as DPDK holds it: a chain of rte_mbuf, and possibly its outer tag beside it.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>

#include <rte_mbuf.h>

#include "dataplane/port/offload.h"
#include "dataplane/wire/head.h"
#include "dataplane/wire/tag.h"

namespace sealane::port {

/// The outer C-tag has been taken out of the bytes and stands in vlan_tci.
inline constexpr std::uint64_t kTagBeside = RTE_MBUF_F_RX_VLAN | RTE_MBUF_F_RX_VLAN_STRIPPED;

[[nodiscard]] inline bool has_tag_beside(const rte_mbuf* frame) {
    return (frame->ol_flags & RTE_MBUF_F_RX_VLAN_STRIPPED) != 0;
}

[[nodiscard]] inline wire::Tci tag_beside(const rte_mbuf* frame) { return {frame->vlan_tci}; }

inline void set_tag_beside(rte_mbuf* frame, wire::Tci tci) {
    frame->vlan_tci = tci.value;
    frame->ol_flags |= kTagBeside;
}

inline void clear_tag_beside(rte_mbuf* frame) { frame->ol_flags &= ~kTagBeside; }

/// Bytes on the wire without FCS: a tag beside the frame counts.
[[nodiscard]] inline std::uint32_t length_of(const rte_mbuf* frame) {
    return frame->pkt_len + (has_tag_beside(frame) ? std::uint32_t{wire::kTagLength} : 0U);
}

/// The frame's bytes may be changed: nobody else refers to them.
[[nodiscard]] inline bool is_writable(const rte_mbuf* frame) {
    return RTE_MBUF_DIRECT(frame) && rte_mbuf_refcnt_read(frame) == 1;
}

/// parse() of a frame that may be in pieces and may have its tag beside it.
[[nodiscard]] inline wire::FrameHead parse(const rte_mbuf* frame) {
    const std::optional<wire::Tci> beside =
        has_tag_beside(frame) ? std::optional(tag_beside(frame)) : std::nullopt;
    if (frame->data_len >= wire::kParseLength || frame->nb_segs == 1) [[likely]] {
        return wire::parse(rte_pktmbuf_mtod(frame, const std::uint8_t*), frame->data_len, beside);
    }
    std::uint8_t joined[wire::kParseLength];
    const std::uint32_t wanted = std::min<std::uint32_t>(frame->pkt_len, wire::kParseLength);
    const void* const bytes = rte_pktmbuf_read(frame, 0, wanted, joined);
    return wire::parse(static_cast<const std::uint8_t*>(bytes), wanted, beside);
}

/// What stands where an untagged frame's EtherType is; the frame has a whole header.
[[nodiscard]] inline std::uint16_t ether_type_of(const rte_mbuf* frame) {
    std::uint8_t joined[2];
    const void* const at = rte_pktmbuf_read(frame, wire::kAddressesLength, sizeof joined, joined);
    return wire::load_be16(static_cast<const std::uint8_t*>(at));
}

/// Puts a buffer of `heads` with the `length` bytes of `header` before the frame, in place of its
/// first `replaced` bytes, which are left as they are for whoever else refers to them.  The answer
/// is the frame to go on with, or null if `heads` is empty; then `frame` is untouched.
[[nodiscard]] rte_mbuf* replace_header(rte_mbuf* frame,
                                       std::uint32_t replaced,
                                       const std::uint8_t* header,
                                       std::uint16_t length,
                                       rte_mempool* heads);

/// Keeps what an offload says of the headers true.  A sender that says nothing has 0 there.
inline void lengthen_l2(rte_mbuf* frame, int by) {
    if (!has_offload(frame) || frame->l2_len == 0) [[likely]]
        return;
    frame->l2_len = static_cast<std::uint64_t>(frame->l2_len + by) & 0x7f;
}

/// take_tag() and put_tag() of a frame whose bytes are shared or in small pieces.
[[nodiscard]] rte_mbuf* take_tag_aside(rte_mbuf* frame, rte_mempool* heads);
[[nodiscard]] rte_mbuf* put_tag_before(rte_mbuf* frame,
                                       std::uint16_t tpid,
                                       wire::Tci tci,
                                       rte_mempool* heads);

/// Takes the outer tag out of the bytes.  Where the bytes are shared or in small pieces, `heads`
/// gives a buffer for a new header.  The answer is the frame to go on with (it may be another
/// mbuf), or null if `heads` is empty; then `frame` is untouched.  An offload's l2_len follows.
[[nodiscard]] inline rte_mbuf* take_tag(rte_mbuf* frame, rte_mempool* heads) {
    constexpr std::uint16_t kWithTag = wire::kAddressesLength + wire::kTagLength;
    if (frame->data_len < kWithTag || !is_writable(frame)) [[unlikely]]
        return take_tag_aside(frame, heads);
    wire::pop_tag(rte_pktmbuf_mtod(frame, std::uint8_t*));
    rte_pktmbuf_adj(frame, wire::kTagLength);
    lengthen_l2(frame, -static_cast<int>(wire::kTagLength));
    return frame;
}

/// Moves the C-tag that `head`, the frame's own, has found in the bytes, if there is one, beside
/// the frame: the form that links carry.  Otherwise as take_tag.
[[nodiscard]] inline rte_mbuf* move_tag_beside(rte_mbuf* frame,
                                               const wire::FrameHead& head,
                                               rte_mempool* heads) {
    if (!head.tag_in_bytes || head.tpid != wire::kTpidCustomer) return frame;
    rte_mbuf* const untagged = take_tag(frame, heads);
    if (untagged != nullptr) [[likely]]
        set_tag_beside(untagged, head.tci);
    return untagged;
}

/// Puts a tag into the bytes; otherwise as take_tag.
[[nodiscard]] inline rte_mbuf* put_tag(rte_mbuf* frame,
                                       std::uint16_t tpid,
                                       wire::Tci tci,
                                       rte_mempool* heads) {
    if (frame->data_len < wire::kAddressesLength || !is_writable(frame) ||
        rte_pktmbuf_headroom(frame) < wire::kTagLength) [[unlikely]]
        return put_tag_before(frame, tpid, tci, heads);
    char* const room = rte_pktmbuf_prepend(frame, wire::kTagLength);
    wire::push_tag(reinterpret_cast<std::uint8_t*>(room), tpid, tci);
    lengthen_l2(frame, wire::kTagLength);
    return frame;
}

}  // namespace sealane::port
