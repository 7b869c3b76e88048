#include "tests/system/chaos/stream.h"

#include <gtest/gtest.h>

namespace sealane::chaos {
namespace {

constexpr Nanoseconds kMillisecond = kSecond / 1'000;

/// Sent one a millisecond, from 0 on.
Log sent(std::size_t frames) {
    Log log;
    for (std::size_t i = 0; i < frames; ++i) {
        log.sent.push_back(static_cast<Nanoseconds>(i) * kMillisecond);
    }
    return log;
}

Arrival arrival(std::uint64_t number, Nanoseconds at_ms) {
    return {.number = number, .at = at_ms * kMillisecond};
}

Outcome outcome(const Log& log, const std::vector<Arrival>& arrivals) {
    return outcome_at(log, {.seen = arrivals, .passed_at = {}}, 0, log.sent.back() + kMillisecond);
}

TEST(ChaosStream, EveryFrameInOrderIsNoOutageButItsTimeOnTheWay) {
    const Outcome found =
        outcome(sent(4), {arrival(0, 0), arrival(1, 1), arrival(2, 2), arrival(3, 3)});
    EXPECT_EQ(found.received, 4U);
    EXPECT_EQ(found.lost + found.duplicated + found.reordered, 0U);
    EXPECT_EQ(found.most_copies, 1U);
    EXPECT_EQ(found.longest_gap, kMillisecond);
    EXPECT_EQ(found.outage, 0);
    EXPECT_TRUE(found.resumed);
}

TEST(ChaosStream, AnOutageLastsFromTheFirstLostFrameToTheNextArrival) {
    const Outcome found =
        outcome(sent(10), {arrival(0, 0), arrival(1, 1), arrival(8, 8), arrival(9, 9)});
    EXPECT_EQ(found.lost, 6U);
    EXPECT_EQ(found.outage, 6 * kMillisecond);
    EXPECT_EQ(found.outage_at, 2 * kMillisecond);
    EXPECT_EQ(found.longest_gap, 7 * kMillisecond);
}

TEST(ChaosStream, APauseOfTheSenderIsNoOutage) {
    Log log = sent(2);
    log.sent.push_back(50 * kMillisecond);
    const Outcome found = outcome(log, {arrival(0, 0), arrival(1, 1), arrival(2, 50)});
    EXPECT_EQ(found.outage, 0);
    EXPECT_EQ(found.longest_gap, 49 * kMillisecond);
    EXPECT_EQ(longest_pause(log), 49 * kMillisecond);
}

TEST(ChaosStream, HeldFramesAreAnOutageThoughNoneIsLost) {
    const Outcome found = outcome(
        sent(5), {arrival(0, 0), arrival(1, 4), arrival(2, 4), arrival(3, 4), arrival(4, 4)});
    EXPECT_EQ(found.lost, 0U);
    EXPECT_EQ(found.outage, 3 * kMillisecond);
}

TEST(ChaosStream, CopiesAndOvertakingAreTold) {
    const Outcome found = outcome(
        sent(3), {arrival(1, 1), arrival(0, 1), arrival(1, 2), arrival(1, 2), arrival(2, 2)});
    EXPECT_EQ(found.received, 3U);
    EXPECT_EQ(found.duplicated, 2U);
    EXPECT_EQ(found.most_copies, 3U);
    EXPECT_EQ(found.reordered, 1U);
    EXPECT_EQ(found.reordered_at, kMillisecond);
    EXPECT_EQ(found.latest, kMillisecond);
}

TEST(ChaosStream, WhatNeverResumesLastsToTheEnd) {
    const Outcome found = outcome(sent(10), {arrival(0, 0)});
    EXPECT_FALSE(found.resumed);
    EXPECT_EQ(found.lost, 9U);
    EXPECT_EQ(found.outage, 9 * kMillisecond);
}

TEST(ChaosStream, WhatIsLostLastEndsWithTheFirstFrameThatWasSentLater) {
    const Outcome found =
        outcome_at(sent(10),
                   {.seen = {arrival(0, 0), arrival(1, 1)}, .passed_at = 30 * kMillisecond},
                   0,
                   99 * kMillisecond);
    EXPECT_TRUE(found.resumed);
    EXPECT_EQ(found.lost, 8U);
    EXPECT_EQ(found.outage, 28 * kMillisecond);
}

TEST(ChaosStream, ALaterFrameEndsNoOutageWhereTheLastOneCame) {
    const Outcome found =
        outcome_at(sent(2),
                   {.seen = {arrival(0, 0), arrival(1, 1)}, .passed_at = 30 * kMillisecond},
                   0,
                   99 * kMillisecond);
    EXPECT_TRUE(found.resumed);
    EXPECT_EQ(found.outage, 0);
}

TEST(ChaosStream, IsPassedWhenEveryEndHasSeenALaterFrame) {
    Log log;
    log.ends.resize(2);
    EXPECT_FALSE(log.is_passed());
    log.ends[1].passed_at = kMillisecond;
    EXPECT_FALSE(log.is_passed());
    log.ends[0].passed_at = kMillisecond;
    EXPECT_TRUE(log.is_passed());
}

TEST(ChaosStream, IsReadFromWords) {
    const auto stream =
        read_stream("a rate=1000 src=02:00:00:00:00:01 dst=ff:ff:ff:ff:ff:ff from=c1 to=out@7,c2");
    ASSERT_TRUE(stream);
    EXPECT_EQ(stream->period, kMillisecond);
    EXPECT_EQ(stream->source[5], 1);
    EXPECT_EQ(stream->from, (End{"c1", {}}));
    EXPECT_EQ(stream->to, (std::vector<End>{{"out", 7}, {"c2", {}}}));
    EXPECT_FALSE(stream->route);
    for (const char* wrong : {"a",
                              "a rate=0 from=x to=y",
                              "a rate=1 from=x",
                              "a rate=1 from=x to=y@5000",
                              "a rate=1 from=x to=y src=02:00",
                              "a rate=1 from=x to=y ip=10.0.1.9",
                              "a rate=1 from=x to=y ip=10.0.1.9>10.0.2",
                              "a rate=1 from=x to=y more=1"}) {
        EXPECT_FALSE(read_stream(wrong)) << wrong;
    }
}

TEST(ChaosStream, ForRoutersItHasARoute) {
    const auto stream = read_stream("a rate=1 from=x to=y ip=10.0.1.9>10.0.2.8");
    ASSERT_TRUE(stream);
    EXPECT_EQ(stream->route, (Route{.source = 0x0a000109, .destination = 0x0a000208}));
}

}  // namespace
}  // namespace sealane::chaos
