#include "hvswitch/forwarder.h"

#include <algorithm>
#include <array>
#include <optional>

#include <rte_jhash.h>

#include "dataplane/port/offload.h"
#include "hvswitch/repeat.h"
#include "hvswitch/rules/admit.h"
#include "hvswitch/rules/route.h"
#include "hvswitch/ways.h"

namespace sealane::hvswitch {
namespace {

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

/// Gives frames their outer form: their tag beside them, if the adapter's peer shall see one.
class Leave {
  public:
    explicit Leave(const PortRules& port) : port_(port) {}

    /// True if all leave as they are, as most bursts do: then there is nothing to do.
    bool leaves_alone(std::span<const wire::Tci> tcis) {
        look_up(tcis.front().vid());
        if (way_ != Egress::Untagged || hopping_) return false;
        unsigned difference = 0;  // of all, at once: what ended early would cost more
        for (const wire::Tci tci : tcis) {
            difference |= static_cast<unsigned>(tci.value ^ tcis.front().value);
        }
        return wire::Tci{static_cast<std::uint16_t>(difference)}.vid().value == 0;
    }

    Drop operator()(rte_mbuf* frame, wire::Tci tci) {
        if (tci.vid() != vlan_) look_up(tci.vid());
        switch (way_) {
            case Egress::Tagged:
                port::set_tag_beside(frame, tci);
                return Drop::None;
            case Egress::Untagged:
                return hopping_ && port::ether_type_of(frame) == *hopping_ ? Drop::DoubleTag
                                                                           : Drop::None;
            case Egress::NotMember:
                break;  // route() sends nobody such a frame; if it ever did, it must not leak
        }
        return Drop::EgressVlan;
    }

  private:
    void look_up(VlanId vlan) {
        vlan_ = vlan;
        way_ = egress(port_, vlan);
        hopping_ = hopping_type(port_, vlan);
    }

    const PortRules& port_;
    VlanId vlan_{0};  // no frame's
    Egress way_ = Egress::NotMember;
    std::optional<std::uint16_t> hopping_;
};

/// Returns how many of them leave, which stand first then; the others are dropped.
std::uint16_t leave_all(const PortRules& port,
                        std::span<rte_mbuf*> frames,
                        std::span<const wire::Tci> tcis,
                        port::Tally& counted) {
    Leave leave(port);
    if (leave.leaves_alone(tcis)) return static_cast<std::uint16_t>(frames.size());
    std::uint16_t leaving = 0;
    for (std::size_t i = 0; i < frames.size(); ++i) {
        rte_mbuf* const frame = frames[i];
        if (const Drop why = leave(frame, tcis[i]); why != Drop::None) [[unlikely]] {
            counted.offered(1);
            counted.drop(frame, Direction::Out, why);
        } else {
            frames[leaving++] = frame;
        }
    }
    return leaving;
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
    Burst burst;
    const std::uint64_t bytes = admit_all(rules, from, {received.data(), count}, burst);
    counted.received(count, bytes);
    poll_.spent.bytes = bytes;
    poll_.spent.taken = count;
    look_at_sources(rules, from, burst, now);
    if (rules.port(from).is_trunk) leave_out_doubles(rules, from, burst, now);
    if (rules.port(from).storm.any()) [[unlikely]]
        limit_storms(rules, from, burst, now);
    counted.admitted(burst.frames.size());
    route_all(rules, from, burst);
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

void Forwarder::route_all(const SwitchRules& rules, AdapterId from, Burst& burst) {
    const AddressTable& table = parts_.shared.table(rules.port(from).vswitch);
    Ways ways;
    for (std::uint8_t number = 0; number < burst.destinations.size(); ++number) {
        const AddressProbe& probe = burst.destinations[number];
        const VlanId vlan = probe.key.vlan();
        const MacAddress dst = probe.key.mac();
        const FoundEntry found = dst.is_multicast() ? FoundEntry() : table.find(probe);
        ways.add(vlan, dst.is_multicast(), found, [&] {
            return route(rules, parts_.shared.slots(), from, vlan, dst, found);
        });
    }

    const std::span<const Frame> frames = burst.frames.release();
    for (std::size_t at = 0, end = 0; at < frames.size(); at = end) {
        const std::uint8_t way = ways.number(frames[at].destination);
        end = at + 1;
        if (ways.is_only_one()) {
            end = frames.size();
        } else {
            while (end < frames.size() && ways.number(frames[end].destination) == way)
                ++end;
        }
        send_by(rules, from, ways.route(way), frames.subspan(at, end - at));
    }
}

void Forwarder::send_by(const SwitchRules& rules,
                        AdapterId from,
                        const Route& way,
                        std::span<const Frame> frames) {
    port::Tally counted = tally(from);
    switch (way.kind) {
        case Route::Kind::One:
            if (!poll_.has_offloads) [[likely]]
                return outbox_.put(way.to, frames);
            for (const Frame& frame : frames) {
                if (may_be_cut(rules, way.to, frame.mbuf)) {
                    outbox_.put(way.to, frame.mbuf, frame.tci);
                } else {
                    counted.drop(frame.mbuf, Direction::Between, Drop::TooManySegments);
                }
            }
            return;
        case Route::Kind::Fanout:
            for (const Frame& frame : frames) {
                copy_to_all(rules, from, frame);
            }
            return;
        case Route::Kind::Dropped:
            for (const Frame& frame : frames) {
                counted.drop(frame.mbuf, way.charged, way.why);
            }
            return;
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
    outbox_.flush([&](AdapterId to, std::span<rte_mbuf*> frames, std::span<const wire::Tci> tcis) {
        const PortRules& port = rules.port(to);
        port::Tally counted = tally(to);
        if (!port.enabled) [[unlikely]] {
            counted.offered(frames.size());
            for (rte_mbuf* frame : frames) {
                counted.drop(frame, Direction::Out, Drop::PortDisabled);
            }
            return;
        }
        const std::uint16_t leaving = leave_all(port, frames, tcis, counted);
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
