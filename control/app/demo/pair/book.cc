#include "control/app/demo/pair/book.h"

#include <algorithm>

namespace sealane::app {

std::uint64_t ProbeBook::send(Instant now) {
    sent_.push_back(now);
    return sent_.size() - 1;
}

void ProbeBook::arrive(std::uint64_t number, Instant now) {
    if (number >= sent_.size()) return;
    arrivals_.push_back({number, now});
    passed_ = std::max(passed_, number + 1);
}

Outcome ProbeBook::outcome(std::uint64_t first, std::uint64_t end) const {
    Outcome found{.sent = end - first, .lost = end - first};
    std::vector<bool> has_come(end - first);
    std::uint64_t next = first;  // all below have come, or never will in order
    Instant last{};
    const auto owed_until = [&](Instant until) {
        const Duration gap = until - std::max(last, sent_[next]);
        found.longest_gap = std::max(found.longest_gap, gap);
    };
    for (const auto& [number, at] : arrivals_) {
        if (number < first) continue;
        if (next < end) owed_until(at);
        if (number >= end) {
            next = end;
            continue;
        }
        if (has_come[number - first]) {
            ++found.doubled;
        } else {
            --found.lost;
            found.reordered += number < next ? 1 : 0;
        }
        has_come[number - first] = true;
        next = std::max(next, number + 1);
        last = at;
    }
    found.resumed = next >= end;
    if (!found.resumed) owed_until(sent_.back());
    return found;
}

}  // namespace sealane::app
