// When a worker rests, and for how long at most: both sides of each boundary.
#include "dataplane/worker/idle.h"

#include <limits>

#include <gtest/gtest.h>

namespace sealane::worker {
namespace {

constexpr std::uint32_t kForever = std::numeric_limits<std::uint32_t>::max();

TEST(ChooseRest, SpinsUntilTheTurnBeforeTheFirstSleep) {
    for (const bool must_poll : {false, true}) {
        EXPECT_EQ(choose_rest(IdlePolicy::Adaptive, 1, must_poll), Rest{});
        EXPECT_EQ(choose_rest(IdlePolicy::Adaptive, kSpinTurns - 1, must_poll), Rest{});
        EXPECT_TRUE(choose_rest(IdlePolicy::Adaptive, kSpinTurns, must_poll).sleep);
    }
}

TEST(ChooseRest, WithADescriptorForEverythingSleepsUntilHousekeeping) {
    for (const std::uint32_t turns : {kSpinTurns, kSpinTurns + 1000, kForever}) {
        EXPECT_EQ(choose_rest(IdlePolicy::Adaptive, turns, false),
                  (Rest{.sleep = true, .at_most = kHousekeeping}));
    }
}

TEST(ChooseRest, NapsAreShortAtFirstAndLongLaterWhereSomethingMustBePolled) {
    const Rest short_nap{.sleep = true, .at_most = kShortNap};
    const Rest long_nap{.sleep = true, .at_most = kLongNap};
    EXPECT_EQ(choose_rest(IdlePolicy::Adaptive, kSpinTurns, true), short_nap);
    EXPECT_EQ(choose_rest(IdlePolicy::Adaptive, kSpinTurns + 31, true), short_nap);
    EXPECT_EQ(choose_rest(IdlePolicy::Adaptive, kSpinTurns + 32, true), long_nap);
    EXPECT_EQ(choose_rest(IdlePolicy::Adaptive, kForever, true), long_nap);
}

TEST(ChooseRest, PollNeverSleeps) {
    for (const bool must_poll : {false, true}) {
        for (const std::uint32_t turns : {1U, kSpinTurns, kForever}) {
            EXPECT_EQ(choose_rest(IdlePolicy::Poll, turns, must_poll), Rest{});
        }
    }
}

}  // namespace
}  // namespace sealane::worker
