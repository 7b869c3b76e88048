// A wire that does what wires do at their worst, as plain values: which frames it loses, delays,
// doubles or spoils is drawn from a seed.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include "dataplane/base/counters.h"
#include "dataplane/base/impairment.h"
#include "dataplane/base/time.h"

namespace sealane::wire {

/// What happened to a frame; several may be true of one, but it is lost only once.
enum class WireEvent : std::uint8_t {
    Lost,
    LostInBurst,
    LostInHole,
    LostInQueue,
    Duplicated,
    Corrupted,
    Reordered,
    Delayed,
};
inline constexpr std::size_t kWireEvents = static_cast<std::size_t>(WireEvent::Delayed) + 1;

[[nodiscard]] constexpr std::string_view name_of(WireEvent event) {
    constexpr std::array<std::string_view, kWireEvents> kNames{"lost",
                                                               "lost_in_burst",
                                                               "lost_in_hole",
                                                               "lost_in_queue",
                                                               "duplicated",
                                                               "corrupted",
                                                               "reordered",
                                                               "delayed"};
    return kNames[static_cast<std::size_t>(event)];
}

/// What becomes of one frame.
struct Passage {
    bool lost = false;
    Instant due{};                           ///< When it comes out, if it does.
    bool twice = false;                      ///< And once more, right behind.
    std::optional<std::uint64_t> flipped{};  ///< This bit of it, 0 the first byte's least.

    bool operator==(const Passage&) const = default;
};

/// One direction of such a wire.  Each kind of event has its own luck, so that a change of one
/// probability leaves what the others do as it was: the same seed, frames and times give the same
/// passages, on every machine.
///
/// Threads: its owner's; count() is for any.
class BadWire {
  public:
    BadWire(const Impairment& impairment, std::uint64_t seed);

    /// From the next frame on; what is under way keeps its time.
    void change(const Impairment& impairment) { impairment_ = impairment; }
    [[nodiscard]] const Impairment& impairment() const { return impairment_; }

    /// A frame of so many bytes (at least 1) goes in.  `now` never goes back.
    Passage pass(std::uint32_t bytes, Instant now);

    [[nodiscard]] std::uint64_t count(WireEvent event) const {
        return counts_[static_cast<std::size_t>(event)].read();
    }

  private:
    /// SplitMix64 (Steele, Lea, Flood 2014): small, and good enough for luck.
    class Luck {
      public:
        explicit Luck(std::uint64_t seed) : state_(seed) {}
        std::uint64_t draw();
        /// True with this probability; draws always.
        bool strikes(double probability);

      private:
        std::uint64_t state_;
    };

    std::optional<WireEvent> loss_of(Duration wait);
    Instant departure(Instant transmitted);
    void count_one(WireEvent event) { counts_[static_cast<std::size_t>(event)].add(1); }

    Impairment impairment_;
    Luck loss_, burst_, duplicate_, corrupt_, reorder_, jitter_;
    bool in_burst_ = false;
    Instant free_at_{};   ///< The wire has sent what came before.
    Instant last_due_{};  ///< Of those that keep their order.
    std::array<Counter, kWireEvents> counts_;
};

}  // namespace sealane::wire
