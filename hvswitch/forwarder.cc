#include "hvswitch/forwarder.h"

#include <array>

#include "dataplane/port/offload.h"
#include "hvswitch/rules/admit.h"
#include "hvswitch/rules/route.h"

namespace sealane::hvswitch {
namespace {

/// Longest frame of a virtual adapter, tag included, FCS excluded (reference
/// powervm-network.md 1.1).
constexpr std::uint32_t kMaxFrame = 65408;

/// Gives the frame its inner form: its VLAN in `tci`, and in the bytes no tag but payload.
Drop enter(const PortRules& port, port::Frame& frame, rte_mempool* heads) {
    if (port::length_of(frame.mbuf) > kMaxFrame) return Drop::Oversize;
    const Admission admission = admit(port, frame.head);
    if (admission.drop != Drop::None) return admission.drop;

    const bool put_back = port::has_tag_beside(frame.mbuf) && !reads_tag(port, frame.head);
    port::clear_tag_beside(frame.mbuf);
    rte_mbuf* inner = frame.mbuf;
    if (admission.pop) inner = port::take_tag(frame.mbuf, heads);
    if (put_back) inner = port::put_tag(frame.mbuf, frame.head.tpid, frame.head.tci, heads);
    if (inner == nullptr) return Drop::NoBuffer;
    frame.mbuf = inner;
    frame.tci = admission.tci;
    if (port::has_offload(inner)) [[unlikely]]
        return port::check_offload(inner);
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

/// The entry is of a client of the vswitch.  One that has outlived its adapter is of nobody.
bool is_local(const SwitchRules& rules, VswitchId vswitch, const AddressEntry& found) {
    if (found.adapter.index >= rules.adapters()) return false;
    const PortRules& owner = rules.port(found.adapter);
    return owner.present && owner.vswitch == vswitch && !owner.is_trunk;
}

}  // namespace

Forwarder::Forwarder(Parts parts) : parts_(parts), outbox_(parts.outlets.size()) {
    receivers_.reserve(parts.outlets.size());
}

unsigned Forwarder::forward(AdapterId from, Instant now) {
    port::Tally counted = tally(from);
    std::array<rte_mbuf*, port::kBurst> received;
    const std::uint16_t count = port(from).receive(received.data(), port::kBurst, counted);
    if (count == 0) return 0;

    const SwitchRules& rules = parts_.shared.rules();
    port::Batch batch;
    counted.received(count, batch.fill(received.data(), count));
    admit_all(rules, from, batch);
    look_at_sources(rules, from, batch, now);
    counted.admitted(batch.size());
    route_all(rules, from, batch);
    emit_all(rules);
    return count;
}

void Forwarder::service(AdapterId adapter, Instant now) {
    port::Tally counted = tally(adapter);
    parts_.outlets[adapter.index]->service(now, counted);
}

void Forwarder::admit_all(const SwitchRules& rules, AdapterId from, port::Batch& batch) {
    port::Tally counted = tally(from);
    const PortRules& port = rules.port(from);
    if (port.is_trunk && !parts_.shared.slots().holds(rules.slot_of(from), from)) {
        batch.filter(counted, Direction::In, [](const port::Frame&) { return Drop::NotActive; });
        return;
    }
    batch.filter(counted, Direction::In, [&](port::Frame& frame) {
        return enter(port, frame, parts_.heads);
    });
}

void Forwarder::look_at_sources(const SwitchRules& rules,
                                AdapterId from,
                                port::Batch& batch,
                                Instant now) {
    const PortRules& port = rules.port(from);
    AddressTable& table = parts_.shared.table(port.vswitch);
    const auto source_of = [&](const port::Frame& frame) {
        return AddressKey(port.vswitch, frame.tci.vid(), frame.head.src);
    };
    for (const port::Frame& frame : batch.frames()) {
        table.prefetch(source_of(frame));
        table.prefetch(AddressKey(port.vswitch, frame.tci.vid(), frame.head.dst));
    }

    port::Tally counted = tally(from);
    if (port.is_trunk) {
        // Bridged addresses are never learned (design 4).  A local client's address coming in from
        // the outside is its own frame on the way back: a loop, or a switch that echoes.
        batch.filter(counted, Direction::In, [&](const port::Frame& frame) {
            const auto found = table.find(source_of(frame));
            return found && is_local(rules, port.vswitch, *found) ? Drop::LocalSource : Drop::None;
        });
        return;
    }
    batch.filter(counted, Direction::In, [&](const port::Frame& frame) {
        const AddressKey source = source_of(frame);
        if (table.is_fresh(table.find(source), from, now)) [[likely]]
            return Drop::None;
        const Learning learning = parts_.shared.write_tables(
            [&] { return table.learn(source, from, port.max_macs, now); });
        return learning == Learning::StaticElsewhere ? Drop::StaticViolation : Drop::None;
    });
}

void Forwarder::route_all(const SwitchRules& rules, AdapterId from, port::Batch& batch) {
    const PortRules& port = rules.port(from);
    const AddressTable& table = parts_.shared.table(port.vswitch);
    port::Tally counted = tally(from);
    for (const port::Frame& frame : batch.release()) {
        const VlanId vlan = frame.tci.vid();
        const MacAddress dst = frame.head.dst;
        const auto found =
            dst.is_multicast() ? std::nullopt : table.find(AddressKey(port.vswitch, vlan, dst));
        const Route way = route(rules, parts_.shared.slots(), from, vlan, dst, found);
        switch (way.kind) {
            case Route::Kind::One:
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

void Forwarder::copy_to_all(const SwitchRules& rules, AdapterId from, const port::Frame& frame) {
    receivers_.clear();
    for_each_receiver(rules, parts_.shared.slots(), from, frame.tci.vid(), [&](AdapterId to) {
        receivers_.push_back(to);
    });
    port::Tally counted = tally(from);
    if (receivers_.empty()) return counted.drop(frame.mbuf, Direction::Between, Drop::NoReceiver);

    // The last receiver gets the original; a copy refers to its bytes, so nothing is copied.
    counted.copied(receivers_.size() - 1);
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

void Forwarder::emit_all(const SwitchRules& rules) {
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
        if (leaving > 0) parts_.outlets[to.index]->emit(frames.data(), leaving, counted);
    });
}

}  // namespace sealane::hvswitch
