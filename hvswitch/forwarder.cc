#include "hvswitch/forwarder.h"

#include <algorithm>
#include <array>

#include <rte_jhash.h>

#include "dataplane/port/offload.h"
#include "hvswitch/memo.h"
#include "hvswitch/rules/admit.h"
#include "hvswitch/rules/route.h"

namespace sealane::hvswitch {
namespace {

/// Longest frame of a virtual adapter, tag included, FCS excluded (reference
/// powervm-network.md 1.1).
constexpr std::uint32_t kMaxFrame = 65408;
/// Of the large frames to many of one burst, at all receivers together: for as long as it takes to
/// make them everybody else waits.  The longest with an MSS of 1448 goes to 91 adapters that want
/// it cut.
constexpr std::uint64_t kMostPieces = 4096;
/// Of the large frames to one of one burst, for the same reason.  A burst of the longest is 7,808
/// with the least MSS that anybody need use (RFC 879).
constexpr std::uint64_t kMostSegments = 8192;

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

/// Gives the frame its outer form: its tag beside it, if the adapter's peer shall see one.
Drop leave(const PortRules& port, rte_mbuf* frame) {
    const wire::Tci tci{frame->vlan_tci};
    switch (egress(port, tci.vid())) {
        case Egress::Tagged:
            port::set_tag_beside(frame, tci);
            return Drop::None;
        case Egress::Untagged:
            return hops_out(port, tci.vid(), port::ether_type_of(frame)) ? Drop::DoubleTag
                                                                         : Drop::None;
        case Egress::NotMember:
            break;  // route() sends nobody such a frame; if it ever did, it must not leak
    }
    return Drop::EgressVlan;
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

Forwarder::Forwarder(Parts parts)
    : parts_(parts), intakes_(parts.outlets.size()), outbox_(parts.outlets.size()) {
    receivers_.reserve(parts.outlets.size());
}

unsigned Forwarder::forward(AdapterId from, Instant now) {
    port::Tally counted = tally(from);
    std::array<rte_mbuf*, port::kBurst> received;
    Intake& intake = intakes_[from.index];
    port::Allowance& allowance = intake.allowance;
    const std::uint16_t count = port(from).receive(received.data(), allowance.room(), counted);
    if (count == 0) {
        intake.empty_polls.add(1);
        return 0;
    }

    const SwitchRules& rules = parts_.shared.rules();
    poll_ = {};
    Batch batch;
    const std::uint64_t bytes = admit_all(rules, from, {received.data(), count}, batch);
    counted.received(count, bytes);
    poll_.spent.bytes = bytes;
    poll_.spent.taken = count;
    look_at_sources(rules, from, batch, now);
    if (rules.port(from).is_trunk) leave_out_doubles(rules, from, batch, now);
    if (rules.port(from).storm.any()) [[unlikely]]
        limit_storms(rules, from, batch, now);
    counted.admitted(batch.size());
    route_all(rules, from, batch);
    emit_all(rules, from);
    allowance.spent(poll_.spent);
    return count;
}

void Forwarder::service(AdapterId adapter, Instant now) {
    port::Tally counted = tally(adapter);
    parts_.outlets[adapter.index]->service(now, counted);
}

std::uint64_t Forwarder::admit_all(const SwitchRules& rules,
                                   AdapterId from,
                                   std::span<rte_mbuf* const> received,
                                   Batch& batch) {
    const PortRules& port = rules.port(from);
    const bool active =
        !port.is_trunk || parts_.shared.slots().may_bring_in(rules.slot_of(from), from);
    const AddressTable& table = parts_.shared.table(port.vswitch);
    const auto probe = [&](MacAddress mac, VlanId vlan) {
        return table.probe(AddressKey(port.vswitch, vlan, mac));
    };
    Repeat<Frame> repeat;
    const auto judge = [&](Frame& frame) {
        if (!active) [[unlikely]]
            return Drop::NotActive;
        if (port::length_of(frame.mbuf) > kMaxFrame) [[unlikely]]
            return Drop::Oversize;
        if (repeat.answers(frame, probe)) return Drop::None;

        const wire::FrameHead head = port::parse(frame.mbuf);
        const Drop why = enter(port, head, frame, parts_.heads);
        if (why != Drop::None) [[unlikely]]
            return why;
        if (port::has_offload(frame.mbuf)) [[unlikely]] {
            poll_.has_offloads = true;
            if (const Drop wrong = port::check_offload(frame.mbuf); wrong != Drop::None)
                return wrong;
        }
        frame.source = probe(head.src, frame.tci.vid());
        frame.destination = probe(head.dst, frame.tci.vid());
        repeat.note(frame, head);
        return Drop::None;
    };
    port::Tally counted = tally(from);
    return batch.fill(received.data(), static_cast<std::uint16_t>(received.size()), counted, judge);
}

void Forwarder::look_at_sources(const SwitchRules& rules,
                                AdapterId from,
                                Batch& batch,
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

    port::Tally counted = tally(from);
    Last<Drop> verdict;
    batch.filter(counted, Direction::In, [&](const Frame& frame) {
        return verdict.of(frame.source.key, [&] { return judge(frame.source); });
    });
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
                                  Batch& batch,
                                  Instant now) {
    using Watch = BroughtIn::Watch;
    const SlotId slot = rules.slot_of(from);
    BroughtIn& brought_in = parts_.shared.brought_in(slot);
    const std::uint64_t word = parts_.shared.slots().word(slot)->load(std::memory_order_acquire);
    const Watch watch = brought_in.watch(word, from, now);
    if (watch == Watch::Pass) [[likely]]
        return;
    port::Tally counted = tally(from);
    batch.filter(counted, Direction::In, [&](const Frame& frame) {
        if (!frame.destination.key.mac().is_multicast()) return Drop::None;
        const std::uint64_t digest = digest_of(frame.mbuf, frame.tci.vid());
        if (watch == Watch::Note) return brought_in.note(digest) ? Drop::None : Drop::HandOverFull;
        return brought_in.take(digest) ? Drop::BroughtTwice : Drop::None;
    });
}

void Forwarder::limit_storms(const SwitchRules& rules, AdapterId from, Batch& batch, Instant now) {
    const PortRules& port = rules.port(from);
    const AddressTable& table = parts_.shared.table(port.vswitch);
    StormControl& storms = intakes_[from.index].storms;
    storms.refill(port.storm, now);
    port::Tally counted = tally(from);
    batch.filter(counted, Direction::In, [&](const Frame& frame) {
        const AddressProbe& to = frame.destination;
        const Storm kind = storm_of(rules, from, to.key.mac(), [&] { return table.find(to); });
        return storms.lets_pass(kind) ? Drop::None : Drop::StormControl;
    });
}

void Forwarder::route_all(const SwitchRules& rules, AdapterId from, Batch& batch) {
    const AddressTable& table = parts_.shared.table(rules.port(from).vswitch);
    port::Tally counted = tally(from);
    const bool has_offloads = poll_.has_offloads;
    Last<Route> last;
    for (const Frame& frame : batch.release()) {
        const AddressProbe& probe = frame.destination;
        const Route& way = last.of(probe.key, [&] {
            const MacAddress dst = probe.key.mac();
            const FoundEntry found = dst.is_multicast() ? FoundEntry() : table.find(probe);
            return route(rules, parts_.shared.slots(), from, probe.key.vlan(), dst, found);
        });
        switch (way.kind) {
            case Route::Kind::One:
                if (has_offloads && !may_be_cut(rules, way.to, frame.mbuf)) [[unlikely]] {
                    counted.drop(frame.mbuf, Direction::Between, Drop::TooManySegments);
                    break;
                }
                outbox_.put(way.to, frame.mbuf, frame.tci);
                break;
            case Route::Kind::Fanout:
                copy_to_all(rules, from, frame);
                break;
            case Route::Kind::Dropped:
                counted.drop(frame.mbuf, way.charged, way.why);
                break;
        }
    }
}

bool Forwarder::may_be_cut(const SwitchRules& rules, AdapterId to, const rte_mbuf* frame) {
    if (!port::is_large(frame)) return true;
    const std::uint64_t segments = poll_.segments + pieces_at(rules, to, frame);
    if (segments > kMostSegments) return false;
    poll_.segments = segments;
    return true;
}

void Forwarder::copy_to_all(const SwitchRules& rules, AdapterId from, const Frame& frame) {
    receivers_.clear();
    for_each_receiver(rules, parts_.shared.slots(), from, frame.tci.vid(), [&](AdapterId to) {
        receivers_.push_back(to);
    });
    port::Tally counted = tally(from);
    if (receivers_.empty()) return counted.drop(frame.mbuf, Direction::Between, Drop::NoReceiver);

    // Of an ordinary frame a copy costs less than to ask whether it is wanted.
    const bool is_dear = frame.mbuf->nb_segs > 1 || port::has_offload(frame.mbuf);
    if (is_dear) {
        std::uint64_t pieces = 0;
        for (const AdapterId to : receivers_) {
            pieces += pieces_at(rules, to, frame.mbuf);
        }
        if (poll_.flooded + pieces > kMostPieces)
            return counted.drop(frame.mbuf, Direction::Between, Drop::TooManySegments);
        poll_.flooded += pieces;
    }

    // The last receiver gets the original; a copy refers to its bytes, so nothing is copied.
    counted.copied(receivers_.size() - 1);
    if (is_dear) {
        leave_out_those_down(rules);
        if (receivers_.empty()) return rte_pktmbuf_free(frame.mbuf);
    }
    poll_.spent.bytes += (receivers_.size() - 1) * port::length_of(frame.mbuf);
    for (std::size_t i = 0; i + 1 < receivers_.size(); ++i) {
        rte_mbuf* const copy = rte_pktmbuf_clone(frame.mbuf, parts_.heads);
        if (copy == nullptr) [[unlikely]] {
            counted.drop_unmade(Direction::Between, Drop::NoBuffer);
        } else {
            outbox_.put(receivers_[i], copy, frame.tci);
        }
    }
    outbox_.put(receivers_.back(), frame.mbuf, frame.tci);
}

std::uint64_t Forwarder::pieces_at(const SwitchRules& rules,
                                   AdapterId to,
                                   const rte_mbuf* frame) const {
    // Over a link it goes whole, and is cut at the other end.
    return rules.port(to).is_trunk ? port::segments_of(frame)
                                   : parts_.outlets[to.index]->pieces_of(frame);
}

void Forwarder::leave_out_those_down(const SwitchRules& rules) {
    std::erase_if(receivers_, [&](AdapterId to) {
        if (!rules.port(to).enabled || port(to).is_up()) return false;
        port::Tally counted = tally(to);
        counted.offered(1);
        counted.drop_unmade(Direction::Out, Drop::PortDown);
        return true;
    });
}

void Forwarder::emit_all(const SwitchRules& rules, AdapterId from) {
    outbox_.flush([&](AdapterId to, std::span<rte_mbuf*> frames) {
        const PortRules& port = rules.port(to);
        port::Tally counted = tally(to);
        if (!port.enabled) [[unlikely]] {
            counted.offered(frames.size());
            for (rte_mbuf* frame : frames) {
                counted.drop(frame, Direction::Out, Drop::PortDisabled);
            }
            return;
        }
        std::uint16_t leaving = 0;
        for (rte_mbuf* frame : frames) {
            if (const Drop why = leave(port, frame); why != Drop::None) [[unlikely]] {
                counted.offered(1);
                counted.drop(frame, Direction::Out, why);
            } else {
                frames[leaving++] = frame;
            }
        }
        if (leaving == 0) return;
        if (port.is_trunk) {
            for (rte_mbuf* frame : frames.first(leaving)) {
                frame->port = from.index;  // what the SEA knows its sender by
                if (poll_.has_offloads) [[unlikely]]
                    poll_.spent.frames += port::segments_of(frame) - 1U;
            }
        }
        poll_.spent.frames += parts_.outlets[to.index]->emit(frames.data(), leaving, counted);
    });
}

}  // namespace sealane::hvswitch
