// The right to bridge a trunk's VLANs, and what it means for frames on their way.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <utility>

#include "dataplane/base/ids.h"
#include "dataplane/base/slot_word.h"

namespace sealane::sea {

/// What a SEA may do of a trunk adapter's slot.
enum class Right : std::uint8_t {
    None,
    Owner,      ///< Bridge both ways.
    Draining,   ///< The same; nothing new comes outward, and it says when it has carried out the
                ///< rest.
    Heir,       ///< Keep what comes outward.
    Successor,  ///< Owner, but for what comes from the wire, which it keeps: the one before still
                ///< brings in what the outside sends there.  What the outside sends to both the
                ///< switch lets in once (BroughtIn).
    Former,     ///< Bring in.
    Closing,    ///< The same, until the wire is empty; it says when that was.
};

/// As the hypervisor grants and withdraws it (design 5): a word that says who has it now.
struct Permit {
    const std::atomic<std::uint64_t>* word =
        nullptr;             ///< Null: there is no pair, it is always had.
    std::uint32_t mine = 0;  ///< The word's lower half while it is ours and settled (SlotWord).
    /// Where the hypervisor looks for the word that the SEA has done with: Turned once the trunk's
    /// link is empty, Closing once the wire was.  Zero, or a word of before: not yet.  Null: nobody
    /// looks.  Written by the SEA's worker alone.
    std::atomic<std::uint64_t>* answer = nullptr;

    /// One look, once a burst.
    [[nodiscard]] std::uint64_t look() const {
        return word == nullptr ? mine : word->load(std::memory_order_acquire);
    }
    [[nodiscard]] Right right(std::uint64_t looked) const {
        if (static_cast<std::uint32_t>(looked) == mine) [[likely]]
            return Right::Owner;
        return right_beside(SlotWord::of(looked));
    }

  private:
    [[nodiscard]] Right right_beside(const SlotWord& said) const {
        const AdapterId me{static_cast<std::uint16_t>(mine)};
        const bool owns = said.owner == me;
        if (said.phase == SlotPhase::Settled || (!owns && said.other != me)) return Right::None;
        switch (said.phase) {
            case SlotPhase::Settled:
                break;
            case SlotPhase::Noting:
                return owns ? Right::Owner : Right::None;
            case SlotPhase::Turning:
                return owns ? Right::Owner : Right::Heir;
            case SlotPhase::Turned:
                return owns ? Right::Draining : Right::Heir;
            case SlotPhase::Lingering:
                return owns ? Right::Successor : Right::Former;
            case SlotPhase::Closing:
                return owns ? Right::Successor : Right::Closing;
        }
        return Right::None;
    }
};

/// Whether frames from the wire may go to a trunk.  Closed while another has the slot; and when it
/// has just become ours, or ours again, until what had come before is gone: a broadcast reaches
/// both SEAs of a pair, and the old owner has brought it in already.
///
/// Threads: one worker.
class Inlet {
  public:
    /// Frames at most that are taken for older than our right, or brought in after the end was
    /// announced: a wire that is always full.
    static constexpr unsigned kMostStale = 1024;

    enum class Way : std::uint8_t {
        Closed,
        Open,
        Waiting,  ///< For what the former owner brings in.
    };

    explicit Inlet(const Permit& permit)
        : permit_(permit), right_(permit.word == nullptr ? Right::Owner : Right::None) {}

    /// After each look at the wire, which brought `count` frames and may have more if that is
    /// `room`.
    void came(unsigned count, unsigned room) {
        const std::uint64_t before = std::exchange(looked_, permit_.look());
        const Right right = permit_.right(looked_);
        const Right former = std::exchange(right_, right);
        if (right != Right::None && !has_gone_on(former, before)) stale_ = kMostStale;
        is_fresh_ = has_part(right) && stale_ == 0;
        stale_ = count < room ? 0 : stale_ - std::min(stale_, count);
        if (right == Right::Owner) [[likely]] {
            way_ = is_fresh_ ? Way::Open : Way::Closed;
            left_ = kMostStale;
            return;
        }
        choose_way(right, count, room);
    }
    /// What has just come may go on, all of it.
    [[nodiscard]] bool is_open() const { return way_ == Way::Open; }
    [[nodiscard]] Way way() const { return way_; }
    /// What came before the slot was ours, or was to become it, is gone.
    [[nodiscard]] bool is_fresh() const { return is_fresh_; }
    /// It has to wait, all of it.
    [[nodiscard]] bool keeps() const { return way_ == Way::Waiting; }
    /// Nothing more goes this way after what has just come: the word that asked for that; else 0.
    [[nodiscard]] std::uint64_t ended_by() const { return has_ended_ ? looked_ : 0; }

  private:
    /// What comes concerns us, or will in a moment.
    [[nodiscard]] static bool has_part(Right right) {
        return right == Right::Owner || right == Right::Draining || right == Right::Successor ||
               right == Right::Heir;
    }
    /// From `former`, by the word `before`, to what it is now nobody else had a time of his own.
    [[nodiscard]] bool has_gone_on(Right former, std::uint64_t before) const {
        if (!has_part(former)) return false;
        if (SlotWord::are_of_one_epoch(before, looked_)) return true;
        // The heir has looked at its wire since the hand-over began: what has come after that the
        // owner before has brought in under the eyes of the switch (BroughtIn).
        return former == Right::Heir && right_ == Right::Successor && is_fresh_ &&
               looked_ >> 32 == static_cast<std::uint32_t>((before >> 32) + 1);
    }

    void choose_way(Right right, unsigned count, unsigned room) {
        way_ = Way::Closed;
        switch (right) {
            case Right::Owner:
            case Right::Draining:
                if (is_fresh_) way_ = Way::Open;
                break;
            case Right::Successor:
                if (is_fresh_) way_ = Way::Waiting;
                break;
            case Right::Former:
                way_ = Way::Open;
                left_ = kMostStale;
                break;
            case Right::Closing:
                if (left_ > 0) way_ = Way::Open;
                left_ = count < room ? 0 : left_ - std::min(left_, count);
                break;
            case Right::Heir:
            case Right::None:
                break;
        }
        has_ended_ = right == Right::Closing && left_ == 0;
    }

    Permit permit_;
    std::uint64_t looked_ = 0;
    Right right_;
    bool is_fresh_ = false;
    bool has_ended_ = false;
    Way way_ = Way::Closed;
    unsigned stale_ = 0;
    unsigned left_ = kMostStale;  ///< Frames that may still come after the end was announced.
};

}  // namespace sealane::sea
