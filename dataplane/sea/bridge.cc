#include "dataplane/sea/bridge.h"

#include <algorithm>
#include <array>

#include "dataplane/port/coalescer.h"
#include "dataplane/port/offload.h"

namespace sealane::sea {
namespace {

/// Moves the C-tag, if there is one in the bytes, beside the frame: the form that links carry.
Drop set_tag_aside(port::Frame& frame, rte_mempool* heads) {
    if (!frame.head.tag_in_bytes || frame.head.tpid != wire::kTpidCustomer) return Drop::None;
    rte_mbuf* const untagged = port::take_tag(frame.mbuf, heads);
    if (untagged == nullptr) return Drop::NoBuffer;
    frame.mbuf = untagged;
    port::set_tag_beside(frame.mbuf, frame.head.tci);
    return Drop::None;
}

}  // namespace

Bridge::Bridge(BridgeRules rules, Parts parts)
    : rules_(std::move(rules)),
      parts_(std::move(parts)),
      fitter_({.real = parts_.real,
               .address = parts_.address,
               .heads = parts_.heads,
               .real_counters = parts_.counters[parts_.real_id.index],
               .virtual_counters = parts_.counters[parts_.sea_id.index]}) {}

unsigned Bridge::from_wire() {
    port::Tally tally = real_tally();
    std::array<rte_mbuf*, port::kBurst> received;
    const std::uint16_t count = real_port().receive(received.data(), wire_allowance_.room(), tally);
    if (count == 0) return 0;

    port::Batch batch;
    const std::uint64_t bytes = batch.fill(received.data(), count);
    wire_allowance_.spent(count, bytes);
    tally.received(count, bytes);

    // Decide first ...
    std::array<std::uint8_t, port::kBurst> trunk_of;
    std::size_t kept = 0;
    batch.filter(tally, Direction::In, [&](port::Frame& frame) {
        const Inward inward = rules_.from_wire(frame.head);
        if (inward.drop != Drop::None) return inward.drop;
        if (const Drop why = set_tag_aside(frame, parts_.heads); why != Drop::None) return why;
        if (port::has_offload(frame.mbuf)) [[unlikely]] {
            if (const Drop why = port::check_offload(frame.mbuf); why != Drop::None) return why;
        }
        trunk_of[kept++] = inward.trunk;
        return Drop::None;
    });
    tally.admitted(batch.size());

    // ... then move, one burst a trunk.
    const std::span<port::Frame> frames = batch.release();
    for (std::size_t trunk = 0; trunk < trunks(); ++trunk) {
        std::array<rte_mbuf*, port::kBurst> burst;
        std::uint16_t size = 0;
        for (std::size_t i = 0; i < frames.size(); ++i) {
            if (trunk_of[i] == trunk) burst[size++] = frames[i].mbuf;
        }
        if (parts_.large_receive && size > 1) {
            const std::uint32_t most = link_port(trunk).traits().max_frame;
            const std::uint16_t left = port::coalesce({burst.data(), size}, most);
            tally.merged(size - left);
            size = left;
        }
        port::Tally virtual_side = sea_tally();
        if (size > 0) parts_.links[trunk]->emit(burst.data(), size, virtual_side);
    }
    return count;
}

unsigned Bridge::from_trunk(std::size_t trunk, Instant now) {
    port::Tally tally = sea_tally();
    std::array<rte_mbuf*, port::kBurst> burst;
    port::Allowance& allowance = trunk_allowances_[trunk];
    const std::uint16_t count = link_port(trunk).receive(burst.data(), allowance.room(), tally);
    if (count == 0) return 0;

    port::Batch batch;
    const std::uint64_t bytes = batch.fill(burst.data(), count);
    allowance.spent(count, bytes);
    tally.received(count, bytes);
    batch.filter(tally, Direction::In, [&](const port::Frame& frame) {
        return rules_.to_wire(trunk, frame.head);
    });
    tally.admitted(batch.size());

    std::uint16_t size = 0;
    std::uint32_t longest = 0;
    for (const port::Frame& frame : batch.release()) {
        burst[size++] = frame.mbuf;
        longest = std::max(longest, frame.mbuf->pkt_len);
    }
    if (longest > parts_.real.least_bytes()) [[unlikely]] {
        fitter_.send({burst.data(), size}, *parts_.links[trunk], now);
    } else if (size > 0) {
        port::Tally real_side = real_tally();
        parts_.real.emit(burst.data(), size, real_side);
    }
    return count;
}

void Bridge::service(Instant now) {
    port::Tally tally = real_tally();
    parts_.real.service(now, tally);
}

}  // namespace sealane::sea
