#include "control/runtime/peer_watch.h"

#include <algorithm>

namespace sealane::runtime {
namespace {

/// Unless the port says the cause itself.
std::string with_cause(const std::string& event, const PeerReport& of) {
    const bool is_said = of.why_gone.empty() || of.detail.ends_with(of.why_gone);
    return is_said ? event : event + " (" + of.why_gone + ")";
}

std::string came_and_went(std::uint64_t peers) {
    return peers == 1 ? "a peer came and went" : std::to_string(peers) + " peers came and went";
}

std::string joined(const std::vector<std::string>& events) {
    std::string text;
    for (const std::string& event : events) {
        text += (text.empty() ? "" : ", ") + event;
    }
    return text;
}

}  // namespace

std::string tell_change(const PeerReport& before, const PeerReport& after) {
    std::vector<std::string> events;
    const std::uint64_t came = after.came - before.came;
    const bool is_new = after.connected && came > 0;
    const std::uint64_t passed_by = came - (is_new ? 1 : 0);
    if (before.connected && (is_new || !after.connected)) {
        events.push_back(with_cause("its peer has gone", after));
    }
    if (passed_by > 0) events.push_back(with_cause(came_and_went(passed_by), after));
    if (is_new) {
        events.emplace_back(after.ready ? "a peer has connected and is ready"
                                        : "a peer has connected, and is not ready yet");
    } else if (before.connected && after.connected) {
        if (before.ready && !after.ready) {
            events.emplace_back("its peer is not ready any more");
        } else if (after.ready && after.became_ready != before.became_ready) {
            events.emplace_back(before.ready ? "its peer has started anew" : "its peer is ready");
        }
    }
    if (const std::uint64_t refused = after.refused - before.refused; refused > 0) {
        events.push_back(std::to_string(refused) + " turned away, since one is connected");
    }
    return joined(events);
}

std::vector<std::string> PeerWatch::look(const std::vector<PeerReport>& peers, Instant now) {
    std::vector<std::string> lines;
    for (const PeerReport& peer : peers) {
        Told& told = told_[peer.adapter];
        if (peer.came < told.peer.came) told.peer = {};  // another adapter came by that name
        const std::string change = tell_change(told.peer, peer);
        if (change.empty()) continue;
        const Instant paid_until = std::max(told.paid_until, now);
        if (paid_until - now > kBetweenLines * (kLinesAtOnce - 1)) continue;
        lines.push_back(peer.adapter + ": " + change + "; " + peer.detail);
        told = {peer, paid_until + kBetweenLines};
    }
    if (told_.size() > peers.size()) {  // adapters have been removed
        std::erase_if(told_, [&](const auto& one) {
            return std::ranges::find(peers, one.first, &PeerReport::adapter) == peers.end();
        });
    }
    return lines;
}

}  // namespace sealane::runtime
