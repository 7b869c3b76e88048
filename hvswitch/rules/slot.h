// The trunk slot: which trunk adapter may bridge a VLAN (design 5).
#pragma once

#include <atomic>
#include <cstdint>
#include <span>
#include <vector>

#include "dataplane/base/check.h"
#include "dataplane/base/ids.h"
#include "dataplane/base/slot_word.h"

namespace sealane::hvswitch {

/// Index of a slot: one for each group of trunk adapters that may bridge the same VLANs.
struct SlotId {
    std::uint16_t index = 0;
    constexpr auto operator<=>(const SlotId&) const = default;
};

inline constexpr SlotId kNoSlot{0xffff};

/// Who holds each slot now.  Read by every worker, once a burst; written by control through
/// give() and put().  One word a slot, so that a failover changes one word and no table.
///
/// Ownership: lives as long as the switch, and owns its words unless it was given some.  Threads:
/// what reads from any; what writes from one at a time.
class SlotTable {
  public:
    explicit SlotTable(std::size_t slots) : own_(slots), words_(own_) {}
    /// On words that are kept elsewhere, for others to look at: in memory that is shared with a
    /// VIOS.  They outlive the table, which takes them as they are: zero is a slot that is free.
    explicit SlotTable(std::span<std::atomic<std::uint64_t>> words) : words_(words) {}
    SlotTable(SlotTable&&) = default;
    SlotTable& operator=(SlotTable&&) = default;

    [[nodiscard]] std::size_t size() const { return words_.size(); }

    struct Holder {
        bool held = false;
        AdapterId adapter{};
        std::uint32_t epoch = 0;  ///< Raised by each change of holder.
    };

    [[nodiscard]] Holder holder(SlotId slot) const;
    [[nodiscard]] bool holds(SlotId slot, AdapterId adapter) const;

    /// To whom outward frames go: the holder, or during a hand-over its heir; kNoAdapter: nobody.
    [[nodiscard]] AdapterId outward(SlotId slot) const;
    /// Whether frames that come from the trunk adapter are taken: the holder's, and during the rest
    /// of a hand-over those of the one before.
    [[nodiscard]] bool may_bring_in(SlotId slot, AdapterId adapter) const;

    /// What the lower half of a slot's word is while `adapter` holds it; the upper is the epoch.
    [[nodiscard]] static constexpr std::uint32_t held_by(AdapterId adapter) {
        return SlotWord::held_by(adapter);
    }
    /// The slot's word, for who looks at it without the table.  Any thread.
    [[nodiscard]] const std::atomic<std::uint64_t>* word(SlotId slot) const;

    /// Makes `adapter` the holder; the epoch goes up by one.
    void give(SlotId slot, AdapterId adapter);
    /// Leaves the slot free; the epoch goes up by one.
    void take_away(SlotId slot);
    /// Shows exactly this, epoch too, which is not less than before.
    void put(SlotId slot, const SlotWord& word);

  private:
    [[nodiscard]] std::uint64_t bits(SlotId slot) const {
        SEALANE_ASSERT(slot.index < words_.size(), "no such trunk slot");
        return words_[slot.index].load(std::memory_order_acquire);
    }

    std::vector<std::atomic<std::uint64_t>> own_;
    std::span<std::atomic<std::uint64_t>> words_;  ///< Those in use.
};

inline SlotTable::Holder SlotTable::holder(SlotId slot) const {
    const SlotWord word = SlotWord::of(bits(slot));
    return {.held = word.owner != kNoAdapter, .adapter = word.owner, .epoch = word.epoch};
}

inline bool SlotTable::holds(SlotId slot, AdapterId adapter) const {
    const SlotWord word = SlotWord::of(bits(slot));
    return word.owner == adapter && adapter != kNoAdapter;
}

inline AdapterId SlotTable::outward(SlotId slot) const {
    return SlotWord::of(bits(slot)).outward();
}

inline bool SlotTable::may_bring_in(SlotId slot, AdapterId adapter) const {
    const std::uint64_t word = bits(slot);
    if (static_cast<std::uint32_t>(word) == held_by(adapter)) [[likely]]
        return true;
    return SlotWord::of(word).may_bring_in(adapter);
}

}  // namespace sealane::hvswitch
