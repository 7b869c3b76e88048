// What the former owner of a trunk slot brought in while the slot was handed over (design 6).
#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>

#include "dataplane/base/ids.h"
#include "dataplane/base/slot_word.h"
#include "dataplane/base/time.h"
#include "hvswitch/rules/zeroed_array.h"

namespace sealane::hvswitch {

/// The outside sends a frame to a group address to both SEAs of a pair.  During a hand-over the
/// former owner brings in what comes, and the new one keeps what comes until the former has done:
/// then it brings in all that it kept, and what the former had brought in already is left out here.
/// The outside does not send to both in the same instant, so noting begins some time before
/// (Noting). Frames are told apart by a digest; of frames that are alike as many are left out as
/// were noted.
///
/// Threads: any worker.  What is noted is found by who is the slot's owner once the hand-over is
/// over, since that waits until the worker that noted it has gone on (SlotKeeper, Quiescence).
class BroughtIn {
  public:
    /// Frames that can be noted, or somewhat fewer: of 100 000 a second, those of 30 ms.
    static constexpr std::size_t kPlaces = 4096;
    /// So long after the last look at a hand-over a frame is compared still.  What the new owner
    /// kept comes at once; what its wire had kept, later.
    static constexpr Duration kFor = std::chrono::milliseconds{500};

    BroughtIn() : places_(kPlaces) {}

    /// What is to be done with frames to group addresses.
    enum class Watch : std::uint8_t {
        Pass,
        Note,     ///< note() each: another will bring it, too.
        Compare,  ///< take() each: it may have been brought in.
    };

    /// For a burst that `from` has brought, which may bring in by this word of its slot.
    [[nodiscard]] Watch watch(std::uint64_t word, AdapterId from, Instant now) {
        if (SlotWord::is_settled(word)) [[likely]] {
            const std::uint64_t of = of_.load(std::memory_order_relaxed);
            if (of == 0 || of != name_of(static_cast<std::uint32_t>(word >> 32))) [[likely]]
                return Watch::Pass;
            if (now.time_since_epoch().count() <= until_.load(std::memory_order_relaxed))
                return Watch::Compare;
            of_.store(0, std::memory_order_relaxed);
            return Watch::Pass;
        }
        const SlotWord said = SlotWord::of(word);
        if (said.epoch_of_heir() == said.epoch && from == said.owner) return Watch::Compare;
        begin(said.epoch_of_heir(), now);
        return Watch::Note;
    }

    /// False: there is no room, and the frame would be brought in twice.
    [[nodiscard]] bool note(std::uint64_t digest) { return exchange(digest, kEmpty, digest | 1); }
    /// Whether it was noted; once each time that it was.
    [[nodiscard]] bool take(std::uint64_t digest) { return exchange(digest, digest | 1, kEmpty); }

  private:
    static constexpr std::uint64_t kEmpty = 0;
    static constexpr std::size_t kProbed = 64;

    /// By the epoch that the new owner has the slot in.
    [[nodiscard]] static std::uint64_t name_of(std::uint32_t epoch) {
        return std::uint64_t{1} << 32 | epoch;
    }
    [[nodiscard]] std::atomic_ref<std::uint64_t> place(std::size_t index) const {
        return std::atomic_ref(places_[index % kPlaces]);
    }

    void begin(std::uint32_t epoch, Instant now) {
        const std::int64_t at = now.time_since_epoch().count();
        const bool goes_on = of_.load(std::memory_order_relaxed) == name_of(epoch) &&
                             at <= until_.load(std::memory_order_relaxed);
        until_.store(at + Duration{kFor}.count(), std::memory_order_relaxed);
        if (goes_on) return;
        for (std::size_t i = 0; i < kPlaces; ++i) {
            place(i).store(kEmpty, std::memory_order_relaxed);
        }
        of_.store(name_of(epoch), std::memory_order_relaxed);
    }

    /// Replaces the first `from` among the places where the digest may be.
    [[nodiscard]] bool exchange(std::uint64_t digest, std::uint64_t from, std::uint64_t to) {
        const std::size_t first = digest >> 32;
        for (std::size_t i = first; i < first + kProbed; ++i) {
            if (place(i).load(std::memory_order_relaxed) != from) continue;
            place(i).store(to, std::memory_order_relaxed);
            return true;
        }
        return false;
    }

    std::atomic<std::uint64_t> of_{0};  ///< The hand-over; 0: none, or not lately.
    std::atomic<std::int64_t> until_{0};
    ZeroedArray<std::uint64_t> places_;
};

}  // namespace sealane::hvswitch
