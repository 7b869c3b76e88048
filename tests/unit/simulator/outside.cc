// Frames: clients, the switch of the hypervisor, the switch outside, and a host behind that.
#include <utility>

#include "tests/unit/simulator/node.h"
#include "tests/unit/simulator/world.h"

namespace sealane::simulator {

/// On each trunk a client and the host say something, now and then to all.
void World::speak() {
    if (!speaks_) return;
    std::uint64_t lots = luck_.draw();
    for (std::size_t trunk = 0; trunk < kTrunks; ++trunk, lots >>= 16) {
        if ((lots & 3) != 0) {
            const bool to_all = (lots & 0x1c) == 0;
            if (!to_all) ++spoken_.outward;
            ++made_;
            const AdapterId by = word(trunk).outward();
            const Probe probe{to_all ? Probe::Kind::OutwardToAll : Probe::Kind::Outward, ++number_};
            if (by == kNoAdapter) {
                end(1);
            } else {
                pending_.push_back({.node = node_of(by), .trunk = trunk, .probe = probe});
            }
        }
        if ((lots & 0x300) != 0) {
            const bool to_all = (lots & 0x1c00) == 0;
            if (!to_all) ++spoken_.inward;
            const Probe probe{to_all ? Probe::Kind::InwardToAll : Probe::Kind::Inward, ++number_};
            to_wires(trunk, probe, kNodes);
        }
    }
}

void World::hand_on_pending() {
    for (const Pending& it : std::exchange(pending_, {})) {
        node(it.node).from_switch(it.trunk, it.probe);
    }
}

/// The outside switch: to where it learned the clients, else to all but where it came from.
void World::to_wires(std::size_t trunk, const Probe& probe, std::size_t except) {
    std::size_t& learned = learned_[trunk];
    if (learned != kNodes && !node(learned).link) learned = kNodes;  // it forgets with a port
    Probe copy = probe;
    copy.is_flooded = probe.is_to_all() || learned == kNodes;
    for (std::size_t i = 0; i < kNodes; ++i) {
        if (i != except && (copy.is_flooded || learned == i)) to_wire(i, trunk, copy);
    }
}

void World::to_wire(std::size_t to, std::size_t trunk, const Probe& probe) {
    ++made_;
    node(to).from_wire(trunk, probe);
}

/// A node's frame to the outside, which learns.  It ends at the host; copies go to other ports.
void World::carry_out(std::size_t from, std::size_t trunk, const Probe& probe) {
    monitor_.carried_out(from, trunk, word(trunk));
    end(1);
    if (!node(from).link) return;
    learned_[trunk] = from;
    monitor_.delivered(trunk, probe);
    if (probe.is_to_all()) to_wires(trunk, probe, from);
}

void World::announce(std::size_t from, std::size_t trunk) {
    if (!node(from).link) return;
    learned_[trunk] = from;
    to_wires(trunk, {Probe::Kind::Rarp, ++number_}, from);
}

/// The hypervisor's switch, at one of its trunk ports.
void World::bring_in(std::size_t from, std::size_t trunk, const Probe& probe) {
    end(1);
    const hvswitch::SlotId slot{static_cast<std::uint16_t>(trunk)};
    const AdapterId adapter = adapter_of(from, trunk);
    if (!slots_.may_bring_in(slot, adapter)) return;
    const SlotWord said = word(trunk);
    monitor_.brought_in(from, trunk, said, probe);
    if (probe.is_from_client()) return;  // Drop::LocalSource
    if (probe.is_to_all()) {
        using Watch = hvswitch::BroughtIn::Watch;
        const std::uint64_t digest = probe.number * 0x9e37'79b9'7f4a'7c15;
        const Watch watch = brought_in_[trunk].watch(said.bits(), adapter, now_);
        if (watch == Watch::Note && !brought_in_[trunk].note(digest)) return;
        const bool was_there = watch == Watch::Compare && brought_in_[trunk].take(digest);
        if (was_there && !has(Mutant::BringsInTwice)) return;
    }
    monitor_.delivered(trunk, probe);
}

std::uint64_t World::frames_under_way() const {
    return pending_.size() + nodes_[0]->queued() + nodes_[1]->queued();
}

}  // namespace sealane::simulator
