// The address table (design 4): behind which adapter is a MAC address of a VLAN?
//
// What makes it harder than it looks: it is read for every frame and written rarely; it must stay
// bounded and fair when a client invents addresses; and readers on other cores must never see half
// an entry.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>

#include "dataplane/base/ids.h"
#include "dataplane/base/result.h"
#include "dataplane/base/time.h"
#include "hvswitch/rules/address_buckets.h"
#include "hvswitch/rules/address_entry.h"

namespace sealane::hvswitch {

/// What became of a source address.
enum class Learning : std::uint8_t {
    Known,            ///< Was there already, at this adapter.
    Added,            ///< New.
    Moved,            ///< Was learned at another adapter; now here.
    Refused,          ///< The adapter has learned max_macs addresses already.
    StaticElsewhere,  ///< Fixed to another adapter: the frame is not to be believed.
};

/// Bounded hash table with keyed hashing.  Lookup touches two cache lines at most.
///
/// Threads: find() from any thread at any time, also during writes.  Everything else by one writer
/// at a time (a worker; with several workers the switch holds a lock around it).
class AddressTable {
  public:
    struct Limits {
        std::size_t capacity = 65536;  ///< Entries of all kinds together.
        /// Learned entries unused for so long go: never earlier, and at the first sweep that comes
        /// a second later or more.  At most kMaxAge; longer is taken for it.
        Duration age = std::chrono::seconds{300};
    };

    /// Times of last use count modulo 2^17 s (36 h); what is left is time for the sweep to come by.
    static constexpr Duration kMaxAge = std::chrono::hours{24};

    /// `seed` keys the hash, so that nobody can choose addresses that collide.
    AddressTable(Limits limits, std::uint64_t seed);
    ~AddressTable();
    AddressTable(const AddressTable&) = delete;
    AddressTable& operator=(const AddressTable&) = delete;

    /// Where the address is.  An entry that is being moved inside the table is never missed.
    [[nodiscard]] std::optional<AddressEntry> find(AddressKey key) const {
        const FoundEntry found = buckets_.find(key);
        return found ? std::optional(*found) : std::nullopt;
    }

    /// find() in two steps, with other work between them while memory answers.
    [[nodiscard]] AddressProbe probe(AddressKey key) const { return buckets_.probe(key); }
    [[nodiscard, gnu::always_inline]] FoundEntry find(const AddressProbe& probe) const {
        return buckets_.find(probe);
    }

    /// True when learn(key, from, …, now) would change nothing: there, Learned at `from`, and
    /// already stamped with this second; or fixed at `from`.  The fast path asks this and calls
    /// learn() only when the answer is false.
    [[nodiscard]] static bool is_fresh(FoundEntry found, AdapterId from, Instant now) {
        if (!found || (*found).adapter != from) return false;
        return (*found).kind != AddressKind::Learned || (*found).seen_s == coarse_s(now);
    }

    /// Notes that `key` was a source at `from`.  When the table is full, the least recently used
    /// Learned entry of the adapter that has most of them goes (decision D12); when `from` holds
    /// `max_macs` Learned entries already, nothing changes and the answer is Refused.
    Learning learn(AddressKey key, AdapterId from, std::uint32_t max_macs, Instant now);

    /// Adds a Static or Configured entry, replacing a Learned one; a fixed entry at another adapter
    /// is an error, as is a table full of fixed entries.
    [[nodiscard]] Status fix(AddressKey key, AdapterId adapter, AddressKind kind);

    /// Removes an entry of any kind but Configured; false if it is not there.
    bool forget(AddressKey key);

    /// Removes the Learned entries (or, with `all_kinds`, every entry) for which `which` answers
    /// true. Returns how many.
    std::size_t flush(const std::function<bool(AddressKey, const AddressEntry&)>& which,
                      bool all_kinds = false);

    /// Removes entries that are too old, looking at no more than `buckets` buckets; goes on where
    /// the last call stopped.  Returns how many went.
    std::size_t age(Instant now, std::size_t buckets);

    /// Calls `each` for every entry.  From any thread: an entry that changes meanwhile is given as
    /// it was or as it is, never half.
    void for_each(const std::function<void(AddressKey, const AddressEntry&)>& each) const;

    // From any thread.
    [[nodiscard]] std::size_t size() const;
    [[nodiscard]] std::size_t capacity() const { return limits_.capacity; }
    [[nodiscard]] std::size_t buckets() const { return buckets_.buckets(); }
    [[nodiscard]] std::size_t learned_at(AdapterId adapter) const;
    /// Memory allocated; pages of it that no entry needed yet cost nothing.
    [[nodiscard]] std::size_t bytes() const;

    /// Events since the start, for `sealane fdb`.
    struct Counts {
        std::uint64_t added = 0, moved = 0, aged = 0, evicted = 0, refused = 0;
    };
    [[nodiscard]] Counts counts() const;

  private:
    struct Books;  // what only the writer needs

    void renew(SlotIndex slot, AddressEntry entry, AdapterId owner, std::uint32_t seen_s);
    bool insert(AddressKey key, const AddressEntry& entry);
    bool make_room(AdapterId from);
    void drop_entry(SlotIndex slot, const AddressEntry& entry);

    Limits limits_;
    AddressBuckets buckets_;
    std::unique_ptr<Books> books_;
};

}  // namespace sealane::hvswitch
