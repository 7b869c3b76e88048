// What of a poll comes in: admit, and everything that is asked before a frame's way is.
#include <algorithm>
#include <array>

#include <rte_jhash.h>

#include "hvswitch/forwarder.h"
#include "hvswitch/repeat.h"
#include "hvswitch/rules/admit.h"

namespace sealane::hvswitch {
namespace {

/// Takes out the tag that the adapter reads, and puts back one that a driver took out and that is
/// payload to the adapter.  Null: no buffer.
rte_mbuf* without_tag(const PortRules& port,
                      const wire::FrameHead& head,
                      rte_mbuf* frame,
                      bool pop,
                      rte_mempool* heads) {
    const bool beside = port::has_tag_beside(frame);
    port::clear_tag_beside(frame);
    if (pop) return port::take_tag(frame, heads);
    if (!beside || reads_tag(port, head)) return frame;
    return port::put_tag(frame, head.tpid, head.tci, heads);
}

/// Gives the frame its inner form: its VLAN in `tci`, and in the bytes no tag but payload.
template <typename Frame>
[[gnu::always_inline]] inline Drop enter(const PortRules& port,
                                         const wire::FrameHead& head,
                                         Frame& frame,
                                         rte_mempool* heads) {
    const Admission admission = admit(port, head);
    if (admission.drop != Drop::None) [[unlikely]]
        return admission.drop;

    frame.tci = admission.tci;
    if (admission.pop || port::has_tag_beside(frame.mbuf)) {
        rte_mbuf* const inner = without_tag(port, head, frame.mbuf, admission.pop, heads);
        if (inner == nullptr) [[unlikely]]
            return Drop::NoBuffer;
        frame.mbuf = inner;
    }
    return Drop::None;
}

/// Of a frame in its inner form: two that differ have another one, but for chance.
std::uint64_t digest_of(const rte_mbuf* frame, VlanId vlan) {
    constexpr std::uint32_t kMostLooked = 2048;
    std::array<std::uint8_t, kMostLooked> room;
    const std::uint32_t length = std::min(frame->pkt_len, kMostLooked);
    std::uint32_t upper = vlan.value, lower = frame->pkt_len;
    rte_jhash_2hashes(rte_pktmbuf_read(frame, 0, length, room.data()), length, &upper, &lower);
    return std::uint64_t{upper} << 32 | lower;
}

/// The entry is of a client of the vswitch.  One that has outlived its adapter is of nobody.
bool is_local(const SwitchRules& rules, VswitchId vswitch, const AddressEntry& found) {
    if (found.adapter.index >= rules.adapters()) return false;
    const PortRules& owner = rules.port(found.adapter);
    return owner.present && owner.vswitch == vswitch && !owner.is_trunk;
}

}  // namespace

std::uint64_t Forwarder::admit_all(const SwitchRules& rules,
                                   AdapterId from,
                                   std::span<rte_mbuf* const> received,
                                   Burst& burst) {
    const PortRules& port = rules.port(from);
    if (port.is_trunk && !parts_.shared.slots().may_bring_in(rules.slot_of(from), from))
        [[unlikely]]
        return refuse(from, received);
    const AddressTable& table = parts_.shared.table(port.vswitch);
    Repeat repeat;
    const auto judge = [&](Frame & frame) __attribute__((always_inline)) {
        const Repeat::Answer known = repeat.ask(frame.mbuf);
        if (!known.same_sender) {
            const Judged judged = admit_one(rules, from, frame, burst);
            repeat.note(judged.may_repeat, frame.tci, frame.source);
            return judged.drop;
        }
        frame.tci = repeat.tci();
        frame.source = repeat.source();
        frame.destination = known.same_receiver ? burst.destinations.last()
                                                : burst.destinations.add(table.probe(AddressKey(
                                                      port.vswitch, frame.tci.vid(), known.dst)));
        return Drop::None;
    };
    port::Tally counted = tally(from);
    const auto count = static_cast<std::uint16_t>(received.size());
    return burst.frames.fill(received.data(), count, counted, judge);
}

std::uint64_t Forwarder::refuse(AdapterId from, std::span<rte_mbuf* const> received) {
    port::Tally counted = tally(from);
    std::uint64_t bytes = 0;
    for (rte_mbuf* const frame : received) {
        bytes += port::length_of(frame);
        counted.drop(frame, Direction::In, Drop::NotActive);
    }
    return bytes;
}

// Apart from admit_all()'s loop, so that what that needs for most frames stays in registers.
Forwarder::Judged Forwarder::admit_one(const SwitchRules& rules,
                                       AdapterId from,
                                       Frame& frame,
                                       Burst& burst) {
    const PortRules& port = rules.port(from);
    if (port::length_of(frame.mbuf) > kMaxVirtualFrame) [[unlikely]]
        return {.drop = Drop::Oversize};

    const wire::FrameHead head = port::parse(frame.mbuf);
    if (const Drop why = enter(port, head, frame, parts_.heads); why != Drop::None) [[unlikely]]
        return {.drop = why};
    if (port::has_offload(frame.mbuf)) [[unlikely]] {
        poll_.has_offloads = true;
        if (const Drop wrong = port::check_offload(frame.mbuf); wrong != Drop::None)
            return {.drop = wrong};
    }
    const AddressTable& table = parts_.shared.table(port.vswitch);
    const auto probe = [&](AddressKey key) { return table.probe(key); };
    const auto key = [&](MacAddress mac) { return AddressKey(port.vswitch, frame.tci.vid(), mac); };
    frame.source = burst.sources.number_of(key(head.src), probe);
    frame.destination = burst.destinations.number_of(key(head.dst), probe);
    return {.may_repeat = !head.is_tagged()};
}

void Forwarder::look_at_sources(const SwitchRules& rules,
                                AdapterId from,
                                Burst& burst,
                                Instant now) {
    const PortRules& port = rules.port(from);
    const AddressTable& table = parts_.shared.table(port.vswitch);
    const auto judge = [&](const AddressProbe& source) {
        if (!port.is_trunk)
            return judge_local_source(port.vswitch, source, from, port.max_macs, now);
        // Bridged addresses are never learned (design 4).  A local client's address coming in from
        // the outside is its own frame on the way back: a loop, or a switch that echoes.
        const FoundEntry found = table.find(source);
        return found && is_local(rules, port.vswitch, *found) ? Drop::LocalSource : Drop::None;
    };

    std::array<Drop, port::kBurst> verdicts;
    bool all_pass = true;
    for (std::uint8_t number = 0; number < burst.sources.size(); ++number) {
        verdicts[number] = judge(burst.sources[number]);
        all_pass = all_pass && verdicts[number] == Drop::None;
    }
    if (all_pass) [[likely]]
        return;
    port::Tally counted = tally(from);
    burst.frames.filter(
        counted, Direction::In, [&](const Frame& frame) { return verdicts[frame.source]; });
}

Drop Forwarder::judge_local_source(VswitchId vswitch,
                                   const AddressProbe& source,
                                   AdapterId from,
                                   std::uint32_t max_macs,
                                   Instant now) {
    AddressTable& table = parts_.shared.table(vswitch);
    if (table.is_fresh(table.find(source), from, now)) [[likely]]
        return Drop::None;
    const Learning learning =
        parts_.shared.write_tables([&] { return table.learn(source.key, from, max_macs, now); });
    return learning == Learning::StaticElsewhere ? Drop::StaticViolation : Drop::None;
}

void Forwarder::leave_out_doubles(const SwitchRules& rules,
                                  AdapterId from,
                                  Burst& burst,
                                  Instant now) {
    using Watch = BroughtIn::Watch;
    const SlotId slot = rules.slot_of(from);
    BroughtIn& brought_in = parts_.shared.brought_in(slot);
    const std::uint64_t word = parts_.shared.slots().word(slot)->load(std::memory_order_acquire);
    const Watch watch = brought_in.watch(word, from, now);
    if (watch == Watch::Pass) [[likely]]
        return;
    port::Tally counted = tally(from);
    burst.frames.filter(counted, Direction::In, [&](const Frame& frame) {
        if (!burst.destinations[frame.destination].key.mac().is_multicast()) return Drop::None;
        const std::uint64_t digest = digest_of(frame.mbuf, frame.tci.vid());
        if (watch == Watch::Note) return brought_in.note(digest) ? Drop::None : Drop::HandOverFull;
        return brought_in.take(digest) ? Drop::BroughtTwice : Drop::None;
    });
}

void Forwarder::limit_storms(const SwitchRules& rules, AdapterId from, Burst& burst, Instant now) {
    const PortRules& port = rules.port(from);
    const AddressTable& table = parts_.shared.table(port.vswitch);
    StormControl& storms = intakes_[from.index].storms;
    storms.refill(port.storm, now);
    port::Tally counted = tally(from);
    burst.frames.filter(counted, Direction::In, [&](const Frame& frame) {
        const AddressProbe& to = burst.destinations[frame.destination];
        const Storm kind = storm_of(rules, from, to.key.mac(), [&] { return table.find(to); });
        return storms.lets_pass(kind) ? Drop::None : Drop::StormControl;
    });
}

}  // namespace sealane::hvswitch
