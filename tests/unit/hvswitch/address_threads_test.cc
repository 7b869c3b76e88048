// One writer, many readers.  Run under ThreadSanitizer too (preset tsan).
#include <atomic>
#include <mutex>
#include <set>
#include <thread>
#include <vector>

#include "tests/unit/hvswitch/address_table_test.h"

namespace sealane::hvswitch {
namespace {

using std::chrono::seconds;

constexpr std::uint64_t kPermanent = 200;
constexpr std::uint64_t kPassing = 600;  // of which the table has room for an eighth
// What goes wrong goes wrong within nanoseconds, so where a deed takes that long, many are needed.
#ifdef NDEBUG
constexpr int kDeeds = 400'000;
#else
constexpr int kDeeds = 40'000;
#endif

/// Every key has its own adapter, so that a value read with another's key shows.
AdapterId owner_of(AddressKey k) { return adapter_of(k.mac().bits & 0xfff); }

/// The smallest table, at its highest load, so that entries move all the time.
class AddressThreads : public testing::Test {
  protected:
    AddressThreads() {
        for (std::uint64_t i = 0; i < kPermanent; ++i) {
            EXPECT_TRUE(table_.fix(key(i), adapter_of(i), AddressKind::Configured).ok());
        }
    }

    void churn() {
        std::uint64_t state = 1;
        for (int i = 0; i < kDeeds; ++i) {
            state = state * 6364136223846793005U + 1442695040888963407U;
            const std::uint64_t number = kPermanent + (state >> 33) % kPassing;
            const Instant now(seconds{i / (kDeeds / 100)});
            if (state >> 62 != 0) {
                table_.learn(key(number), adapter_of(number), kManyMacs, now);
            } else {
                table_.forget(key(number));
            }
            if (i % 1000 == 0) table_.age(now, 3);
        }
        done_ = true;
    }

    /// Calls `read` until the writer is done.
    template <typename Read>
    std::thread reader(Read&& read) {
        return std::thread([this, read] {
            while (!done_) {
                read();
            }
        });
    }

    AddressTable table_{{.capacity = 272, .age = seconds{30}}, 3};
    std::atomic<bool> done_{false};
};

TEST_F(AddressThreads, F27_APermanentEntryIsAlwaysFoundAndNothingAtAWrongAdapter) {
    std::atomic<std::uint64_t> missed{0}, wrong{0}, found{0};
    const auto read = [&] {
        for (std::uint64_t i = 0; i < kPermanent + kPassing; ++i) {
            const auto entry = table_.find(key(i));
            if (entry) found.fetch_add(1, std::memory_order_relaxed);
            if (!entry && i < kPermanent) ++missed;
            if (entry && entry->adapter != adapter_of(i)) ++wrong;
            if (entry && (entry->kind == AddressKind::Configured) != (i < kPermanent)) ++wrong;
        }
    };
    std::thread first = reader(read), second = reader(read);
    churn();
    first.join();
    second.join();
    EXPECT_EQ(missed, 0U);
    EXPECT_EQ(wrong, 0U);
    EXPECT_GT(found, kPermanent);
    EXPECT_LE(table_.size(), table_.capacity());
}

TEST_F(AddressThreads, F28_ADumpDuringChurnIsWholeAndHoldsNoHalfEntries) {
    std::atomic<std::uint64_t> wrong{0}, incomplete{0}, dumps{0};
    std::thread dump = reader([&] {
        std::set<std::uint64_t> seen;
        std::uint64_t permanent = 0;
        table_.for_each([&](AddressKey k, const AddressEntry& entry) {
            if (!seen.insert(k.word).second || entry.adapter != owner_of(k)) ++wrong;
            permanent += static_cast<std::uint64_t>(entry.kind == AddressKind::Configured);
        });
        if (permanent != kPermanent) ++incomplete;
        ++dumps;
    });
    churn();
    dump.join();
    EXPECT_EQ(wrong, 0U);
    EXPECT_EQ(incomplete, 0U);
    EXPECT_GT(dumps, 0U);
}

TEST(AddressThreadsOneKey, F27_TheSameAddressLearnedOnTwoWorkersHasOneOwner) {
    AddressTable table({.capacity = 64}, 3);
    std::mutex writing;  // as the switch has it with several workers
    std::atomic<int> running{2};
    std::atomic<std::uint64_t> wrong{0};
    const auto learner = [&](AdapterId from) {
        for (int i = 0; i < 20'000; ++i) {
            const std::lock_guard lock(writing);
            table.learn(key(1), from, kManyMacs, Instant(seconds{i / 100}));
        }
        --running;
    };
    std::thread one(learner, AdapterId{1}), two(learner, AdapterId{2});
    while (running > 0) {
        const auto entry = table.find(key(1));
        if (entry && entry->adapter != AdapterId{1} && entry->adapter != AdapterId{2}) ++wrong;
    }
    one.join();
    two.join();
    EXPECT_EQ(wrong, 0U);
    EXPECT_EQ(table.size(), 1U);
    EXPECT_EQ(table.learned_at({1}) + table.learned_at({2}), 1U);
    EXPECT_EQ(table.learned_at(table.find(key(1))->adapter), 1U);
    EXPECT_EQ(table.counts().added, 1U);
}

}  // namespace
}  // namespace sealane::hvswitch
