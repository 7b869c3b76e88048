#include "hvswitch/rules/slot.h"

#include "dataplane/base/check.h"

namespace sealane::hvswitch {
namespace {

constexpr std::uint64_t kHeldBit = std::uint64_t{1} << 16;
constexpr unsigned kEpochShift = 32;

/// The word after `before`: the next epoch, and `low` as holder.
std::uint64_t next_word(std::uint64_t before, std::uint64_t low) {
    return ((before >> kEpochShift) + 1) << kEpochShift | low;
}

}  // namespace

SlotTable::Holder SlotTable::holder(SlotId slot) const {
    SEALANE_ASSERT(slot.index < words_.size(), "no such trunk slot");
    const std::uint64_t word = words_[slot.index].load(std::memory_order_acquire);
    return {.held = (word & kHeldBit) != 0,
            .adapter = {static_cast<std::uint16_t>(word)},
            .epoch = static_cast<std::uint32_t>(word >> kEpochShift)};
}

bool SlotTable::holds(SlotId slot, AdapterId adapter) const {
    SEALANE_ASSERT(slot.index < words_.size(), "no such trunk slot");
    const std::uint64_t word = words_[slot.index].load(std::memory_order_acquire);
    return static_cast<std::uint32_t>(word) == (kHeldBit | adapter.index);
}

void SlotTable::give(SlotId slot, AdapterId adapter) {
    SEALANE_CHECK(slot.index < words_.size(), "a trunk slot that does not exist was given away");
    auto& word = words_[slot.index];
    word.store(next_word(word.load(std::memory_order_relaxed), kHeldBit | adapter.index),
               std::memory_order_release);
}

void SlotTable::take_away(SlotId slot) {
    SEALANE_CHECK(slot.index < words_.size(), "a trunk slot that does not exist was taken away");
    auto& word = words_[slot.index];
    word.store(next_word(word.load(std::memory_order_relaxed), 0), std::memory_order_release);
}

}  // namespace sealane::hvswitch
