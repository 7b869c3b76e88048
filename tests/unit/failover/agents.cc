#include "tests/unit/failover/agents.h"

#include <algorithm>

namespace sealane::failover {
namespace {

std::vector<Contender> contenders_of(std::size_t trunks) {
    std::vector<Contender> all;
    for (std::size_t side = 0; side < 2; ++side) {
        for (std::size_t trunk = 0; trunk < trunks; ++trunk) {
            all.push_back({.adapter = adapter_of(side, trunk),
                           .slot = {static_cast<std::uint16_t>(trunk)},
                           .sea = {side},
                           .place = static_cast<std::uint8_t>(trunk),
                           .lease = kLease});
        }
    }
    return all;
}

}  // namespace

Agents::Agents(std::size_t trunks_of_each, ha::Mode mode_of_both)
    : trunks(trunks_of_each),
      mode(mode_of_both),
      keys(ha::Key{{1}, std::vector<std::uint8_t>(32, 7)}),
      slots(trunks_of_each),
      keeper(contenders_of(trunks_of_each), 2, slots, traffic) {
    for (std::size_t i = 0; i < 2; ++i) {
        sides[i] = std::make_unique<Side>(*this, i);
    }
}

void Agents::start(std::size_t i, std::uint64_t boot) {
    const ha::NodeId node{i + 1};
    side(i).agent.emplace(Agent::Settings{.config = {.node = node,
                                                     .priority = priorities[i],
                                                     .mode = mode,
                                                     .trunks = static_cast<std::uint8_t>(trunks),
                                                     .vlan_digest = vlan_digests[i],
                                                     .health_time = 1s},
                                          .self = {.source = {0x0200'0000'0000 + i},
                                                   .node = node,
                                                   .boot = {boot},
                                                   .pair = {.vswitch = 9, .pvid = {100}}},
                                          .keys = keys,
                                          .trunks = {"ent3", "ent4"},
                                          .lease = kLease,
                                          .discovers = discover},
                          side(i),
                          side(i),
                          now);
    set_link(i, true);
    deliver(keeper.connect({i}));
    settle();
}

void Agents::kill(std::size_t i) {
    side(i).agent.reset();
    deliver(keeper.disconnect({i}));
    settle();
}

void Agents::run(Duration time) {
    for (const Instant end = now + time; now < end;) {
        now += 1ms;
        std::array<std::uint64_t, 2> progress;
        for (std::size_t i = 0; i < 2; ++i) {
            if (side(i).agent && !side(i).hangs) ++side(i).progress;
            progress[i] = side(i).progress;
            if (side(i).agent) side(i).agent->set_progress(progress[i], now);
        }
        deliver(keeper.observe(progress, now));
        deliver(keeper.advance(now));
        settle();
        for (const auto& one : sides) {
            if (one->agent && now >= one->agent->wake()) one->agent->tell(ha::Wake{}, now);
        }
        settle();
    }
}

void Agents::settle() {
    for (;;) {
        const auto due =
            std::ranges::find_if(wire, [&](const UnderWay& one) { return one.due <= now; });
        if (news.empty() && due == wire.end()) return;
        if (!news.empty()) {
            const SlotNews next = news.front();
            news.pop_front();
            if (side(next.sea.value).agent) side(next.sea.value).agent->tell(next.change, now);
        } else {
            const UnderWay one = *due;
            wire.erase(due);
            if (side(one.to).agent) side(one.to).agent->hear(one.frame, now, ++nonce_);
        }
    }
}

ha::TrunkSet Agents::active(std::size_t i) const {
    ha::TrunkSet set;
    for (std::uint16_t trunk = 0; trunk < trunks; ++trunk) {
        if (slots.holds({trunk}, adapter_of(i, trunk))) set.add(trunk);
    }
    return set;
}

void Agents::Side::acquire(ha::TrunkSet set) {
    of_.deliver(of_.keeper.acquire({index_}, set, of_.now));
}
void Agents::Side::hand_over(ha::TrunkSet set) { of_.deliver(of_.keeper.hand_over({index_}, set)); }
void Agents::Side::withdraw(ha::TrunkSet set) { of_.deliver(of_.keeper.withdraw({index_}, set)); }
void Agents::Side::release(ha::TrunkSet set) { of_.deliver(of_.keeper.release({index_}, set)); }

void Agents::Side::send(const ha::Frame& frame) {
    of_.seen.emplace_back(frame.begin(), frame.end());
    if (of_.cut) return;
    if (of_.channel[1 - index_].pass(ha::kFrameLength, of_.now).lost) return;
    const Duration by_lot{of_.jitter.count() == 0
                              ? 0
                              : static_cast<Duration::rep>(
                                    of_.lots() % static_cast<std::uint64_t>(of_.jitter.count()))};
    of_.wire.push_back(
        {.to = 1 - index_, .due = of_.now + of_.least_delay + by_lot, .frame = of_.seen.back()});
}

}  // namespace sealane::failover
