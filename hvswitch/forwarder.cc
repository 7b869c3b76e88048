#include "hvswitch/forwarder.h"

#include <array>

#include "dataplane/port/offload.h"
#include "hvswitch/leave.h"
#include "hvswitch/rules/route.h"
#include "hvswitch/ways.h"

namespace sealane::hvswitch {

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

void Forwarder::forget(AdapterId adapter) {
    Intake& intake = intakes_[adapter.index];
    intake.allowance = {};
    intake.storms = {};
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
