// The trunk slot: which trunk adapter may bridge a VLAN (design 5).
#pragma once

#include <atomic>
#include <cstdint>
#include <vector>

#include "dataplane/base/check.h"
#include "dataplane/base/ids.h"

namespace sealane::hvswitch {

/// Index of a slot: one for each group of trunk adapters that may bridge the same VLANs.
struct SlotId {
    std::uint16_t index = 0;
    constexpr auto operator<=>(const SlotId&) const = default;
};

inline constexpr SlotId kNoSlot{0xffff};

/// Who holds each slot now.  Read by every worker, once a burst; written by control through
/// give().  One word a slot, so that a failover changes one word and no table.
///
/// Ownership: lives as long as the switch.  Threads: holder() and holds() from any; give() from
/// one at a time.
class SlotTable {
  public:
    explicit SlotTable(std::size_t slots) : words_(slots) {}

    [[nodiscard]] std::size_t size() const { return words_.size(); }

    struct Holder {
        bool held = false;
        AdapterId adapter{};
        std::uint32_t epoch = 0;  ///< Raised by each change of holder.
    };

    [[nodiscard]] Holder holder(SlotId slot) const;
    [[nodiscard]] bool holds(SlotId slot, AdapterId adapter) const;

    /// Makes `adapter` the holder; the epoch goes up by one.
    void give(SlotId slot, AdapterId adapter);
    /// Leaves the slot free; the epoch goes up by one.
    void take_away(SlotId slot);

  private:
    // epoch << 32 | held << 16 | adapter
    static constexpr std::uint64_t kHeldBit = std::uint64_t{1} << 16;
    static constexpr unsigned kEpochShift = 32;

    static std::uint64_t next_word(std::uint64_t before, std::uint64_t low);

    std::vector<std::atomic<std::uint64_t>> words_;
};

inline SlotTable::Holder SlotTable::holder(SlotId slot) const {
    SEALANE_ASSERT(slot.index < words_.size(), "no such trunk slot");
    const std::uint64_t word = words_[slot.index].load(std::memory_order_acquire);
    return {.held = (word & kHeldBit) != 0,
            .adapter = {static_cast<std::uint16_t>(word)},
            .epoch = static_cast<std::uint32_t>(word >> kEpochShift)};
}

inline bool SlotTable::holds(SlotId slot, AdapterId adapter) const {
    SEALANE_ASSERT(slot.index < words_.size(), "no such trunk slot");
    const std::uint64_t word = words_[slot.index].load(std::memory_order_acquire);
    return static_cast<std::uint32_t>(word) == (kHeldBit | adapter.index);
}

}  // namespace sealane::hvswitch
