#include "hvswitch/rules/address_lists.h"

#include <algorithm>

namespace sealane::hvswitch {

AddressLists::AddressLists(std::size_t slots)
    : links_(slots), ends_(kMaxAdapters), lengths_(kMaxAdapters) {}

void AddressLists::push_back(AdapterId adapter, SlotIndex slot) {
    Links& links = links_[slot];
    links = {.before = ends_[adapter.index].last, .after = 0};
    towards(adapter, links) = slot + 1;
    backwards(adapter, links) = slot + 1;
    add_to_length(adapter, 1);
    used_adapters_ = std::max(used_adapters_, std::size_t{adapter.index} + 1);
}

void AddressLists::unlink(AdapterId adapter, SlotIndex slot) {
    const Links links = links_[slot];
    towards(adapter, links) = links.after;
    backwards(adapter, links) = links.before;
    add_to_length(adapter, 0U - 1);
}

void AddressLists::rename(AdapterId adapter, SlotIndex from, SlotIndex to) {
    const Links links = links_[from];
    links_[to] = links;
    towards(adapter, links) = to + 1;
    backwards(adapter, links) = to + 1;
}

SlotIndex AddressLists::oldest(AdapterId adapter) const {
    return ends_[adapter.index].first - 1;  // 0 - 1 is kNowhere
}

std::size_t AddressLists::length(AdapterId adapter) const {
    return lengths_[adapter.index].load(std::memory_order_relaxed);
}

AdapterId AddressLists::longest(AdapterId preferred) const {
    AdapterId longest = preferred;
    for (std::uint16_t i = 0; i < used_adapters_; ++i) {
        if (length({i}) > length(longest)) longest = {i};
    }
    return longest;
}

std::size_t AddressLists::bytes() const {
    return links_.bytes() + ends_.size() * sizeof(Ends) + lengths_.size() * sizeof(lengths_[0]);
}

void AddressLists::add_to_length(AdapterId adapter, std::uint32_t amount) {
    auto& length = lengths_[adapter.index];
    length.store(length.load(std::memory_order_relaxed) + amount, std::memory_order_relaxed);
}

}  // namespace sealane::hvswitch
