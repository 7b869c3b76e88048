#include "dataplane/sea/bridge.h"

#include <array>

#include "dataplane/port/coalescer.h"
#include "dataplane/port/offload.h"

namespace sealane::sea {
namespace {

/// A frame from the wire, and the trunk that carries its VLAN.
struct Frame {
    rte_mbuf* mbuf;
    std::uint8_t trunk;
};

/// Moves the C-tag, if there is one in the bytes, beside the frame: the form that links carry.
Drop set_tag_aside(const wire::FrameHead& head, Frame& frame, rte_mempool* heads) {
    if (!head.tag_in_bytes || head.tpid != wire::kTpidCustomer) return Drop::None;
    rte_mbuf* const untagged = port::take_tag(frame.mbuf, heads);
    if (untagged == nullptr) return Drop::NoBuffer;
    frame.mbuf = untagged;
    port::set_tag_beside(frame.mbuf, head.tci);
    return Drop::None;
}

}  // namespace

Bridge::Bridge(BridgeRules rules, Parts parts)
    : rules_(std::move(rules)),
      parts_(std::move(parts)),
      fitter_({.real = parts_.real,
               .address = parts_.address,
               .adapters = parts_.counters.size(),
               .heads = parts_.heads,
               .real_counters = parts_.counters[parts_.real_id.index],
               .virtual_counters = parts_.counters[parts_.sea_id.index]}) {}

unsigned Bridge::from_wire() {
    port::Tally tally = real_tally();
    std::array<rte_mbuf*, port::kBurst> received;
    const std::uint16_t count = real_port().receive(received.data(), wire_allowance_.room(), tally);
    if (count == 0) return 0;

    // Decide first ...
    port::Batch<Frame> batch;
    const auto judge = [&](Frame& frame) {
        const wire::FrameHead head = port::parse(frame.mbuf);
        const Inward inward = rules_.from_wire(head);
        if (inward.drop != Drop::None) return inward.drop;
        if (const Drop why = set_tag_aside(head, frame, parts_.heads); why != Drop::None)
            return why;
        if (port::has_offload(frame.mbuf)) [[unlikely]] {
            if (const Drop why = port::check_offload(frame.mbuf); why != Drop::None) return why;
        }
        frame.trunk = inward.trunk;
        return Drop::None;
    };
    const std::uint64_t bytes = batch.fill(received.data(), count, tally, judge);
    tally.received(count, bytes);
    tally.admitted(batch.size());
    port::Spending spent{.bytes = bytes, .frames = 0, .taken = count};

    // ... then move, one burst a trunk.
    const std::span<const Frame> frames = batch.release();
    for (std::size_t trunk = 0; trunk < trunks(); ++trunk) {
        std::array<rte_mbuf*, port::kBurst> burst;
        std::uint16_t size = 0;
        for (const Frame& frame : frames) {
            if (frame.trunk == trunk) burst[size++] = frame.mbuf;
        }
        if (parts_.large_receive && size > 1) {
            const std::uint32_t most = link_port(trunk).traits().max_frame;
            const std::uint16_t left = port::coalesce({burst.data(), size}, most);
            tally.merged(size - left);
            size = left;
        }
        port::Tally virtual_side = sea_tally();
        if (size > 0) spent.frames += parts_.links[trunk]->emit(burst.data(), size, virtual_side);
    }
    wire_allowance_.spent(spent);
    return count;
}

Bridge::Carried Bridge::from_trunk(std::size_t trunk, Instant now) {
    port::Tally tally = sea_tally();
    std::array<rte_mbuf*, port::kBurst> burst;
    const std::uint16_t count = link_port(trunk).receive(burst.data(), port::kBurst, tally);
    if (count == 0) return {};

    // Links carry tags beside frames, and what comes over them the switch has parsed.
    std::uint64_t bytes = 0;
    std::uint16_t size = 0;
    bool all_fit = true;
    const std::uint32_t most = parts_.real.least_bytes();
    for (rte_mbuf* const frame : std::span(burst).first(count)) {
        bytes += port::length_of(frame);
        const VlanId vlan = port::has_tag_beside(frame) ? port::tag_beside(frame).vid() : VlanId{0};
        if (const Drop why = rules_.to_wire(trunk, vlan); why != Drop::None) [[unlikely]] {
            tally.drop(frame, Direction::In, why);
            continue;
        }
        all_fit = all_fit && frame->pkt_len <= most;
        burst[size++] = frame;
    }
    tally.received(count, bytes);
    tally.admitted(size);

    Carried carried{.taken = count};
    if (!all_fit) [[unlikely]] {
        carried.made = fitter_.send({burst.data(), size}, *parts_.links[trunk], now);
    } else if (size > 0) {
        port::Tally real_side = real_tally();
        carried.made = parts_.real.emit(burst.data(), size, real_side);
    }
    return carried;
}

unsigned Bridge::from_own() {
    port::Tally tally = sea_tally();
    std::array<rte_mbuf*, port::kBurst> burst;
    const std::uint16_t count = parts_.own->receive(burst.data(), port::kBurst, tally);
    if (count == 0) return 0;
    std::uint64_t bytes = 0;
    for (const rte_mbuf* const frame : std::span(burst).first(count)) {
        bytes += port::length_of(frame);
    }
    tally.received(count, bytes);
    tally.admitted(count);
    port::Tally real_side = real_tally();
    parts_.real.emit(burst.data(), count, real_side);
    return count;
}

void Bridge::service(Instant now) {
    port::Tally tally = real_tally();
    parts_.real.service(now, tally);
}

}  // namespace sealane::sea
