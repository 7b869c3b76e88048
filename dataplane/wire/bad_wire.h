// A wire that does what wires do at their worst, as plain values: which frames it loses, delays,
// doubles or spoils is drawn from a seed.
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "dataplane/base/counters.h"
#include "dataplane/base/time.h"

namespace sealane::wire {

/// One direction of a wire.  Probabilities are of each frame, 0 to 1.  As it stands, a good wire.
struct Impairment {
    double loss = 0;
    /// Losses in bursts (the model of Gilbert and Elliott): with the first a good stretch ends,
    /// with the second a bad one, in which every frame is lost.
    double burst_begin = 0, burst_end = 1;
    double duplicate = 0;
    double corrupt = 0;  ///< One bit, anywhere in the frame, is flipped.
    double reorder = 0;  ///< Comes later by reorder_by, and does not hold up those behind it.
    Duration reorder_by = std::chrono::milliseconds(1);
    Duration delay{};
    Duration jitter{};       ///< Added to the delay, evenly from 0 to this; order is kept.
    std::uint64_t rate = 0;  ///< Bits of frames a second, without preamble and FCS; 0: no limit.
    /// What waits longer than this for its turn on a wire with a rate is lost.
    Duration queue = std::chrono::milliseconds(100);
    bool black_hole = false;  ///< Loses everything, and looks well.

    bool operator==(const Impairment&) const = default;
};

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
