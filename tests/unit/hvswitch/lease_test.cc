#include "hvswitch/rules/lease.h"

#include <array>
#include <chrono>

#include <gtest/gtest.h>

namespace sealane::hvswitch {
namespace {

using namespace std::chrono_literals;

constexpr AdapterId kOne{1}, kTwo{2}, kThree{3};
constexpr Instant kStart{1h};

LeaseTerms at_progress(std::uint64_t progress) { return {.lease = 100ms, .progress = progress}; }

SlotLease owned_by_one() { return acquire({}, kOne, at_progress(7), kStart).slot; }

TEST(Lease, AFreeSlotGoesToWhoAsks) {
    const Acquired got = acquire({}, kOne, at_progress(7), kStart);
    EXPECT_EQ(got.grant, Grant::Granted);
    EXPECT_EQ(got.slot.owner, kOne);
    EXPECT_EQ(got.slot.epoch, 1U);
}

TEST(Lease, AHeldSlotIsRefusedUntilTheMomentItExpires) {
    const SlotLease held = owned_by_one();
    const Acquired early = acquire(held, kTwo, at_progress(0), kStart + 99ms);
    EXPECT_EQ(early.grant, Grant::HeldByAnother);
    EXPECT_EQ(early.slot, held);
    const Acquired late = acquire(held, kTwo, at_progress(0), kStart + 100ms);
    EXPECT_EQ(late.grant, Grant::Granted);
    EXPECT_EQ(late.slot.owner, kTwo);
    EXPECT_EQ(late.slot.epoch, 2U);
}

TEST(Lease, AskingTwiceIsAnsweredTwiceAndChangesNothing) {
    const SlotLease held = owned_by_one();
    const Acquired again = acquire(held, kOne, at_progress(9), kStart + 50ms);
    EXPECT_EQ(again.grant, Grant::OwnedAlready);
    EXPECT_EQ(again.slot, held) << "control asking must not renew: only the dataplane does";
}

TEST(Lease, AnExpiredOwnerThatAsksStartsANewEpoch) {
    const Acquired again = acquire(owned_by_one(), kOne, at_progress(9), kStart + 100ms);
    EXPECT_EQ(again.grant, Grant::Granted);
    EXPECT_EQ(again.slot.epoch, 2U);
}

TEST(Lease, OnlyACounterThatMovesRenews) {
    SlotLease slot = observe(owned_by_one(), at_progress(8), kStart + 90ms);
    EXPECT_EQ(slot.expires, kStart + 190ms);
    slot = observe(slot, at_progress(8), kStart + 189ms);
    EXPECT_EQ(slot.owner, kOne);
    slot = observe(slot, at_progress(8), kStart + 190ms);
    EXPECT_TRUE(slot.is_free());
    EXPECT_EQ(slot.epoch, 2U);
}

TEST(Lease, ALateLookDoesNotPunishAnOwnerThatMoved) {
    const SlotLease slot = observe(owned_by_one(), at_progress(8), kStart + 10s);
    EXPECT_EQ(slot.owner, kOne);
    EXPECT_EQ(slot.epoch, 1U);
}

TEST(Lease, AHandOverWaitsForItsHeirAndOnlyForIt) {
    const SlotLease offered = hand_over(owned_by_one(), kOne, kTwo);
    EXPECT_EQ(offered.owner, kOne);
    EXPECT_EQ(offered.epoch, 1U) << "nothing has changed hands";
    EXPECT_EQ(acquire(offered, kThree, at_progress(0), kStart).grant, Grant::HeldByAnother);
    const Acquired got = acquire(offered, kTwo, at_progress(0), kStart);
    EXPECT_EQ(got.grant, Grant::Granted);
    EXPECT_EQ(got.slot.epoch, 2U) << "one change, no moment without an owner";
    EXPECT_EQ(got.slot.heir, kNoAdapter);
}

TEST(Lease, AHandOverCanBeWithdrawn) {
    SlotLease slot = hand_over(owned_by_one(), kOne, kTwo);
    slot = hand_over(slot, kOne, kNoAdapter);
    EXPECT_EQ(acquire(slot, kTwo, at_progress(0), kStart).grant, Grant::HeldByAnother);
}

TEST(Lease, NobodyButTheOwnerGivesItAway) {
    const SlotLease held = owned_by_one();
    EXPECT_EQ(hand_over(held, kTwo, kTwo), held);
    EXPECT_EQ(release(held, kTwo), held);
    EXPECT_EQ(end(held, kTwo), held);
}

TEST(Lease, AFreeSlotHasNothingToLetGo) {
    const SlotLease nothing;
    EXPECT_EQ(release(nothing, kOne), nothing);
    EXPECT_EQ(release(nothing, kNoAdapter), nothing);
    EXPECT_EQ(end(nothing, kOne), nothing);
    EXPECT_EQ(hand_over(nothing, kNoAdapter, kOne), nothing);
    EXPECT_EQ(observe(nothing, at_progress(5), kStart + 1h), nothing);
}

TEST(Lease, AnEndedConnectionFreesAtOnceAndIsNoHeir) {
    const SlotLease slot = end(owned_by_one(), kOne);
    EXPECT_TRUE(slot.is_free());
    EXPECT_EQ(slot.epoch, 2U);

    const SlotLease offered = hand_over(owned_by_one(), kOne, kTwo);
    const SlotLease after = end(offered, kTwo);
    EXPECT_EQ(after.heir, kNoAdapter);
    EXPECT_EQ(after.epoch, 1U);
}

/// Every order of up to five deeds of two trunk adapters, the clock and the counter: the epoch
/// goes up by one with each change of owner and never else, and workers see the same.
struct Walk {
    SlotLease slot;
    SlotTable table{1};
    std::array<std::uint64_t, 3> progress{};
    Instant now = kStart;
    int visited = 0;

    void to(const SlotLease& after, int depth) {
        const SlotLease before = slot;
        const bool moved = after.owner != before.owner;
        ASSERT_TRUE(after.epoch == before.epoch + 1 || (!moved && after.epoch == before.epoch));
        Walk next = fork();
        next.slot = after;
        show(next.table, {0}, after);
        ASSERT_EQ(next.table.holder({0}).held, !after.is_free());
        ASSERT_TRUE(after.is_free() || next.table.holds({0}, after.owner));
        next.go(depth - 1);
        visited += next.visited;
    }

    [[nodiscard]] Walk fork() const {
        Walk copy{.slot = slot, .progress = progress, .now = now};
        for (std::uint32_t i = 0; i < slot.epoch; ++i) {
            if (i + 1 == slot.epoch && !slot.is_free()) {
                copy.table.give({0}, slot.owner);
            } else {
                copy.table.take_away({0});
            }
        }
        return copy;
    }

    void go(int depth) {
        ++visited;
        if (depth == 0 || testing::Test::HasFatalFailure()) return;
        const auto terms = [&](AdapterId who) { return at_progress(progress[who.index % 3]); };
        for (const AdapterId who : {kOne, kTwo}) {
            to(acquire(slot, who, terms(who), now).slot, depth);
            to(release(slot, who), depth);
            to(end(slot, who), depth);
            to(hand_over(slot, who, {static_cast<std::uint16_t>(3 - who.index)}), depth);
        }
        if (!slot.is_free()) {
            to(observe(slot, terms(slot.owner), now), depth);
            const auto before = progress;
            ++progress[slot.owner.index % 3];
            to(observe(slot, terms(slot.owner), now), depth);
            progress = before;
        }
        now += 60ms;
        if (!slot.is_free()) to(observe(slot, terms(slot.owner), now), depth);
        now -= 60ms;
    }
};

TEST(Lease, EveryChangeOfOwnerRaisesTheEpochAndNothingElseDoes) {
    Walk walk;
    walk.go(5);
    EXPECT_GT(walk.visited, 50'000);
}

}  // namespace
}  // namespace sealane::hvswitch
