// What the load says of frames: when they are due, what became of them, and how long they took.
#include <algorithm>
#include <random>
#include <vector>

#include <gtest/gtest.h>

#include "bench/load/arrivals.h"
#include "bench/load/histogram.h"
#include "bench/load/pace.h"
#include "bench/load/shape.h"
#include "dataplane/wire/bytes.h"
#include "dataplane/wire/checksum.h"

namespace sealane::load {
namespace {

TEST(Histogram, SmallValuesAreExact) {
    Histogram histogram;
    for (std::uint64_t value = 1; value <= 50; ++value) {
        histogram.add(value);
    }
    EXPECT_EQ(histogram.percentile(0.5), 25U);
    EXPECT_EQ(histogram.percentile(0.51), 26U);
    EXPECT_EQ(histogram.percentile(1), 50U);
    EXPECT_EQ(histogram.most(), 50U);
}

TEST(Histogram, WithoutValuesThereAreNoPercentiles) { EXPECT_EQ(Histogram().percentile(0.5), 0U); }

TEST(Histogram, PercentilesAreNeverTooSmallAndTooLargeByA64thAtMost) {
    std::mt19937_64 chance(7);
    for (const double spread : {4.0, 12.0, 30.0, 44.0}) {
        std::vector<std::uint64_t> values;
        Histogram histogram;
        for (int i = 0; i < 20'000; ++i) {
            const double power = std::uniform_real_distribution(0.0, spread)(chance);
            values.push_back(static_cast<std::uint64_t>(std::exp2(power)));
            histogram.add(values.back());
        }
        std::ranges::sort(values);
        for (const double share : {0.001, 0.1, 0.5, 0.9, 0.99, 0.999, 1.0}) {
            const auto rank = static_cast<std::size_t>(std::ceil(share * 20'000));
            const std::uint64_t right = values[rank - 1];
            const std::uint64_t got = histogram.percentile(share);
            EXPECT_GE(got, right) << share;
            EXPECT_LE(got, right + right / 64) << share;
        }
    }
}

TEST(Histogram, TheLargestValueThereCanBeHasABucket) {
    Histogram histogram;
    histogram.add(~std::uint64_t{0});
    EXPECT_EQ(histogram.percentile(1), ~std::uint64_t{0});
}

TEST(Histogram, TwoTogetherAreAsOneOfAllTheirValues) {
    Histogram one, other;
    for (std::uint64_t value = 0; value < 10; ++value) {
        one.add(value);
        other.add(1000 + value);
    }
    one.add(other);
    EXPECT_EQ(one.total(), 20U);
    EXPECT_EQ(one.percentile(0.5), 9U);
    EXPECT_EQ(one.most(), 1009U);
}

TEST(Pace, FramesAreDueByTheClock) {
    Pace pace(0.5, 1000);
    EXPECT_EQ(pace.due(1001), 0U);
    EXPECT_EQ(pace.due(1002), 1U);
    EXPECT_EQ(pace.due(1020), 10U);
    pace.take(4);
    EXPECT_EQ(pace.due(1020), 6U);
    EXPECT_EQ(pace.skipped(), 0U);
}

TEST(Pace, WhatIsTooLateIsSkippedAndCounted) {
    Pace pace(1, 0);
    EXPECT_EQ(pace.due(Pace::kMostLate), Pace::kMostLate);
    EXPECT_EQ(pace.due(Pace::kMostLate + 1), Pace::kMostLate);
    EXPECT_EQ(pace.skipped(), 1U);
    EXPECT_EQ(pace.due(10'000), Pace::kMostLate);
    pace.take(Pace::kMostLate);
    EXPECT_EQ(pace.due(10'000), 0U);
    EXPECT_EQ(pace.skipped(), 10'000 - Pace::kMostLate);
}

TEST(Arrivals, AnotherTrialsFramesDoNotCount) {
    Arrivals arrivals(3);
    arrivals.take({.trial = 3, .number = 0, .sent = 100}, 150);
    arrivals.take({.trial = 2, .number = 1, .sent = 1}, 150);
    arrivals.take_stranger();
    EXPECT_EQ(arrivals.received(), 1U);
    EXPECT_EQ(arrivals.strangers(), 2U);
    EXPECT_EQ(arrivals.latency().most(), 50U);
}

TEST(Arrivals, AGapIsNoReorderingAndALateFrameIs) {
    Arrivals arrivals(1);
    for (const std::uint64_t number : {0, 1, 5, 4, 6}) {
        arrivals.take({.trial = 1, .number = number, .sent = 0}, 0);
    }
    EXPECT_EQ(arrivals.received(), 5U);
    EXPECT_EQ(arrivals.reordered(), 1U);
}

TEST(Shape, AStampFitsIntoTheShortestFrameAndIsFoundAgain) {
    for (const std::optional<VlanId> vlan : {std::optional<VlanId>(), std::optional(VlanId{10})}) {
        const Shape shape{.size = 60, .vlan = vlan};
        ASSERT_TRUE(is_possible(shape));
        auto frame = make_frame(shape, {2}, {1});
        const Stamp stamp{.trial = 7, .number = 0xffff'ffff'fffe, .sent = 0x0123'4567'89ab'cdef};
        const auto at = stamp_offset(frame.data(), frame.size(), shape);
        ASSERT_EQ(at, headers_of(shape).all());
        ASSERT_LE(*at + kStampSize, frame.size());
        Stamp got;
        EXPECT_FALSE(load_stamp(frame.data() + *at, got));
        store_stamp(frame.data() + *at, stamp);
        ASSERT_TRUE(load_stamp(frame.data() + *at, got));
        EXPECT_EQ(got, stamp);
        EXPECT_EQ(stamp_offset(frame.data(), *at + kStampSize - 1, shape), std::nullopt);
    }
    EXPECT_FALSE(is_possible({.size = 59}));
    EXPECT_FALSE(is_possible({.size = 60, .ip = 6}));
}

TEST(Shape, ALargeFrameHasRightLengthsAndThePseudoHeadersSum) {
    for (const int ip : {4, 6}) {
        const Shape shape{.size = 65'226, .ip = ip, .vlan = VlanId{10}, .mss = 1448};
        const auto frame = make_frame(shape, {2}, {1});
        const Headers headers = headers_of(shape);
        ASSERT_EQ(frame.size(), shape.size + 4);
        const std::uint8_t* const at = frame.data() + headers.ethernet;
        const std::size_t payload = frame.size() - headers.ethernet - headers.ip;
        if (ip == 4) {
            EXPECT_EQ(wire::load_be16(at + 2), payload + 20);
            EXPECT_EQ(wire::sum_of(at, 20), 0xffff);
        } else {
            EXPECT_EQ(wire::load_be16(at + 4), payload);
        }
        const std::size_t addresses = ip == 4 ? 8 : 32;
        const std::uint64_t sum =
            std::uint64_t{wire::sum_of(at + headers.ip - addresses, addresses)} + 6 + payload;
        EXPECT_EQ(wire::load_be16(at + headers.ip + 16), wire::fold(sum));
    }
}

}  // namespace
}  // namespace sealane::load
