#include "tests/unit/simulator/lane.h"

#include <algorithm>

namespace sealane::simulator {
namespace {

constexpr std::size_t kBurst = 64;  // frames a look

}  // namespace

void Lane::put(Queue& queue, const Probe& probe) {
    if (queue.size() < kRoom) {
        queue.push_back(probe);
    } else {
        ways_.dropped(probe);
    }
}

void Lane::let_in(const Probe& probe) {
    if (inlet_.is_open()) {
        ways_.inward(probe);
    } else {
        ways_.dropped(probe);
    }
}

void Lane::look_at_wire() {
    const std::size_t count = std::min(wire_.size(), kBurst);
    inlet_.came(static_cast<unsigned>(count), kBurst);
    while (!inlet_.keeps() && !inward_.empty()) {
        let_in(inward_.front());
        inward_.pop_front();
    }
    for (std::size_t i = 0; i < count; ++i) {
        const Probe probe = wire_.front();
        wire_.pop_front();
        if (inlet_.keeps()) {
            put(inward_, probe);
        } else {
            let_in(probe);
        }
    }
    if (const std::uint64_t ended = inlet_.ended_by(); ended != 0) answer_ = ended;
}

void Lane::look_at_link() {
    flush(way_of(permit_.right(permit_.look())));
    const std::size_t count = std::min(link_.size(), kBurst);
    const std::uint64_t looked = permit_.look();
    const sea::Right right = permit_.right(looked);
    const std::uint64_t answered = answer_;
    if ((empty_at_ | answered) != 0 && looked != (answered != 0 ? answered : empty_at_)) {
        empty_at_ = 0;
        answer_ = 0;
    }
    if (count == 0) return note_drained(looked, right);
    for (std::size_t i = 0; i < count; ++i) {
        put(outward_, link_.front());
        link_.pop_front();
    }
    flush(way_of(right));
}

void Lane::flush(Way way) {
    while (way != Way::Wait && !outward_.empty()) {
        const Probe probe = outward_.front();
        outward_.pop_front();
        if (way == Way::Go) {
            ways_.outward(probe);
        } else {
            ways_.dropped(probe);
        }
    }
}

/// Two looks that found nothing, the word between them.
void Lane::note_drained(std::uint64_t looked, sea::Right right) {
    if (right != sea::Right::Draining) return;
    if (empty_at_ == looked) answer_ = looked;
    empty_at_ = looked;
}

Lane::Way Lane::way_of(sea::Right right) const {
    switch (right) {
        case sea::Right::Owner:
        case sea::Right::Draining:
            return Way::Go;
        case sea::Right::Successor:
            return inlet_.is_fresh() ? Way::Go : Way::Wait;
        case sea::Right::Heir:
            return Way::Wait;
        case sea::Right::None:
        case sea::Right::Former:
        case sea::Right::Closing:
            break;
    }
    return Way::Refuse;
}

}  // namespace sealane::simulator
