#include "hvswitch/rules/slot.h"

#include "dataplane/base/check.h"

namespace sealane::hvswitch {

const std::atomic<std::uint64_t>* SlotTable::word(SlotId slot) const {
    SEALANE_CHECK(slot.index < words_.size(), "a trunk slot that does not exist was asked for");
    return &words_[slot.index];
}

void SlotTable::give(SlotId slot, AdapterId adapter) {
    SEALANE_CHECK(slot.index < words_.size(), "a trunk slot that does not exist was given away");
    put(slot, {.epoch = holder(slot).epoch + 1, .owner = adapter});
}

void SlotTable::take_away(SlotId slot) {
    SEALANE_CHECK(slot.index < words_.size(), "a trunk slot that does not exist was taken away");
    put(slot, {.epoch = holder(slot).epoch + 1});
}

void SlotTable::put(SlotId slot, const SlotWord& word) {
    SEALANE_CHECK(slot.index < words_.size(), "a trunk slot that does not exist was shown");
    std::atomic<std::uint64_t>& shown = words_[slot.index];
    const std::uint64_t bits = word.bits();
    if (shown.load(std::memory_order_relaxed) != bits) shown.store(bits, std::memory_order_release);
}

}  // namespace sealane::hvswitch
