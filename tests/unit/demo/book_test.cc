#include "control/app/demo/pair/book.h"

#include <gtest/gtest.h>

namespace sealane::app {
namespace {

using namespace std::chrono_literals;

Instant at(Duration time) { return Instant{} + 1h + time; }

/// Sent one a millisecond, from 0 on.
ProbeBook book_of(std::uint64_t frames) {
    ProbeBook book;
    for (std::uint64_t i = 0; i < frames; ++i) {
        book.send(at(i * 1ms));
    }
    return book;
}

TEST(ProbeBook, FramesThatComeAtOnceAreNoGap) {
    ProbeBook book = book_of(3);
    for (const auto number : {0, 1, 2}) {
        book.arrive(static_cast<std::uint64_t>(number), at(number * 1ms));
    }
    EXPECT_EQ(book.outcome(0, 3), (Outcome{.sent = 3, .resumed = true}));
}

TEST(ProbeBook, AGapLastsFromTheFirstLostFrameToTheNextArrival) {
    ProbeBook book = book_of(10);
    book.arrive(0, at(0ms));
    book.arrive(1, at(1ms));
    book.arrive(8, at(8ms));
    book.arrive(9, at(9ms));
    EXPECT_EQ(book.outcome(0, 10),
              (Outcome{.sent = 10, .lost = 6, .longest_gap = 6ms, .resumed = true}));
}

TEST(ProbeBook, HeldFramesAreAGapThoughNoneIsLost) {
    ProbeBook book = book_of(3);
    for (const std::uint64_t number : {0, 1, 2}) {
        book.arrive(number, at(7ms));
    }
    EXPECT_EQ(book.outcome(0, 3), (Outcome{.sent = 3, .longest_gap = 7ms, .resumed = true}));
}

TEST(ProbeBook, APauseOfTheSenderIsNoGap) {
    ProbeBook book = book_of(1);
    book.send(at(50ms));
    book.arrive(0, at(0ms));
    book.arrive(1, at(50ms));
    EXPECT_EQ(book.outcome(0, 2).longest_gap, 0ms);
}

TEST(ProbeBook, CopiesAndLateFramesAreCountedOnceEach) {
    ProbeBook book = book_of(3);
    book.arrive(0, at(0ms));
    book.arrive(2, at(2ms));
    book.arrive(1, at(2ms));
    book.arrive(2, at(2ms));
    const Outcome found = book.outcome(0, 3);
    EXPECT_EQ(found.lost, 0U);
    EXPECT_EQ(found.reordered, 1U);
    EXPECT_EQ(found.doubled, 1U);
}

TEST(ProbeBook, AnActIsJudgedByItsOwnFrames) {
    ProbeBook book = book_of(6);
    book.arrive(0, at(0ms));  // 1 is lost, of the first act; 3 of the second
    book.arrive(2, at(2ms));
    book.arrive(4, at(4ms));
    book.arrive(5, at(5ms));
    EXPECT_EQ(book.outcome(0, 2),
              (Outcome{.sent = 2, .lost = 1, .longest_gap = 1ms, .resumed = true}));
    EXPECT_EQ(book.outcome(2, 4),
              (Outcome{.sent = 2, .lost = 1, .longest_gap = 1ms, .resumed = true}));
    EXPECT_EQ(book.outcome(4, 6), (Outcome{.sent = 2, .resumed = true}));
}

TEST(ProbeBook, AStreamThatNeverComesBackHasNotResumed) {
    ProbeBook book = book_of(10);
    book.arrive(0, at(0ms));
    EXPECT_FALSE(book.has_passed(1));
    EXPECT_EQ(book.outcome(0, 5), (Outcome{.sent = 5, .lost = 4, .longest_gap = 8ms}));
    book.arrive(9, at(9ms));
    EXPECT_TRUE(book.has_passed(5));
    EXPECT_TRUE(book.outcome(0, 5).resumed);
}

TEST(ProbeBook, ANumberThatWasNeverSentIsNoArrival) {
    ProbeBook book = book_of(2);
    book.arrive(2, at(2ms));
    EXPECT_FALSE(book.has_passed(0));
    EXPECT_EQ(book.outcome(0, 2).lost, 2U);
}

}  // namespace
}  // namespace sealane::app
