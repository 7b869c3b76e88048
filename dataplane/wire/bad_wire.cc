#include "dataplane/wire/bad_wire.h"

#include <algorithm>

namespace sealane::wire {

std::uint64_t BadWire::Luck::draw() {
    state_ += 0x9e37'79b9'7f4a'7c15;
    std::uint64_t mixed = state_;
    mixed = (mixed ^ (mixed >> 30)) * 0xbf58'476d'1ce4'e5b9;
    mixed = (mixed ^ (mixed >> 27)) * 0x94d0'49bb'1331'11eb;
    return mixed ^ (mixed >> 31);
}

bool BadWire::Luck::strikes(double probability) {
    constexpr double kUnit = 1.0 / (std::uint64_t{1} << 53);
    return static_cast<double>(draw() >> 11) * kUnit < probability;
}

BadWire::BadWire(const Impairment& impairment, std::uint64_t seed)
    : impairment_(impairment),
      loss_(seed ^ 0x1000'0000'0000'0001),
      burst_(seed ^ 0x2000'0000'0000'0003),
      duplicate_(seed ^ 0x3000'0000'0000'0005),
      corrupt_(seed ^ 0x4000'0000'0000'0007),
      reorder_(seed ^ 0x5000'0000'0000'0009),
      jitter_(seed ^ 0x6000'0000'0000'000b) {}

Passage BadWire::pass(std::uint32_t bytes, Instant now) {
    const Instant starts = std::max(now, free_at_);
    // All draw, whatever happens: so no event changes the luck of the next frame.
    const std::optional<WireEvent> loss = loss_of(starts - now);
    const bool twice = duplicate_.strikes(impairment_.duplicate);
    const bool corrupted = corrupt_.strikes(impairment_.corrupt);
    const std::uint64_t bit = corrupt_.draw() % (std::uint64_t{bytes} * 8);
    const bool late = reorder_.strikes(impairment_.reorder);
    if (loss && *loss == WireEvent::LostInQueue) {
        jitter_.draw();
        count_one(*loss);
        return {.lost = true};
    }
    // What is lost on the way has still taken its time on the wire.
    if (impairment_.rate > 0) {
        constexpr std::uint64_t kSecond = 1'000'000'000;
        free_at_ = starts + Duration(static_cast<Duration::rep>(std::uint64_t{bytes} * 8 * kSecond /
                                                                impairment_.rate));
    }
    Instant due = departure(impairment_.rate > 0 ? free_at_ : now);
    if (loss) {
        count_one(*loss);
        return {.lost = true};
    }
    if (late) {
        due += impairment_.reorder_by;
        count_one(WireEvent::Reordered);
    } else {
        due = last_due_ = std::max(due, last_due_);
    }
    if (due > now) count_one(WireEvent::Delayed);
    if (twice) count_one(WireEvent::Duplicated);
    if (corrupted) count_one(WireEvent::Corrupted);
    return {.due = due, .twice = twice, .flipped = corrupted ? std::optional(bit) : std::nullopt};
}

std::optional<WireEvent> BadWire::loss_of(Duration wait) {
    const bool lost = loss_.strikes(impairment_.loss);
    in_burst_ = burst_.strikes(in_burst_ ? 1 - impairment_.burst_end : impairment_.burst_begin);
    if (impairment_.black_hole) return WireEvent::LostInHole;
    if (impairment_.rate > 0 && wait > impairment_.queue) return WireEvent::LostInQueue;
    if (in_burst_) return WireEvent::LostInBurst;
    if (lost) return WireEvent::Lost;
    return std::nullopt;
}

Instant BadWire::departure(Instant transmitted) {
    const std::uint64_t luck = jitter_.draw();
    const auto range = static_cast<std::uint64_t>(impairment_.jitter.count()) + 1;
    return transmitted + impairment_.delay + Duration(static_cast<Duration::rep>(luck % range));
}

}  // namespace sealane::wire
