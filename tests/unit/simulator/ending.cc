// Once faults have ended all comes right in a bounded time (I6, I7), and stays so (I8, I13) without
// the loss of a frame (I11).
#include <array>
#include <sstream>

#include "control/failover/words.h"
#include "tests/unit/simulator/node.h"
#include "tests/unit/simulator/world.h"

namespace sealane::simulator {
namespace {

constexpr int kDrain = 4;  // ticks until what was said has come through

}  // namespace

void World::live_on() {
    const Instant by = now_ + Times::kRepair;
    Instant since = now_;
    std::uint64_t changes = monitor_.changes();
    std::array<ha::Role, kNodes> roles{};
    while (tick()) {
        const std::array<ha::Role, kNodes> are{node(0).role(), node(1).role()};
        if (!is_right() || roles != are || monitor_.changes() != changes) since = now_;
        roles = are;
        changes = monitor_.changes();
        if (now_ - since >= Times::kCalm) break;
        if (now_ >= by)
            monitor_.fail(core_ == Core::Whole ? "I7: the pair does not come to what it should be"
                                               : "I6: the pair does not come to rest");
    }
    if (!monitor_.broken().empty()) return;
    tell("all is right");
    stay_so();
    if (monitor_.broken().empty() && core_ == Core::Whole && luck_.one_in(4)) switch_over();
}

/// Nothing moves, and every frame comes through.
void World::stay_so() {
    const auto drain = [this] {
        speaks_ = false;
        for (int i = 0; i < kDrain && tick(); ++i) {
        }
        speaks_ = true;
    };
    drain();
    const Delivered said = spoken_, came = monitor_.delivered();
    const std::uint64_t changes = monitor_.changes();
    const std::array<ha::Role, kNodes> roles{node(0).role(), node(1).role()};
    for (const Instant end = now_ + Times::kStable; now_ < end && tick();) {
        const bool same = roles[0] == node(0).role() && roles[1] == node(1).role();
        if (monitor_.changes() != changes || !same)
            monitor_.fail(core_ == Core::Cut ? "I13: something moved with the channel cut for good"
                                             : "I8: something moved without a fault");
    }
    drain();
    if (spoken_.outward - said.outward != monitor_.delivered().outward - came.outward ||
        spoken_.inward - said.inward != monitor_.delivered().inward - came.inward)
        monitor_.fail("I6: the pair is at rest, and frames do not come through");
}

/// By a command, while clients talk: late at most, never lost.
void World::switch_over() {
    const bool shared = shares();
    const std::size_t from = better();
    Node::Setting& setting = node(shared ? 1 - from : from).setting;
    setting.mode = shared ? ha::Mode::Auto : ha::Mode::Standby;
    if (!shared) node(1 - from).setting.mode = ha::Mode::Auto;
    tell("told to switch over");
    const Delivered said = spoken_, came = monitor_.delivered();
    for (const Instant by = now_ + Times::kRepair; tick() && !is_right();) {
        if (now_ >= by) monitor_.fail("I7: the pair does not switch over as it was told");
    }
    speaks_ = false;
    for (int i = 0; i < kDrain && tick(); ++i) {
    }
    if (spoken_.outward - said.outward != monitor_.delivered().outward - came.outward ||
        spoken_.inward - said.inward != monitor_.delivered().inward - came.inward)
        monitor_.fail("I11: frames were lost in a planned switch-over");
}

/// The rank of reference 3.3 as the world sees it, of two nodes that both work.
std::size_t World::better() const {
    const Node::Setting &a = nodes_[0]->setting, &b = nodes_[1]->setting;
    const bool a_stands_by = a.mode == ha::Mode::Standby, b_stands_by = b.mode == ha::Mode::Standby;
    if (a_stands_by != b_stands_by) return a_stands_by ? 1 : 0;
    return a.priority <= b.priority ? 0 : 1;
}

bool World::shares() const {
    const Node::Setting &a = nodes_[0]->setting, &b = nodes_[1]->setting;
    return a.mode == ha::Mode::Sharing && b.mode == ha::Mode::Sharing && a.vlans == b.vlans;
}

/// With noauto_failback whoever has the slots keeps them, unless a command says otherwise.
bool World::is_right() {
    const bool stays =
        node(0).setting.noauto_failback && !shares() &&
        (node(0).setting.mode == ha::Mode::Standby) == (node(1).setting.mode == ha::Mode::Standby);
    const std::size_t first = stays ? node_of(word(0).owner) : better();
    for (std::size_t trunk = 0; trunk < kTrunks; ++trunk) {
        const SlotWord said = word(trunk);
        const std::size_t owner = node_of(said.owner);
        if (owner == kNodes || said.phase != SlotPhase::Settled || !node(owner).bridges())
            return false;
        const std::size_t should = shares() && trunk >= kTrunks / 2 ? 1 - first : first;
        if (core_ == Core::Whole && owner != should) return false;
    }
    return true;
}

std::string World::standing() {
    std::ostringstream text;
    for (std::size_t i = 0; i < kNodes; ++i) {
        const Node& it = node(i);
        text << "           node " << i << ": priority " << +it.setting.priority << ", ha_mode "
             << failover::name_of(it.setting.mode) << ", VLAN lists " << it.setting.vlans
             << (it.setting.noauto_failback ? ", noauto_failback" : "")
             << (it.is_alive() ? ", " : ", dead, ") << failover::name_of(it.role())
             << (it.link ? "\n" : ", link down\n");
    }
    return text.str();
}

}  // namespace sealane::simulator
