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
#include "dataplane/base/mac.h"
#include "dataplane/base/result.h"
#include "dataplane/base/time.h"

namespace sealane::hvswitch {

/// (vswitch, VLAN, MAC) as one word: vswitch << 60 | vlan << 48 | mac.  Never 0.
struct AddressKey {
    std::uint64_t word = 0;

    AddressKey(VswitchId vswitch, VlanId vlan, MacAddress mac)
        : word(std::uint64_t{vswitch.index} << 60 | std::uint64_t{vlan.value} << 48 | mac.bits) {}
    explicit AddressKey(std::uint64_t raw) : word(raw) {}

    [[nodiscard]] VswitchId vswitch() const { return {static_cast<std::uint8_t>(word >> 60)}; }
    [[nodiscard]] VlanId vlan() const { return {static_cast<std::uint16_t>(word >> 48 & 0xfff)}; }
    [[nodiscard]] MacAddress mac() const { return {word & 0xffff'ffff'ffff}; }
    bool operator==(const AddressKey&) const = default;
};

/// How an entry came to be.  Learned ones age and may be evicted or moved; the others stay until
/// they are removed by command (Static) or with their adapter (Configured: its own address).
enum class AddressKind : std::uint8_t { Learned, Static, Configured };

struct AddressEntry {
    AdapterId adapter;
    AddressKind kind = AddressKind::Learned;
    std::uint32_t seen_s = 0;  ///< Coarse time of last use as a source, seconds modulo 2^17.

    bool operator==(const AddressEntry&) const = default;
};

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
        std::size_t capacity = 65536;           ///< Entries of all kinds together.
        Duration age = std::chrono::seconds{300};  ///< Learned entries unused for so long go.
    };

    /// `seed` keys the hash, so that nobody can choose addresses that collide.
    AddressTable(Limits limits, std::uint64_t seed);
    ~AddressTable();
    AddressTable(const AddressTable&) = delete;
    AddressTable& operator=(const AddressTable&) = delete;

    /// Where the address is.  An entry that is being moved inside the table is never missed.
    [[nodiscard]] std::optional<AddressEntry> find(AddressKey key) const;

    /// Brings the lines that find(key) will touch into the cache.
    void prefetch(AddressKey key) const;

    /// True when learn(key, from, …, now) would change nothing: there, Learned at `from`, and already
    /// stamped with this second; or fixed at `from`.  The fast path asks this and calls learn() only
    /// when the answer is false.
    [[nodiscard]] bool is_fresh(const std::optional<AddressEntry>& found, AdapterId from, Instant now) const;

    /// Notes that `key` was a source at `from`.  When the table is full, the least recently used
    /// Learned entry of the adapter that has most of them goes (decision D12); when `from` holds
    /// `max_macs` Learned entries already, nothing changes and the answer is Refused.
    Learning learn(AddressKey key, AdapterId from, std::uint32_t max_macs, Instant now);

    /// Adds a Static or Configured entry, replacing a Learned one; a fixed entry at another adapter
    /// is an error, as is a table full of fixed entries.
    [[nodiscard]] Status fix(AddressKey key, AdapterId adapter, AddressKind kind);

    /// Removes an entry of any kind but Configured; false if it is not there.
    bool forget(AddressKey key);

    /// Removes the Learned entries (or, with `all_kinds`, every entry) for which `which` answers true.
    /// Returns how many.
    std::size_t flush(const std::function<bool(AddressKey, const AddressEntry&)>& which, bool all_kinds = false);

    /// Removes entries that are too old, looking at no more than `buckets` buckets; goes on where the
    /// last call stopped.  Returns how many went.
    std::size_t age(Instant now, std::size_t buckets);

    /// Calls `each` for every entry.  From any thread: an entry that changes meanwhile is given as it
    /// was or as it is, never half.
    void for_each(const std::function<void(AddressKey, const AddressEntry&)>& each) const;

    [[nodiscard]] std::size_t size() const;
    [[nodiscard]] std::size_t capacity() const;
    [[nodiscard]] std::size_t buckets() const;
    [[nodiscard]] std::size_t learned_at(AdapterId adapter) const;

    /// Events since the start, for `sealane fdb`.
    struct Counts {
        std::uint64_t added = 0, moved = 0, aged = 0, evicted = 0, refused = 0;
    };
    [[nodiscard]] Counts counts() const;

  private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace sealane::hvswitch
