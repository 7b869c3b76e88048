#include "control/failover/announcer.h"

#include <algorithm>

namespace sealane::failover {

void Announcer::begin(ha::TrunkSet trunks, Instant now) {
    for (const Duration after : {Duration{}, kAgain, kOnceMore}) {
        rounds_.push_back({now + after, trunks});
    }
}

void Announcer::stop(ha::TrunkSet trunks) {
    for (Round& round : rounds_) {
        round.trunks = round.trunks - trunks;
    }
    std::erase_if(rounds_, [](const Round& round) { return round.trunks.empty(); });
    std::erase_if(waiting_, [&](const ClientAddress& one) { return trunks.contains(one.place); });
}

ha::TrunkSet Announcer::take_round(Instant now) {
    ha::TrunkSet due;
    for (const Round& round : rounds_) {
        if (now >= round.at) due = due | round.trunks;
    }
    std::erase_if(rounds_, [&](const Round& round) { return now >= round.at; });
    return due;
}

void Announcer::add(const std::vector<ClientAddress>& clients) {
    waiting_.insert(waiting_.end(), clients.begin(), clients.end());
}

std::vector<ClientAddress> Announcer::take(Instant now) {
    if (waiting_.empty() || now < next_burst_) return {};
    const auto some = static_cast<std::ptrdiff_t>(std::min(kAtOnce, waiting_.size()));
    std::vector<ClientAddress> due(waiting_.begin(), waiting_.begin() + some);
    waiting_.erase(waiting_.begin(), waiting_.begin() + some);
    next_burst_ = now + kPace;
    return due;
}

Instant Announcer::next() const {
    Instant next = waiting_.empty() ? Instant::max() : next_burst_;
    for (const Round& round : rounds_) {
        next = std::min(next, round.at);
    }
    return next;
}

}  // namespace sealane::failover
