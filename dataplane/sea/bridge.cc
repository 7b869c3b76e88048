#include "dataplane/sea/bridge.h"

#include <algorithm>
#include <array>

#include "dataplane/port/coalescer.h"
#include "dataplane/port/offload.h"

namespace sealane::sea {
namespace {

/// A frame from the wire, and the trunk that carries its VLAN.
struct Frame {
    static constexpr std::uint8_t kItself = 0xff;  // no trunk: it is for the SEA

    rte_mbuf* mbuf;
    std::uint8_t trunk;
};

/// Takes out of a burst what goes to one trunk, or to the SEA.
std::uint16_t pick(std::span<const Frame> frames, std::size_t trunk, rte_mbuf** burst) {
    std::uint16_t size = 0;
    for (const Frame& frame : frames) {
        if (frame.trunk == trunk) burst[size++] = frame.mbuf;
    }
    return size;
}

}  // namespace

Bridge::Bridge(const BridgeRules& rules, Parts parts)
    : rules_(rules),
      parts_(std::move(parts)),
      fitter_({.real = parts_.real,
               .address = parts_.address,
               .adapters = parts_.counters.size(),
               .knows_senders = parts_.knows_senders,
               .heads = parts_.heads,
               .real_counters = parts_.counters[parts_.real_id.index],
               .virtual_counters = parts_.counters[parts_.sea_id.index]}) {
    parts_.permits.resize(trunks());
    hand_overs_.resize(trunks());
    for (std::size_t trunk = 0; trunk < trunks(); ++trunk) {
        const Permit& permit = parts_.permits[trunk];
        inlets_.emplace_back(permit);
        if (permit.word == nullptr) continue;
        hand_overs_[trunk].outward.reserve();
        hand_overs_[trunk].inward.reserve();
    }
}

unsigned Bridge::from_wire() {
    port::Tally tally = real_tally();
    std::array<rte_mbuf*, port::kBurst> received;
    const std::uint16_t room = wire_allowance_.room();
    const std::uint16_t count = real_port().receive(received.data(), room, tally);
    std::uint16_t left = count;
    bool is_simple = true;
    for (std::size_t trunk = 0; trunk < trunks(); ++trunk) {
        Inlet& inlet = inlets_[trunk];
        inlet.came(count, room);
        is_simple = is_simple && !inlet.keeps() && hand_overs_[trunk].inward.is_empty() &&
                    inlet.ended_by() == 0;
    }
    port::Spending spent{.bytes = 0, .frames = 0, .taken = count};
    if (!is_simple) [[unlikely]] {
        let_in(spent);
        left = set_aside({received.data(), count});
        // What is kept costs nothing until let_in() goes on with it.
        spent.taken = static_cast<std::uint16_t>(spent.taken - (count - left));
    }
    if (left > 0) bring_in({received.data(), left}, spent);
    if (!is_simple) [[unlikely]]
        note_closed();
    if (spent.taken > 0) wire_allowance_.spent(spent);
    return std::max(count, spent.taken);
}

void Bridge::bring_in(std::span<rte_mbuf* const> received, port::Spending& spent) {
    port::Tally tally = real_tally();
    // Decide first ...
    port::Batch<Frame> batch;
    bool some_for_itself = false;
    const auto judge = [&](Frame& frame) {
        const wire::FrameHead head = port::parse(frame.mbuf);
        if (is_for_itself(head)) [[unlikely]] {
            frame.trunk = Frame::kItself;
            some_for_itself = true;
            return Drop::None;
        }
        const Inward inward = rules_.from_wire(head);
        if (inward.drop != Drop::None) return inward.drop;
        if (!inlets_[inward.trunk].is_open()) [[unlikely]]
            return Drop::NotActive;
        rte_mbuf* const untagged = port::move_tag_beside(frame.mbuf, head, parts_.heads);
        if (untagged == nullptr) return Drop::NoBuffer;
        frame.mbuf = untagged;
        if (port::has_offload(frame.mbuf)) [[unlikely]] {
            if (const Drop why = port::check_offload(frame.mbuf); why != Drop::None) return why;
        }
        frame.trunk = inward.trunk;
        return Drop::None;
    };
    const auto count = static_cast<std::uint16_t>(received.size());
    const std::uint64_t bytes = batch.fill(received.data(), count, tally, judge);
    tally.received(count, bytes);
    tally.admitted(batch.size());
    spent.bytes += bytes;

    // ... then move, one burst a trunk.
    const std::span<const Frame> frames = batch.release();
    for (std::size_t trunk = 0; trunk < trunks(); ++trunk) {
        std::array<rte_mbuf*, port::kBurst> burst;
        std::uint16_t size = pick(frames, trunk, burst.data());
        if (parts_.large_receive && size > 1) {
            const std::uint32_t most = link_port(trunk).traits().max_frame;
            const std::uint16_t left = port::coalesce({burst.data(), size}, most);
            tally.merged(size - left);
            size = left;
        }
        port::Tally virtual_side = sea_tally();
        if (size > 0) spent.frames += parts_.links[trunk]->emit(burst.data(), size, virtual_side);
    }
    if (some_for_itself) [[unlikely]] {
        std::array<rte_mbuf*, port::kBurst> burst;
        const std::uint16_t size = pick(frames, Frame::kItself, burst.data());
        port::Tally virtual_side = sea_tally();
        virtual_side.offered(size);
        parts_.own->send(burst.data(), size, virtual_side);
    }
}

Bridge::Carried Bridge::from_trunk(std::size_t trunk, Instant now) {
    HandOver& hand_over = hand_overs_[trunk];
    if (!hand_over.outward.is_empty()) [[unlikely]] {
        if (const Carried some = resume(trunk, now); some.taken > 0) return some;
    }
    port::Tally tally = sea_tally();
    std::array<rte_mbuf*, port::kBurst> burst;
    const std::uint16_t count = link_port(trunk).receive(burst.data(), port::kBurst, tally);
    // After the burst: what the switch sent by a word is judged by that word or a later one.
    const Permit& permit = parts_.permits[trunk];
    const std::uint64_t looked = permit.look();
    const Right right = permit.right(looked);
    if (hand_over.is_of_another(looked)) [[unlikely]]
        forget(trunk);
    if (count == 0) {
        if (right != Right::Owner) [[unlikely]]
            note_drained(trunk, looked);
        return {};
    }
    if (right != Right::Owner || !hand_over.outward.is_empty()) [[unlikely]]
        return divert(trunk, right, {burst.data(), count}, now);
    return carry_out(trunk, {burst.data(), count}, now);
}

Bridge::Carried Bridge::carry_out(std::size_t trunk,
                                  std::span<rte_mbuf* const> frames,
                                  Instant now) {
    port::Tally tally = sea_tally();
    std::array<rte_mbuf*, port::kBurst> burst;
    // Links carry tags beside frames, and what comes over them the switch has parsed.
    std::uint64_t bytes = 0;
    std::uint16_t size = 0;
    bool all_fit = true;
    const std::uint32_t most = parts_.real.least_bytes();
    for (rte_mbuf* const frame : frames) {
        bytes += port::length_of(frame);
        const VlanId vlan = port::has_tag_beside(frame) ? port::tag_beside(frame).vid() : VlanId{0};
        if (const Drop why = rules_.to_wire(trunk, vlan); why != Drop::None) [[unlikely]] {
            tally.drop(frame, Direction::In, why);
            continue;
        }
        all_fit = all_fit && frame->pkt_len <= most;
        burst[size++] = frame;
    }
    tally.received(frames.size(), bytes);
    tally.admitted(size);

    Carried carried{.taken = static_cast<unsigned>(frames.size())};
    if (!all_fit) [[unlikely]] {
        carried.made = fitter_.send({burst.data(), size}, *parts_.links[trunk], now);
    } else if (size > 0) {
        port::Tally real_side = real_tally();
        carried.made = parts_.real.emit(burst.data(), size, real_side);
    }
    return carried;
}

void Bridge::refuse(std::span<rte_mbuf* const> burst) const {
    port::Tally tally = sea_tally();
    std::uint64_t bytes = 0;
    for (rte_mbuf* const frame : burst) {
        bytes += port::length_of(frame);
        tally.drop(frame, Direction::In, Drop::NotActive);
    }
    tally.received(burst.size(), bytes);
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
