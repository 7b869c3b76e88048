// The length-prefixed stream, byte by byte.
#include "dataplane/wire/stream_framing.h"

#include <cstdint>
#include <random>
#include <vector>

#include <gtest/gtest.h>

namespace sealane::wire {
namespace {

using Bytes = std::vector<std::uint8_t>;
using Kind = StreamUnit::Kind;

Bytes unit_of(std::uint32_t length) {
    Bytes bytes(kStreamLengthWord + length, 0xa5);
    for (std::size_t i = 0; i < kStreamLengthWord; ++i) {
        bytes[i] = static_cast<std::uint8_t>(length >> (24 - 8 * i));
    }
    return bytes;
}

StreamUnit first_of(const Bytes& bytes) { return first_unit(bytes); }

TEST(StreamFraming, NothingIsIncomplete) {
    EXPECT_EQ(first_unit({}), (StreamUnit{.kind = Kind::Incomplete}));
}

TEST(StreamFraming, FrameIsWholeWithItsLastByteOnly) {
    for (const std::uint32_t length : {14U, 60U, 1514U}) {
        const Bytes bytes = unit_of(length);
        for (std::size_t held = 0; held < bytes.size(); ++held) {
            const Bytes some(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(held));
            ASSERT_EQ(first_of(some).kind, Kind::Incomplete) << held << " of " << length;
        }
        EXPECT_EQ(first_of(bytes), (StreamUnit{.kind = Kind::Frame, .length = length}));
    }
}

TEST(StreamFraming, WhatFollowsIsNotLookedAt) {
    Bytes bytes = unit_of(60);
    const Bytes garbage(8, 0xff);
    bytes.insert(bytes.end(), garbage.begin(), garbage.end());
    const StreamUnit unit = first_of(bytes);
    EXPECT_EQ(unit.kind, Kind::Frame);
    EXPECT_EQ(unit.size(), 64U);
}

TEST(StreamFraming, LengthsBelowAHeaderAreRunts) {
    for (const std::uint32_t length : {0U, 1U, 13U}) {
        EXPECT_EQ(first_of(unit_of(length)),
                  (StreamUnit{.kind = Kind::Refused, .length = length, .why = Drop::Runt}));
    }
}

TEST(StreamFraming, RefusedUnitIsIncompleteUntilItCanBeSkippedWhole) {
    Bytes bytes = unit_of(13);
    bytes.pop_back();
    EXPECT_EQ(first_of(bytes).kind, Kind::Incomplete);
}

TEST(StreamFraming, LongestFrameIs65408) {
    EXPECT_EQ(first_of(unit_of(65408)).kind, Kind::Frame);
    EXPECT_EQ(first_of(unit_of(65409)),
              (StreamUnit{.kind = Kind::Refused, .length = 65409, .why = Drop::Oversize}));
    EXPECT_EQ(first_of(unit_of(69632)),
              (StreamUnit{.kind = Kind::Refused, .length = 69632, .why = Drop::Oversize}));
}

TEST(StreamFraming, LengthThatNoFrameHasIsKnownByItsWordAlone) {
    for (const std::uint32_t length : {69633U, 0x7fffffffU, 0x80000000U, 0xffffffffU}) {
        Bytes word = unit_of(0);
        for (std::size_t i = 0; i < kStreamLengthWord; ++i) {
            word[i] = static_cast<std::uint8_t>(length >> (24 - 8 * i));
        }
        EXPECT_EQ(first_of(word),
                  (StreamUnit{.kind = Kind::Lost, .length = length, .why = Drop::BadLength}));
        word.pop_back();
        EXPECT_EQ(first_of(word).kind, Kind::Incomplete);
    }
}

TEST(StreamFraming, SmallerLimitMakesOversizeEarlier) {
    EXPECT_EQ(first_unit(unit_of(1518), 1518).kind, Kind::Frame);
    EXPECT_EQ(first_unit(unit_of(1519), 1518).why, Drop::Oversize);
}

TEST(StreamFraming, GarbageEndsInFramesRefusalsOrLossNeverBeyondItsEnd) {
    std::minstd_rand random(7);
    for (int round = 0; round < 20000; ++round) {
        Bytes bytes(random() % 64);
        for (std::uint8_t& byte : bytes) {
            byte = static_cast<std::uint8_t>(random() % 8 == 0 ? random() : 0);
        }
        std::span<const std::uint8_t> rest = bytes;
        for (;;) {
            const StreamUnit unit = first_unit(rest);
            if (unit.kind == Kind::Incomplete || unit.kind == Kind::Lost) break;
            ASSERT_LE(unit.size(), rest.size());
            rest = rest.subspan(unit.size());
        }
    }
}

}  // namespace
}  // namespace sealane::wire
