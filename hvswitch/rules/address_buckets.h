// The address table's memory that readers see: a cuckoo hash of buckets one cache line wide.
//
// What makes it harder than it looks: readers take no lock and never wait, while one writer changes
// words under them.  Two things must not happen to a reader.
//
// It pairs one key with another key's value.  A slot that gets a new key goes through: key = 0,
// version + 1, value, key.  A reader that saw the old key and read the new value has, by that
// value's release, also the new version before it, and looks again.
//
// It misses an entry that is moved to its other bucket meanwhile.  A move goes: copy to the new
// slot, moves + 1, clear the old slot.  A reader that came too early for the copy and too late for
// the original has, by the clearing's release, also the new number of moves, and looks again.
//
// A reader looks into a key's second bucket only if some key has been put there for want of room in
// the first, which says so from before that on, for ever.  So an absent key costs one cache line.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "hvswitch/rules/address_entry.h"
#include "hvswitch/rules/zeroed_array.h"

namespace sealane::hvswitch {

/// Index of one place for an entry: bucket * kSlotsPerBucket + place in it.
using SlotIndex = std::uint32_t;
inline constexpr SlotIndex kNowhere = 0xffff'ffff;

/// Where a key may be.
struct BucketPair {
    std::uint32_t first = 0, second = 0;
};

/// A key on its way to being found: hashed once.
struct AddressProbe {
    AddressKey key{0};
    std::uint64_t hash = 0;
};

/// The hash.  Both factors are secret, so that who doesn't know the seed can't choose keys that
/// meet.
class AddressHash {
  public:
    explicit AddressHash(std::uint64_t seed);

    [[nodiscard]] std::uint64_t operator()(AddressKey key) const {
        return fold(fold(key.word ^ mask_, factor_) ^ factor_, 0x9e37'79b9'7f4a'7c15);
    }

  private:
    /// The 128-bit product's halves, one upon the other.
    static std::uint64_t fold(std::uint64_t a, std::uint64_t b) {
        __extension__ using Wide = unsigned __int128;
        const Wide product = Wide{a} * b;
        return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
    }

    std::uint64_t mask_, factor_;
};

/// Threads: find(), probe() and read() from any; everything else by one writer at a time.
class AddressBuckets {
  public:
    static constexpr std::size_t kSlotsPerBucket = 5;
    /// An insertion looks into no more buckets than this, whatever the keys.
    static constexpr std::size_t kMaxLooked = 256;

    /// Room for `capacity` entries at a load of 85 % or less.
    AddressBuckets(std::size_t capacity, std::uint64_t seed);

    /// Hashes the key and brings what find() will touch into the cache: its first bucket, where
    /// most entries are; the second one too if the table is crowded.
    [[nodiscard]] AddressProbe probe(AddressKey key) const;
    [[nodiscard]] FoundEntry find(const AddressProbe& probe) const;
    [[nodiscard]] FoundEntry find(AddressKey key) const { return find({key, hash_(key)}); }

    [[nodiscard]] std::size_t buckets() const { return std::size_t{mask_} + 1; }
    [[nodiscard]] std::size_t slots() const { return buckets() * kSlotsPerBucket; }
    [[nodiscard]] std::size_t bytes() const { return memory_.bytes(); }
    [[nodiscard]] BucketPair pair_of(AddressKey key) const {
        const std::uint64_t hash = hash_(key);
        return {first_of(hash), second_of(hash)};
    }
    /// How often an entry changed its place.
    [[nodiscard]] std::uint64_t moves() const { return moves_.load(std::memory_order_acquire); }

    /// What stands in a slot.
    struct Content {
        AddressKey key;
        AddressEntry entry;
    };
    [[nodiscard]] std::optional<Content> read(SlotIndex slot) const;

    /// Slot of the key, or kNowhere.
    [[nodiscard]] SlotIndex locate(AddressKey key) const;
    void set(SlotIndex slot, const AddressEntry& entry);
    void put(SlotIndex empty_slot, AddressKey key, const AddressEntry& entry);
    void clear(SlotIndex slot);
    void move(SlotIndex from, SlotIndex empty_slot);

    /// A chain of slots: when the entry of each is moved to the next, from the back, the first one
    /// is free, and it is one for the key asked for.  The last one is the goal.
    struct Path {
        static constexpr std::size_t kMaxLength = 8;
        std::array<SlotIndex, kMaxLength> slots{};
        std::size_t length = 0;  ///< 0: there is none.
        std::size_t looked = 0;  ///< Into how many buckets.
    };
    enum class Goal : std::uint8_t { EmptySlot, LearnedEntry };

    /// The shortest path to a goal; looks into kMaxLooked buckets at most.
    [[nodiscard]] Path path_for(AddressKey key, Goal goal) const;

  private:
    struct alignas(64) Bucket {
        std::array<std::uint64_t, kSlotsPerBucket> keys;  // 0: empty
        std::array<std::uint32_t, kSlotsPerBucket> values;
        std::uint32_t version;  // a count, and kOverflowed
    };
    /// Of a version: keys whose first bucket this is may be in their second one.
    static constexpr std::uint32_t kOverflowed = 1;
    static constexpr std::uint32_t kVersionStep = 2;
    static_assert(sizeof(Bucket) == 64);

    [[nodiscard]] std::uint32_t first_of(std::uint64_t hash) const {
        return static_cast<std::uint32_t>(hash) & mask_;
    }
    [[nodiscard]] std::uint32_t second_of(std::uint64_t hash) const {
        const std::uint32_t second = static_cast<std::uint32_t>(hash >> 32) & mask_;
        return second == first_of(hash) ? second ^ 1 : second;
    }
    [[nodiscard]] static FoundEntry look(Bucket& bucket, std::uint64_t key);
    [[nodiscard]] static std::uint32_t match(Bucket& bucket, std::uint64_t key);
    [[nodiscard]] bool is_goal(SlotIndex slot, Goal goal) const;
    [[nodiscard]] std::atomic_ref<std::uint64_t> key_at(SlotIndex slot) const;
    [[nodiscard]] std::atomic_ref<std::uint32_t> value_at(SlotIndex slot) const;

    void note_use(std::size_t used);
    void note_overflow(std::uint32_t bucket);

    AddressHash hash_;
    std::uint32_t mask_;
    ZeroedArray<Bucket> memory_;
    std::size_t used_ = 0;              // slots; the writer's
    std::atomic<bool> crowded_{false};  // more than half of them
    std::atomic<std::uint64_t> moves_{0};
};

// Read for every frame, so here: a call and the answer's way through memory would cost as much
// again.

[[gnu::always_inline]] inline AddressProbe AddressBuckets::probe(AddressKey key) const {
    const std::uint64_t hash = hash_(key);
    __builtin_prefetch(&memory_[first_of(hash)]);
    if (crowded_.load(std::memory_order_relaxed)) __builtin_prefetch(&memory_[second_of(hash)]);
    return {key, hash};
}

/// Bit i is set if slot i has the key.  Without branches: which slot it is can't be predicted.
inline std::uint32_t AddressBuckets::match(Bucket& bucket, std::uint64_t key) {
    std::uint32_t hits = 0;
    for (std::uint32_t i = 0; i < kSlotsPerBucket; ++i) {
        const std::uint64_t there = std::atomic_ref(bucket.keys[i]).load(std::memory_order_acquire);
        hits |= static_cast<std::uint32_t>(there == key) << i;
    }
    return hits;
}

[[gnu::always_inline]] inline FoundEntry AddressBuckets::look(Bucket& bucket, std::uint64_t key) {
    const std::atomic_ref version(bucket.version);
    for (;;) {
        const std::uint32_t before = version.load(std::memory_order_acquire);
        std::size_t slot = 0;  // Most entries are here while the table is far from full.
        if (std::atomic_ref(bucket.keys[0]).load(std::memory_order_acquire) != key) {
            const std::uint32_t hits = match(bucket, key);
            if (hits == 0) return {};
            slot = static_cast<std::size_t>(__builtin_ctz(hits));
        }
        const std::uint32_t value =
            std::atomic_ref(bucket.values[slot]).load(std::memory_order_acquire);
        if (version.load(std::memory_order_relaxed) == before) return FoundEntry(value);
    }
}

[[gnu::always_inline]] inline FoundEntry AddressBuckets::find(const AddressProbe& probe) const {
    for (;;) {
        const std::uint64_t moves_before = moves_.load(std::memory_order_acquire);
        Bucket& first = memory_[first_of(probe.hash)];
        if (const FoundEntry entry = look(first, probe.key.word)) return entry;
        const std::atomic_ref version(first.version);
        if ((version.load(std::memory_order_acquire) & kOverflowed) == 0) [[likely]]
            return {};
        if (const FoundEntry entry = look(memory_[second_of(probe.hash)], probe.key.word))
            return entry;
        if (moves_.load(std::memory_order_relaxed) == moves_before) return {};
    }
}

}  // namespace sealane::hvswitch
