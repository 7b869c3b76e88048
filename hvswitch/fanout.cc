// What one frame becomes: copies to many receivers, and pieces of a large one.
#include "dataplane/port/offload.h"
#include "hvswitch/forwarder.h"

namespace sealane::hvswitch {
namespace {

/// Of the large frames to many of one burst, at all receivers together: for as long as it takes to
/// make them everybody else waits.  The longest with an MSS of 1448 goes to 91 adapters that want
/// it cut.
constexpr std::uint64_t kMostPieces = 4096;
/// Of the large frames to one of one burst, for the same reason.  A burst of the longest is 7,808
/// with the least MSS that anybody need use (RFC 879).
constexpr std::uint64_t kMostSegments = 8192;

}  // namespace

bool Forwarder::may_be_cut(const SwitchRules& rules, AdapterId to, const rte_mbuf* frame) {
    if (!port::is_large(frame)) return true;
    const std::uint64_t segments = poll_.segments + pieces_at(rules, to, frame);
    if (segments > kMostSegments) return false;
    poll_.segments = segments;
    return true;
}

void Forwarder::copy_to_all(const SwitchRules& rules, AdapterId from, const Frame& frame) {
    receivers_.clear();
    for_each_receiver(rules, parts_.shared.slots(), from, frame.tci.vid(), [&](AdapterId to) {
        receivers_.push_back(to);
    });
    port::Tally counted = tally(from);
    if (receivers_.empty()) return counted.drop(frame.mbuf, Direction::Between, Drop::NoReceiver);

    // Of an ordinary frame a copy costs less than to ask whether it is wanted.
    const bool is_dear = frame.mbuf->nb_segs > 1 || port::has_offload(frame.mbuf);
    if (is_dear) {
        std::uint64_t pieces = 0;
        for (const AdapterId to : receivers_) {
            pieces += pieces_at(rules, to, frame.mbuf);
        }
        if (poll_.flooded + pieces > kMostPieces)
            return counted.drop(frame.mbuf, Direction::Between, Drop::TooManySegments);
        poll_.flooded += pieces;
    }

    // The last receiver gets the original; a copy refers to its bytes, so nothing is copied.
    counted.copied(receivers_.size() - 1);
    if (is_dear) {
        leave_out_those_down(rules);
        if (receivers_.empty()) return rte_pktmbuf_free(frame.mbuf);
    }
    poll_.spent.bytes += (receivers_.size() - 1) * port::length_of(frame.mbuf);
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

std::uint64_t Forwarder::pieces_at(const SwitchRules& rules,
                                   AdapterId to,
                                   const rte_mbuf* frame) const {
    // Over a link it goes whole, and is cut at the other end.
    return rules.port(to).is_trunk ? port::segments_of(frame)
                                   : parts_.outlets[to.index]->pieces_of(frame);
}

void Forwarder::leave_out_those_down(const SwitchRules& rules) {
    std::erase_if(receivers_, [&](AdapterId to) {
        if (!rules.port(to).enabled || port(to).is_up()) return false;
        port::Tally counted = tally(to);
        counted.offered(1);
        counted.drop_unmade(Direction::Out, Drop::PortDown);
        return true;
    });
}

}  // namespace sealane::hvswitch
