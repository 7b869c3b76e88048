// What befalls a schedule: each draws which faults it has, how often, and how long they last.
#include <algorithm>
#include <chrono>
#include <sstream>

#include "control/failover/words.h"
#include "tests/unit/simulator/node.h"
#include "tests/unit/simulator/world.h"

namespace sealane::simulator {
namespace {

using std::chrono::milliseconds;

constexpr Instant kForGood = Instant::max();

std::string of_node(std::size_t i) { return "node " + std::to_string(i) + ": "; }

std::string text_of(const Impairment& it) {
    std::ostringstream text;
    if (it.black_hole) text << " black hole";
    for (const auto& [key, value] : impairment_words(it)) {
        text << ' ' << key << '=' << value;
    }
    return text.str();
}

}  // namespace

void World::draw_schedule() {
    for (std::uint32_t& weight : weights_) {
        weight = luck_.one_in(3) ? 0 : static_cast<std::uint32_t>(1 + luck_.upto(7));
    }
    strikes_in_ = 3 + luck_.upto(37);
    const bool is_equal = luck_.one_in(4), share = luck_.one_in(4), other_vlans = luck_.one_in(8);
    const bool stays = luck_.one_in(6);
    const auto some = [&](int most) {
        return luck_.one_in(3) ? luck_.between({}, milliseconds{most}) : Duration{};
    };
    const Node::Setting drawn{.fb_delay = some(80),
                              .link_debounce = some(30),
                              .link_time = some(60),
                              .noauto_failback = stays};
    for (std::size_t i = 0; i < kNodes; ++i) {
        Node::Setting& setting = node(i).setting = drawn;
        setting.priority = static_cast<std::uint8_t>(is_equal ? 1 : i + 1);
        setting.mode = share             ? ha::Mode::Sharing
                       : luck_.one_in(2) ? ha::Mode::Auto
                                         : static_cast<ha::Mode>(luck_.upto(2));
        if (other_vlans) setting.vlans += i;
        start_at_[i] = luck_.one_in(2) ? now_ : soon(milliseconds{100});
    }
}

void World::strike() {
    if (!luck_.one_in(strikes_in_)) return;
    std::uint64_t sum = 0;
    for (const std::uint32_t weight : weights_) {
        sum += weight;
    }
    if (sum == 0) return;
    std::uint64_t lot = luck_.upto(sum - 1);
    std::size_t which = 0;
    while (lot >= weights_[which]) {
        lot -= weights_[which++];
    }
    strike(static_cast<Fault>(which), luck_.upto(kNodes - 1));
}

void World::strike(Fault fault, std::size_t at) {
    Node& it = node(at);
    switch (fault) {
        case Fault::Kill:
        case Fault::Stop:
            tell(of_node(at) + (fault == Fault::Kill ? "killed" : "stopped in order"));
            if (fault == Fault::Kill) {
                it.kill();
            } else {
                it.stop();
            }
            start_at_[at] = soon(milliseconds{200});
            if (luck_.one_in(8)) it.setting.vlans ^= 1;
            return;
        case Fault::Pause:
            it.control_sleeps = it.dataplane_sleeps = soon(milliseconds{150});
            return tell(of_node(at) + "the process stands still");
        case Fault::PauseControl:
            it.control_sleeps = soon(milliseconds{200});
            return tell(of_node(at) + "its agent stands still");
        case Fault::PauseDataplane:
            it.dataplane_sleeps = soon(milliseconds{100});
            return tell(of_node(at) + "its dataplane stands still");
        case Fault::PauseHypervisor:
            hypervisor_sleeps_ = soon(milliseconds{60});
            return tell("the hypervisor's control stands still");
        case Fault::LateTimers:
            it.timers_late = soon(milliseconds{120});
            return tell(of_node(at) + "its timers are late");
        case Fault::Link:
            it.link = false;
            link_until_[at] = soon(milliseconds{luck_.one_in(2) ? 20 : 200});
            return tell(of_node(at) + "link down");
        case Fault::Silence:
            it.gateway = false;
            silent_until_[at] = soon(milliseconds{200});
            return tell(of_node(at) + "its gateway is silent");
        case Fault::Channel:
            change_channel(at);
            if (luck_.one_in(2)) change_channel(1 - at);
            return;
        case Fault::Mode:
            it.setting.mode = static_cast<ha::Mode>(luck_.upto(2));
            return tell(of_node(at) + "told ha_mode " +
                        std::string(failover::name_of(it.setting.mode)));
        case Fault::Replay:
        case Fault::Reflect:
            if (recorded_.empty()) return;
            letters_.push_back(recorded_[luck_.upto(recorded_.size() - 1)]);
            letters_.back().due = now_;
            if (fault == Fault::Reflect) letters_.back().to = letters_.back().from;
            return tell("a recorded message of node " + std::to_string(letters_.back().from) +
                        " is played to node " + std::to_string(letters_.back().to));
    }
}

void World::change_channel(std::size_t from) {
    const auto share_of = [&](double most) {
        return luck_.one_in(2) ? 0.0 : most * static_cast<double>(luck_.upto(100)) / 100;
    };
    const Impairment bad{
        .loss = share_of(0.6),
        .burst_begin = share_of(0.2),
        .burst_end = 0.3,
        .duplicate = share_of(0.5),
        .corrupt = share_of(0.3),
        .reorder = share_of(0.3),
        .reorder_by = luck_.between({}, milliseconds{60}),
        .delay = luck_.one_in(2) ? Duration{} : luck_.between({}, milliseconds{60}),
        .jitter = luck_.one_in(2) ? Duration{} : luck_.between({}, milliseconds{30}),
        .black_hole = luck_.one_in(4)};
    channel_[from].change(bad);
    channel_until_[from] = soon(milliseconds{400});
    if (tells_) tell("channel from node " + std::to_string(from) + ":" + text_of(bad));
}

void World::end_what_is_over() {
    for (std::size_t i = 0; i < kNodes; ++i) {
        if (!node(i).is_alive() && now_ >= start_at_[i]) {
            tell(of_node(i) + "starts");
            node(i).start();
        }
        if (!node(i).link && now_ >= link_until_[i]) {
            tell(of_node(i) + "link up");
            node(i).link = true;
        }
        if (!node(i).gateway && now_ >= silent_until_[i]) {
            tell(of_node(i) + "its gateway answers");
            node(i).gateway = true;
        }
        if (now_ >= channel_until_[i] && channel_[i].impairment() != Impairment{}) {
            tell("channel from node " + std::to_string(i) + ": well");
            channel_[i].change({});
        }
    }
}

void World::heal() {
    tell("faults end");
    hypervisor_sleeps_ = {};
    for (Letter& letter : letters_) {
        letter.due = std::min(letter.due, now_);
    }
    for (std::size_t i = 0; i < kNodes; ++i) {
        start_at_[i] = link_until_[i] = silent_until_[i] = channel_until_[i] = now_;
        node(i).control_sleeps = node(i).dataplane_sleeps = node(i).timers_late = {};
    }
    const std::uint64_t lot = luck_.upto(9);
    const std::size_t at = luck_.upto(kNodes - 1);
    if (lot < 5) return;
    core_ = lot == 5 ? Core::Cut : lot == 6 ? Core::HalfCut : Core::OneNode;
    if (core_ == Core::OneNode) return break_for_good(at);
    for (std::size_t i = 0; i < kNodes; ++i) {
        if (core_ == Core::HalfCut && i == at) continue;
        channel_[i].change({.black_hole = true});
        channel_until_[i] = kForGood;
        tell("channel from node " + std::to_string(i) + ": cut for good");
    }
}

void World::break_for_good(std::size_t at) {
    broken_ = at;
    Node& it = node(at);
    switch (luck_.upto(4)) {
        case 0:
            it.kill();
            start_at_[at] = kForGood;
            return tell(of_node(at) + "killed for good");
        case 1:
            it.link = false;
            link_until_[at] = kForGood;
            return tell(of_node(at) + "link down for good");
        case 2:
            it.dataplane_sleeps = kForGood;
            return tell(of_node(at) + "its dataplane stands still for good");
        case 3:
            it.control_sleeps = kForGood;
            return tell(of_node(at) + "its agent stands still for good");
        default:
            it.control_sleeps = it.dataplane_sleeps = kForGood;
            return tell(of_node(at) + "the process stands still for good");
    }
}

}  // namespace sealane::simulator
