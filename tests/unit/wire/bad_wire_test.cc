// What a bad wire does is what its settings say, and the same again with the same seed.
#include "dataplane/wire/bad_wire.h"

#include <algorithm>
#include <set>
#include <vector>

#include <gtest/gtest.h>

namespace sealane::wire {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr std::uint64_t kSeed = 11;
constexpr int kFrames = 100'000;

/// A frame of 100 bytes every microsecond.
std::vector<Passage> passages(BadWire& wire, int frames = kFrames) {
    std::vector<Passage> all;
    for (int i = 0; i < frames; ++i) {
        all.push_back(wire.pass(100, Instant(microseconds{i})));
    }
    return all;
}
std::vector<Passage> passages(const Impairment& impairment, int frames = kFrames) {
    BadWire wire(impairment, kSeed);
    return passages(wire, frames);
}
double share(const std::vector<Passage>& all, bool (*counts)(const Passage&)) {
    return static_cast<double>(std::count_if(all.begin(), all.end(), counts)) /
           static_cast<double>(all.size());
}
bool is_lost(const Passage& passage) { return passage.lost; }

TEST(BadWire, AGoodOneBringsEachFrameAtOnceAsItWas) {
    BadWire wire({}, kSeed);
    for (int i = 0; i < 1000; ++i) {
        const Instant now(microseconds{i});
        ASSERT_EQ(wire.pass(1500, now), (Passage{.due = now}));
    }
    for (std::size_t event = 0; event < kWireEvents; ++event) {
        EXPECT_EQ(wire.count(static_cast<WireEvent>(event)), 0U);
    }
}

TEST(BadWire, TheSameSeedDoesTheSameAndAnotherDoesNot) {
    const Impairment bad{.loss = 0.1, .duplicate = 0.1, .corrupt = 0.1, .jitter = milliseconds{5}};
    const auto first = passages(bad), second = passages(bad);
    EXPECT_EQ(first, second);
    BadWire other(bad, kSeed + 1);
    EXPECT_NE(passages(other), first);
}

TEST(BadWire, ProbabilitiesAreKept) {
    EXPECT_NEAR(share(passages({.loss = 0.3}), is_lost), 0.3, 0.01);
    EXPECT_NEAR(share(passages({.duplicate = 0.05}), [](const Passage& p) { return p.twice; }),
                0.05,
                0.005);
    EXPECT_NEAR(
        share(passages({.corrupt = 0.5}), [](const Passage& p) { return p.flipped.has_value(); }),
        0.5,
        0.01);
    EXPECT_EQ(share(passages({.loss = 1}), is_lost), 1.0);
    EXPECT_EQ(share(passages({.black_hole = true}), is_lost), 1.0);
}

TEST(BadWire, EveryEventIsCountedOnce) {
    BadWire wire({.loss = 0.2,
                  .burst_begin = 0.01,
                  .burst_end = 0.2,
                  .duplicate = 0.1,
                  .corrupt = 0.1,
                  .reorder = 0.1,
                  .delay = milliseconds{1}},
                 kSeed);
    std::uint64_t lost = 0, twice = 0, flipped = 0, delayed = 0;
    for (const Passage& passage : passages(wire)) {
        lost += static_cast<std::uint64_t>(passage.lost);
        twice += static_cast<std::uint64_t>(passage.twice);
        flipped += static_cast<std::uint64_t>(passage.flipped.has_value());
        delayed += static_cast<std::uint64_t>(!passage.lost);
    }
    EXPECT_EQ(wire.count(WireEvent::Lost) + wire.count(WireEvent::LostInBurst), lost);
    EXPECT_EQ(wire.count(WireEvent::Duplicated), twice);
    EXPECT_EQ(wire.count(WireEvent::Corrupted), flipped);
    EXPECT_EQ(wire.count(WireEvent::Delayed), delayed);
    EXPECT_GT(wire.count(WireEvent::Reordered), 0U);
}

TEST(BadWire, BurstsAreAsLongAndAsOftenAsTheirTwoProbabilitiesSay) {
    const auto all = passages({.burst_begin = 0.01, .burst_end = 0.1});
    int bursts = 0, lost = 0;
    for (std::size_t i = 1; i < all.size(); ++i) {
        bursts += static_cast<int>(all[i].lost && !all[i - 1].lost);
        lost += static_cast<int>(all[i].lost);
    }
    EXPECT_NEAR(static_cast<double>(lost) / bursts, 10, 1);       // 1 / burst_end
    EXPECT_NEAR(share(all, is_lost), 0.01 / (0.01 + 0.1), 0.02);  // of all frames
}

TEST(BadWire, OneChanceDoesNotDisturbAnother) {
    const Impairment bad{.loss = 0.1, .corrupt = 0.1};
    Impairment worse = bad;
    worse.duplicate = 0.5;
    worse.jitter = milliseconds{1};
    const auto first = passages(bad), second = passages(worse);
    for (std::size_t i = 0; i < first.size(); ++i) {
        ASSERT_EQ(first[i].lost, second[i].lost);
        ASSERT_EQ(first[i].flipped, second[i].flipped);
    }
}

TEST(BadWire, JitterKeepsTheOrderAndStaysWithinItsRange) {
    const auto all = passages({.delay = milliseconds{10}, .jitter = milliseconds{4}});
    Instant before{};
    std::set<Duration> delays;
    for (int i = 0; i < kFrames; ++i) {
        const Passage& passage = all[static_cast<std::size_t>(i)];
        const Duration delay = passage.due - Instant(microseconds{i});
        ASSERT_GE(delay, milliseconds{10});
        ASSERT_LE(delay, milliseconds{14});
        ASSERT_GE(passage.due, before);
        before = passage.due;
        delays.insert(delay);
    }
    EXPECT_GT(delays.size(), 1000U);
}

TEST(BadWire, AReorderedFrameComesLaterAndHoldsUpNobody) {
    const auto all = passages({.reorder = 0.1, .reorder_by = microseconds{50}});
    int late = 0;
    for (int i = 0; i < kFrames; ++i) {
        const Duration delay = all[static_cast<std::size_t>(i)].due - Instant(microseconds{i});
        ASSERT_TRUE(delay == Duration{} || delay == microseconds{50}) << delay.count();
        late += static_cast<int>(delay != Duration{});
    }
    EXPECT_NEAR(late, kFrames / 10.0, kFrames / 100.0);
}

TEST(BadWire, ARateSpacesFramesAndLosesWhatWouldWaitTooLong) {
    // 100 bytes take 100 us, and one comes every 1 us: of 10 ms' worth of queue the rest is lost.
    BadWire wire({.rate = 8'000'000, .queue = milliseconds{10}}, kSeed);
    std::vector<Instant> out;
    for (const Passage& passage : passages(wire, 1000)) {
        if (!passage.lost) out.push_back(passage.due);
    }
    EXPECT_EQ(out.size() + wire.count(WireEvent::LostInQueue), 1000U);
    EXPECT_NEAR(static_cast<double>(out.size()), 110, 2);
    EXPECT_EQ(out[0], Instant(microseconds{100}));
    for (std::size_t i = 1; i < out.size(); ++i) {
        EXPECT_EQ(out[i] - out[i - 1], microseconds{100});
    }
    EXPECT_EQ(wire.pass(100, Instant(seconds{1})).due, Instant(seconds{1} + microseconds{100}));
}

TEST(BadWire, AChangeLetsNobodyOvertakeWhatIsUnderWay) {
    BadWire wire({.delay = milliseconds{100}}, kSeed);
    const Instant slow = wire.pass(100, Instant{}).due;
    wire.change({});
    EXPECT_EQ(wire.pass(100, Instant(milliseconds{1})).due, slow);
    EXPECT_EQ(wire.pass(100, Instant(milliseconds{101})).due, Instant(milliseconds{101}));
}

TEST(BadWire, FlippedBitsAreInsideTheFrameAndEverywhereInIt) {
    BadWire wire({.corrupt = 1}, kSeed);
    std::set<std::uint64_t> bits;
    for (int i = 0; i < 20'000; ++i) {
        bits.insert(wire.pass(64, Instant{}).flipped.value());
    }
    EXPECT_EQ(bits.size(), 64U * 8);
    EXPECT_EQ(*bits.rbegin(), 64U * 8 - 1);
}

}  // namespace
}  // namespace sealane::wire
