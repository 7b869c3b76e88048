#include "hvswitch/rules/address_table.h"

#include <algorithm>
#include <atomic>
#include <string>
#include <vector>

#include "dataplane/base/check.h"
#include "dataplane/base/counters.h"
#include "hvswitch/rules/address_lists.h"

namespace sealane::hvswitch {
namespace {

/// Workers read the clock at different moments, so an entry can have been seen "in the future".
constexpr std::uint32_t kClockSkew = 60;  // seconds

/// Seconds since the entry was used last, across the wrap of seen_s.
std::uint32_t idle_s(const AddressEntry& entry, std::uint32_t now_s) {
    const std::uint32_t idle = (now_s - entry.seen_s) & kSeenMask;
    return idle > kSeenMask - kClockSkew ? 0 : idle;
}

std::uint32_t age_in_s(Duration age) {
    const Duration limit = std::clamp(age, Duration{0}, AddressTable::kMaxAge);
    return static_cast<std::uint32_t>(std::chrono::ceil<std::chrono::seconds>(limit).count());
}

std::string describe(AddressKey key) {
    return to_string(key.mac()) + " in VLAN " + std::to_string(key.vlan().value);
}

}  // namespace

struct AddressTable::Books {
    explicit Books(std::size_t slots) : lists(slots) {}

    AddressLists lists;
    std::atomic<std::size_t> size{0};
    std::size_t next_bucket = 0;  // where age() goes on
    Counter added, moved, aged, evicted, refused;
};

AddressTable::AddressTable(Limits limits, std::uint64_t seed)
    : limits_(limits),
      buckets_(limits.capacity, seed),
      books_(std::make_unique<Books>(buckets_.slots())) {}

AddressTable::~AddressTable() = default;

Learning AddressTable::learn(AddressKey key, AdapterId from, std::uint32_t max_macs, Instant now) {
    const std::uint32_t now_s = coarse_s(now);
    if (const SlotIndex slot = buckets_.locate(key); slot != kNowhere) {
        const AddressEntry entry = buckets_.read(slot)->entry;
        if (entry.kind != AddressKind::Learned) {
            return entry.adapter == from ? Learning::Known : Learning::StaticElsewhere;
        }
        if (entry.adapter == from) {
            if (entry.seen_s != now_s) renew(slot, entry, from, now_s);
            return Learning::Known;
        }
        if (learned_at(from) < max_macs) {
            renew(slot, entry, from, now_s);
            books_->moved.add(1);
            return Learning::Moved;
        }
    } else if (learned_at(from) < max_macs && make_room(from) &&
               insert(key, {.adapter = from, .seen_s = now_s})) {
        books_->added.add(1);
        return Learning::Added;
    }
    books_->refused.add(1);
    return Learning::Refused;
}

Status AddressTable::fix(AddressKey key, AdapterId adapter, AddressKind kind) {
    SEALANE_CHECK(kind != AddressKind::Learned, "a fixed entry is Static or Configured");
    if (const SlotIndex slot = buckets_.locate(key); slot != kNowhere) {
        const AddressEntry entry = buckets_.read(slot)->entry;
        if (entry.kind == AddressKind::Learned) {
            books_->lists.unlink(entry.adapter, slot);
        } else if (entry.adapter != adapter) {
            return Error{describe(key) + " is fixed to another adapter; remove it there first"};
        }
        // An adapter's own address stays its own when a command fixes it too.
        buckets_.set(slot, {.adapter = adapter, .kind = std::max(kind, entry.kind)});
        return done();
    }
    if (!make_room(adapter) || !insert(key, {.adapter = adapter, .kind = kind})) {
        return Error{describe(key) + " can't be fixed: the address table's " +
                     std::to_string(capacity()) + " entries are all fixed already"};
    }
    return done();
}

bool AddressTable::forget(AddressKey key) {
    const SlotIndex slot = buckets_.locate(key);
    if (slot == kNowhere) return false;
    const AddressEntry entry = buckets_.read(slot)->entry;
    if (entry.kind == AddressKind::Configured) return false;
    drop_entry(slot, entry);
    return true;
}

std::size_t AddressTable::flush(const std::function<bool(AddressKey, const AddressEntry&)>& which,
                                bool all_kinds) {
    std::size_t gone = 0;
    for (SlotIndex slot = 0; slot < buckets_.slots(); ++slot) {
        const auto there = buckets_.read(slot);
        if (!there) continue;
        if (!all_kinds && there->entry.kind != AddressKind::Learned) continue;
        if (!which(there->key, there->entry)) continue;
        drop_entry(slot, there->entry);
        ++gone;
    }
    return gone;
}

std::size_t AddressTable::age(Instant now, std::size_t buckets) {
    const std::uint32_t now_s = coarse_s(now);
    const std::uint32_t limit_s = age_in_s(limits_.age);
    std::size_t gone = 0;
    for (std::size_t left = std::min(buckets, this->buckets()); left > 0; --left) {
        const auto begin =
            static_cast<SlotIndex>(books_->next_bucket * AddressBuckets::kSlotsPerBucket);
        for (SlotIndex slot = begin; slot < begin + AddressBuckets::kSlotsPerBucket; ++slot) {
            const auto there = buckets_.read(slot);
            if (!there || there->entry.kind != AddressKind::Learned) continue;
            if (idle_s(there->entry, now_s) <= limit_s) continue;
            drop_entry(slot, there->entry);
            ++gone;
        }
        books_->next_bucket = (books_->next_bucket + 1) % this->buckets();
    }
    books_->aged.add(gone);
    return gone;
}

void AddressTable::for_each(
    const std::function<void(AddressKey, const AddressEntry&)>& each) const {
    // An entry that is moved while we read can be missed in its old slot and in its new one, or be
    // seen in both.  So read again what was read during moves, a few times, and keep one of each.
    constexpr int kTries = 8;
    std::vector<AddressBuckets::Content> found;
    const auto by_key = [](const auto& a, const auto& b) { return a.key.word < b.key.word; };
    const auto same_key = [](const auto& a, const auto& b) { return a.key == b.key; };
    for (int tries = 0; tries < kTries; ++tries) {
        const std::uint64_t moves = buckets_.moves();
        for (SlotIndex slot = 0; slot < buckets_.slots(); ++slot) {
            if (const auto there = buckets_.read(slot)) found.push_back(*there);
        }
        std::stable_sort(found.begin(), found.end(), by_key);
        found.erase(std::unique(found.begin(), found.end(), same_key), found.end());
        if (buckets_.moves() == moves) break;
    }
    for (const auto& [key, entry] : found)
        each(key, entry);
}

std::size_t AddressTable::size() const { return books_->size.load(std::memory_order_relaxed); }

std::size_t AddressTable::learned_at(AdapterId adapter) const {
    return books_->lists.length(adapter);
}

std::size_t AddressTable::bytes() const {
    return sizeof *this + sizeof *books_ + buckets_.bytes() + books_->lists.bytes();
}

AddressTable::Counts AddressTable::counts() const {
    return {.added = books_->added.read(),
            .moved = books_->moved.read(),
            .aged = books_->aged.read(),
            .evicted = books_->evicted.read(),
            .refused = books_->refused.read()};
}

/// Makes a Learned entry the newest of `owner`.
void AddressTable::renew(SlotIndex slot,
                         AddressEntry entry,
                         AdapterId owner,
                         std::uint32_t seen_s) {
    books_->lists.unlink(entry.adapter, slot);
    books_->lists.push_back(owner, slot);
    buckets_.set(slot, {.adapter = owner, .seen_s = seen_s});
}

/// Puts in an entry that is not there; false if none of the slots within reach can be freed, which
/// takes hundreds of fixed entries that meet in a few buckets.
bool AddressTable::insert(AddressKey key, const AddressEntry& entry) {
    using Goal = AddressBuckets::Goal;
    AddressBuckets::Path path = buckets_.path_for(key, Goal::EmptySlot);
    if (path.length == 0) {
        path = buckets_.path_for(key, Goal::LearnedEntry);
        if (path.length == 0) return false;
        const SlotIndex victim = path.slots[path.length - 1];
        drop_entry(victim, buckets_.read(victim)->entry);
        books_->evicted.add(1);
    }
    for (std::size_t i = path.length - 1; i > 0; --i) {
        const SlotIndex from = path.slots[i - 1], to = path.slots[i];
        buckets_.move(from, to);
        const AddressEntry moved = buckets_.read(to)->entry;
        if (moved.kind == AddressKind::Learned) books_->lists.rename(moved.adapter, from, to);
    }
    buckets_.put(path.slots[0], key, entry);
    if (entry.kind == AddressKind::Learned) books_->lists.push_back(entry.adapter, path.slots[0]);
    books_->size.fetch_add(1, std::memory_order_relaxed);
    return true;
}

/// Evicts if the table is full (decision D12).  On a tie `from` gives up one of its own.
bool AddressTable::make_room(AdapterId from) {
    if (size() < capacity()) return true;
    const SlotIndex victim = books_->lists.oldest(books_->lists.longest(from));
    if (victim == kNowhere) return false;
    drop_entry(victim, buckets_.read(victim)->entry);
    books_->evicted.add(1);
    return true;
}

void AddressTable::drop_entry(SlotIndex slot, const AddressEntry& entry) {
    if (entry.kind == AddressKind::Learned) books_->lists.unlink(entry.adapter, slot);
    buckets_.clear(slot);
    books_->size.fetch_sub(1, std::memory_order_relaxed);
}

}  // namespace sealane::hvswitch
