// In which order each adapter's learned addresses were used last.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "dataplane/base/ids.h"
#include "hvswitch/rules/address_buckets.h"
#include "hvswitch/rules/zeroed_array.h"

namespace sealane::hvswitch {

/// A list of slots for each adapter, the least recently used first.  A slot is in one list at most;
/// its links are in arrays of their own, so that they cost the readers' cache nothing.
///
/// Threads: length() from any; everything else by the address table's writer.
class AddressLists {
  public:
    explicit AddressLists(std::size_t slots);

    void push_back(AdapterId adapter, SlotIndex slot);
    void unlink(AdapterId adapter, SlotIndex slot);
    /// The entry in `from` is in `to` now.
    void rename(AdapterId adapter, SlotIndex from, SlotIndex to);

    /// kNowhere if the list is empty.
    [[nodiscard]] SlotIndex oldest(AdapterId adapter) const;
    [[nodiscard]] std::size_t length(AdapterId adapter) const;
    /// The adapter with the longest list; among equals `preferred`, then the lowest number.
    [[nodiscard]] AdapterId longest(AdapterId preferred) const;

    [[nodiscard]] std::size_t bytes() const;

  private:
    // Links are slot + 1, so that the zero of fresh memory means "none".
    using Link = std::uint32_t;
    struct Links {
        Link before, after;
    };
    struct Ends {
        Link first = 0, last = 0;
    };

    /// The link that leads to `slot` from the front, or from the back.
    [[nodiscard]] Link& towards(AdapterId adapter, const Links& links) {
        return links.before == 0 ? ends_[adapter.index].first : links_[links.before - 1].after;
    }
    [[nodiscard]] Link& backwards(AdapterId adapter, const Links& links) {
        return links.after == 0 ? ends_[adapter.index].last : links_[links.after - 1].before;
    }
    void add_to_length(AdapterId adapter, std::uint32_t amount);

    ZeroedArray<Links> links_;
    std::vector<Ends> ends_;
    std::vector<std::atomic<std::uint32_t>> lengths_;
    std::size_t used_adapters_ = 0;  // no list beyond was ever used
};

}  // namespace sealane::hvswitch
