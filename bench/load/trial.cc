#include "bench/load/trial.h"

#include <algorithm>
#include <x86intrin.h>

#include "bench/load/pace.h"

namespace sealane::load {
namespace {

using Guests = std::vector<std::unique_ptr<Guest>>;

struct Flow {
    Guest& from;
    Guest* to;
    Pace pace;
    Arrivals arrivals;
    std::uint64_t tried = 0, sent = 0;
};

/// Takes what comes until nothing has come for `quiet` ticks, but `longest` at most.
template <typename Receive>
void receive_until_quiet(std::uint64_t quiet, std::uint64_t longest, Receive&& receive) {
    const std::uint64_t begin = __rdtsc();
    std::uint64_t last = begin;
    for (std::uint64_t now = begin; now - last < quiet && now - begin < longest; now = __rdtsc()) {
        if (receive()) last = now;
    }
}

/// A switch that learns must have heard of each guest; what is left of before comes out.
void introduce(const Guests& guests, std::uint64_t millisecond) {
    for (const auto& guest : guests) {
        guest->send(1, 0, 0);
    }
    Arrivals nobody_counts(0xffff);
    receive_until_quiet(5 * millisecond, 500 * millisecond, [&] {
        return std::ranges::count_if(guests, [&](const auto& guest) {
                   return guest->receive(nobody_counts) > 0;
               }) > 0;
    });
}

std::vector<Flow> make_flows(const Guests& guests,
                             const Asked& asked,
                             std::uint16_t trial,
                             double ticks_a_second) {
    const std::uint64_t start = __rdtsc();
    const Pace pace(asked.mpps * 1e6 / ticks_a_second, start);
    std::vector<Flow> flows;
    const auto add = [&](std::size_t from, Guest* to) {
        flows.push_back({*guests[from], to, pace, Arrivals(trial)});
    };
    add(0, guests.size() > 1 ? guests[1].get() : nullptr);
    if (asked.both_ways && guests.size() > 1) add(1, guests[0].get());
    return flows;
}

void send_due(Flow& flow, bool flat_out, std::uint16_t trial, std::uint64_t now) {
    const std::uint64_t due = flat_out ? Guest::kBurst : flow.pace.due(now);
    const auto count =
        static_cast<std::uint16_t>(std::min<std::uint64_t>(due, std::uint64_t{Guest::kBurst}));
    if (count == 0) return;
    flow.sent += flow.from.send(count, trial, flow.tried);
    flow.tried += count;
    flow.pace.take(count);
}

}  // namespace

std::unique_ptr<Outcome> run_trial(const Guests& guests,
                                   const Asked& asked,
                                   std::uint16_t trial,
                                   double ticks_a_second) {
    const auto millisecond = static_cast<std::uint64_t>(ticks_a_second / 1e3);
    introduce(guests, millisecond);
    std::vector<Flow> flows = make_flows(guests, asked, trial, ticks_a_second);
    const bool flat_out = asked.mpps <= 0;
    const std::uint64_t end =
        __rdtsc() + static_cast<std::uint64_t>(asked.seconds * ticks_a_second);
    for (std::uint64_t now = __rdtsc(); now < end; now = __rdtsc()) {
        for (Flow& flow : flows) {
            send_due(flow, flat_out, trial, now);
            if (flow.to != nullptr) flow.to->receive(flow.arrivals);
        }
    }
    receive_until_quiet(20 * millisecond, 500 * millisecond, [&] {
        return std::ranges::count_if(flows, [](Flow& flow) {
                   return flow.to != nullptr && flow.to->receive(flow.arrivals) > 0;
               }) > 0;
    });

    auto outcome = std::make_unique<Outcome>();
    for (const Flow& flow : flows) {
        outcome->tried += flow.tried;
        outcome->sent += flow.sent;
        outcome->skipped += flow.pace.skipped();
        outcome->received += flow.arrivals.received();
        outcome->reordered += flow.arrivals.reordered();
        outcome->strangers += flow.arrivals.strangers();
        outcome->latency.add(flow.arrivals.latency());
    }
    return outcome;
}

}  // namespace sealane::load
