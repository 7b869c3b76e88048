#include "hvswitch/rules/slot.h"

#include "dataplane/base/check.h"

namespace sealane::hvswitch {
/// The word after `before`: the next epoch, and `low` as holder.
std::uint64_t SlotTable::next_word(std::uint64_t before, std::uint64_t low) {
    return ((before >> kEpochShift) + 1) << kEpochShift | low;
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
