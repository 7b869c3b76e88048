#include "hvswitch/rules/address_buckets.h"

#include <algorithm>
#include <bit>

#include "dataplane/base/check.h"

namespace sealane::hvswitch {
namespace {

// A page of memory.  So few entries as fit then never get into each other's way.
constexpr std::size_t kMinBuckets = 64;
constexpr std::size_t kMaxLoadPercent = 85;

std::uint32_t buckets_for(std::size_t capacity) {
    const auto divide_up = [](std::size_t a, std::size_t b) { return (a + b - 1) / b; };
    const std::size_t slots = divide_up(capacity * 100, kMaxLoadPercent);
    const std::size_t buckets = divide_up(slots, AddressBuckets::kSlotsPerBucket);
    SEALANE_CHECK(buckets < std::size_t{1} << 29, "an address table of this size can't be indexed");
    return static_cast<std::uint32_t>(std::bit_ceil(std::max(buckets, kMinBuckets)));
}

/// SplitMix64's output function: turns a counter into bits that look unrelated.
std::uint64_t mix(std::uint64_t word) {
    word = (word ^ word >> 30) * 0xbf58'476d'1ce4'e5b9;
    word = (word ^ word >> 27) * 0x94d0'49bb'1331'11eb;
    return word ^ word >> 31;
}

/// A bucket that path_for() has reached: by moving the entry of `through`, in bucket `parent`,
/// here.
struct Reached {
    std::uint32_t bucket = 0;
    SlotIndex through = kNowhere;
    std::size_t parent = 0;
};

/// The buckets reached so far, in order of distance.
struct Search {
    std::array<Reached, AddressBuckets::kMaxLooked> reached;
    std::size_t size = 0;

    void add(const Reached& next) {
        if (size < reached.size()) reached[size++] = next;
    }
    /// A path must not meet itself, or its moves would not fit together.
    [[nodiscard]] bool is_on_way_to(std::size_t at, std::uint32_t bucket) const {
        for (;; at = reached[at].parent) {
            if (reached[at].bucket == bucket) return true;
            if (reached[at].through == kNowhere) return false;
        }
    }
    [[nodiscard]] AddressBuckets::Path path(std::size_t at, SlotIndex goal) const {
        AddressBuckets::Path path{.looked = at + 1};
        path.slots[path.length++] = goal;
        for (; reached[at].through != kNowhere; at = reached[at].parent) {
            path.slots[path.length++] = reached[at].through;
        }
        std::reverse(path.slots.begin(),
                     path.slots.begin() + static_cast<std::ptrdiff_t>(path.length));
        return path;
    }
};

}  // namespace

AddressHash::AddressHash(std::uint64_t seed)
    : mask_(mix(seed + 0x9e37'79b9'7f4a'7c15)), factor_(mix(seed + 0x3c6e'f372'fe94'f82a) | 1) {}

AddressBuckets::AddressBuckets(std::size_t capacity, std::uint64_t seed)
    : hash_(seed), mask_(buckets_for(capacity) - 1), memory_(buckets()) {}

std::optional<AddressBuckets::Content> AddressBuckets::read(SlotIndex slot) const {
    const std::uint64_t key = key_at(slot).load(std::memory_order_acquire);
    if (key == 0) return std::nullopt;
    // Asking for the key, rather than reading the slot's value, can't pair two entries' halves.
    const FoundEntry entry = look(memory_[slot / kSlotsPerBucket], key);
    if (!entry) return std::nullopt;
    return Content{AddressKey(key), *entry};
}

SlotIndex AddressBuckets::locate(AddressKey key) const {
    const BucketPair pair = pair_of(key);
    for (const std::uint32_t bucket : {pair.first, pair.second}) {
        if (const std::uint32_t hits = match(memory_[bucket], key.word); hits != 0) {
            return static_cast<SlotIndex>(bucket * kSlotsPerBucket) +
                   static_cast<SlotIndex>(__builtin_ctz(hits));
        }
    }
    return kNowhere;
}

void AddressBuckets::set(SlotIndex slot, const AddressEntry& entry) {
    value_at(slot).store(pack(entry), std::memory_order_release);
}

void AddressBuckets::put(SlotIndex empty_slot, AddressKey key, const AddressEntry& entry) {
    SEALANE_ASSERT(key.word != 0 && key_at(empty_slot).load() == 0, "the slot is in use");
    const std::uint32_t first = pair_of(key).first;
    if (empty_slot / kSlotsPerBucket != first) note_overflow(first);
    const std::atomic_ref version(memory_[empty_slot / kSlotsPerBucket].version);
    version.store(version.load(std::memory_order_relaxed) + kVersionStep,
                  std::memory_order_release);
    value_at(empty_slot).store(pack(entry), std::memory_order_release);
    key_at(empty_slot).store(key.word, std::memory_order_release);
    note_use(used_ + 1);
}

void AddressBuckets::clear(SlotIndex slot) {
    key_at(slot).store(0, std::memory_order_release);
    note_use(used_ - 1);
}

void AddressBuckets::note_use(std::size_t used) {
    used_ = used;
    const bool crowded = used > slots() / 2;
    if (crowded != crowded_.load(std::memory_order_relaxed)) {
        crowded_.store(crowded, std::memory_order_relaxed);
    }
}

void AddressBuckets::note_overflow(std::uint32_t bucket) {
    const std::atomic_ref version(memory_[bucket].version);
    const std::uint32_t before = version.load(std::memory_order_relaxed);
    if ((before & kOverflowed) == 0) {
        version.store(before | kOverflowed, std::memory_order_release);
    }
}

void AddressBuckets::move(SlotIndex from, SlotIndex empty_slot) {
    const std::uint32_t value = value_at(from).load(std::memory_order_relaxed);
    put(empty_slot, AddressKey(key_at(from).load(std::memory_order_relaxed)), unpack(value));
    moves_.store(moves_.load(std::memory_order_relaxed) + 1, std::memory_order_release);
    clear(from);
}

AddressBuckets::Path AddressBuckets::path_for(AddressKey key, Goal goal) const {
    Search search;
    const BucketPair pair = pair_of(key);
    search.add({.bucket = pair.first});
    search.add({.bucket = pair.second});

    for (std::size_t at = 0; at < search.size; ++at) {
        const std::uint32_t bucket = search.reached[at].bucket;
        const auto begin = static_cast<SlotIndex>(bucket * kSlotsPerBucket);
        for (SlotIndex slot = begin; slot < begin + kSlotsPerBucket; ++slot) {
            if (is_goal(slot, goal)) return search.path(at, slot);
        }
        for (SlotIndex slot = begin; slot < begin + kSlotsPerBucket; ++slot) {
            const std::uint64_t there = key_at(slot).load(std::memory_order_relaxed);
            if (there == 0) continue;
            const BucketPair its = pair_of(AddressKey(there));
            const std::uint32_t other = its.first == bucket ? its.second : its.first;
            if (search.is_on_way_to(at, other)) continue;
            search.add({.bucket = other, .through = slot, .parent = at});
        }
    }
    return {.looked = search.size};
}

bool AddressBuckets::is_goal(SlotIndex slot, Goal goal) const {
    const bool empty = key_at(slot).load(std::memory_order_relaxed) == 0;
    if (goal == Goal::EmptySlot) return empty;
    return !empty &&
           unpack(value_at(slot).load(std::memory_order_relaxed)).kind == AddressKind::Learned;
}

std::atomic_ref<std::uint64_t> AddressBuckets::key_at(SlotIndex slot) const {
    return std::atomic_ref(memory_[slot / kSlotsPerBucket].keys[slot % kSlotsPerBucket]);
}

std::atomic_ref<std::uint32_t> AddressBuckets::value_at(SlotIndex slot) const {
    return std::atomic_ref(memory_[slot / kSlotsPerBucket].values[slot % kSlotsPerBucket]);
}

}  // namespace sealane::hvswitch
