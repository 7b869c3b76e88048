// A trunk slot as one word in shared memory: who may bridge, and how far a hand-over is (design 5
// and 6).  The hypervisor writes it; workers on both sides read it once a burst.
#pragma once

#include <cstdint>

#include "dataplane/base/ids.h"

namespace sealane {

/// How far the hand-over of a slot is.  Outward frames change their way first, then inward ones.
enum class SlotPhase : std::uint8_t {
    Settled,    ///< There is none.
    Noting,     ///< It is about to begin: the switch notes what the owner brings in to groups.
    Turning,    ///< New outward frames go to the heir, which holds them.  The owner bridges on.
    Turned,     ///< None goes to the owner any more: it says when it has carried out what it had.
    Lingering,  ///< The heir owns.  What the outside still sends to the former owner that one
                ///< brings in; what comes to the new one is held.
    Closing,    ///< The same, but the former owner stops once its wire is empty, and says so.
};

/// The word, taken apart.  Settled and held by an adapter, its lower half is `held_by()` of that.
struct SlotWord {
    std::uint32_t epoch = 0;  ///< Raised by each change of owner.
    AdapterId owner = kNoAdapter;
    SlotPhase phase = SlotPhase::Settled;
    AdapterId other = kNoAdapter;  ///< Before the change of owner the heir, after it the former.

    /// epoch 32, other 12, phase 3, held 1, owner 16.
    [[nodiscard]] static constexpr SlotWord of(std::uint64_t bits) {
        SlotWord word{.epoch = static_cast<std::uint32_t>(bits >> 32)};
        if ((bits & kHeld) == 0) return word;
        word.owner = {static_cast<std::uint16_t>(bits)};
        word.phase = static_cast<SlotPhase>(bits >> kPhaseShift & kPhaseMask);
        if (word.phase != SlotPhase::Settled)
            word.other = {static_cast<std::uint16_t>(bits >> kOtherShift & kOtherMask)};
        return word;
    }
    [[nodiscard]] constexpr std::uint64_t bits() const {
        const std::uint64_t upper = std::uint64_t{epoch} << 32;
        if (owner == kNoAdapter) return upper;
        if (phase == SlotPhase::Settled) return upper | held_by(owner);
        return upper | (other.index & kOtherMask) << kOtherShift |
               std::uint64_t{static_cast<std::uint8_t>(phase)} << kPhaseShift | held_by(owner);
    }
    /// The lower half of the word while `adapter` has the slot and no hand-over is under way.
    [[nodiscard]] static constexpr std::uint32_t held_by(AdapterId adapter) {
        return static_cast<std::uint32_t>(kHeld) | adapter.index;
    }
    [[nodiscard]] static constexpr bool are_of_one_epoch(std::uint64_t one, std::uint64_t other) {
        return (one ^ other) >> 32 == 0;
    }
    [[nodiscard]] static constexpr bool is_settled(std::uint64_t bits) {
        return (bits >> kPhaseShift & kPhaseMask) == 0;
    }

    [[nodiscard]] constexpr bool is_turning() const {
        return phase == SlotPhase::Turning || phase == SlotPhase::Turned;
    }
    /// The epoch in which the heir will own, or owns.
    [[nodiscard]] constexpr std::uint32_t epoch_of_heir() const {
        return phase == SlotPhase::Noting || is_turning() ? epoch + 1 : epoch;
    }
    /// To whom the switch gives outward frames; kNoAdapter: nobody.
    [[nodiscard]] constexpr AdapterId outward() const { return is_turning() ? other : owner; }
    /// Whether the switch takes frames from this trunk adapter.
    [[nodiscard]] constexpr bool may_bring_in(AdapterId adapter) const {
        if (owner == kNoAdapter || adapter == kNoAdapter) return false;
        const bool lingers = phase == SlotPhase::Lingering || phase == SlotPhase::Closing;
        return adapter == owner || (lingers && adapter == other);
    }

    bool operator==(const SlotWord&) const = default;

  private:
    static constexpr std::uint64_t kHeld = std::uint64_t{1} << 16;
    static constexpr unsigned kPhaseShift = 17, kOtherShift = 20;
    static constexpr std::uint64_t kPhaseMask = 7, kOtherMask = 0xfff;
    static_assert(kMaxAdapters <= kOtherMask + 1, "an adapter takes 12 bits of a slot's word");
};

}  // namespace sealane
