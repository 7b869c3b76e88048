#include "dataplane/base/token_bucket.h"

#include <gtest/gtest.h>

namespace sealane {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::nanoseconds;

constexpr Instant kStart{hours{1}};

unsigned take_all(TokenBucket& bucket) {
    unsigned taken = 0;
    while (bucket.take()) {
        ++taken;
    }
    return taken;
}

TEST(TokenBucket, IsFullAtFirst) {
    TokenBucket bucket;
    EXPECT_FALSE(bucket.take());
    bucket.refill(10, 5, kStart);
    EXPECT_EQ(take_all(bucket), 5U);
}

TEST(TokenBucket, TokenComesExactlyWhenItIsDue) {
    TokenBucket bucket;
    bucket.refill(10, 5, kStart);
    take_all(bucket);
    bucket.refill(10, 5, kStart + milliseconds{100} - nanoseconds{1});
    EXPECT_EQ(take_all(bucket), 0U);
    bucket.refill(10, 5, kStart + milliseconds{100});
    EXPECT_EQ(take_all(bucket), 1U);
}

TEST(TokenBucket, NothingIsLostBetweenManyRefills) {
    TokenBucket bucket;
    bucket.refill(3, 100, kStart);
    take_all(bucket);
    unsigned taken = 0;
    for (int i = 1; i <= 1'000'000; ++i) {
        bucket.refill(3, 100, kStart + i * nanoseconds{10'000});
        taken += take_all(bucket);
    }
    EXPECT_EQ(taken, 30U);
}

TEST(TokenBucket, HoldsNoMoreThanItsDepth) {
    for (const std::uint32_t rate : {1U, 1'000'000'000U, ~0U}) {
        TokenBucket bucket;
        bucket.refill(rate, 7, kStart);
        take_all(bucket);
        bucket.refill(rate, 7, kStart + hours{24 * 365});
        EXPECT_EQ(take_all(bucket), 7U);
    }
}

TEST(TokenBucket, TimeThatGoesBackGivesNothing) {
    TokenBucket bucket;
    bucket.refill(1000, 5, kStart);
    take_all(bucket);
    bucket.refill(1000, 5, kStart - hours{1});
    EXPECT_EQ(take_all(bucket), 0U);
    bucket.refill(1000, 5, kStart + milliseconds{1});
    EXPECT_EQ(take_all(bucket), 1U);
}

}  // namespace
}  // namespace sealane
