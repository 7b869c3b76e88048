// A ring in shared memory: what goes round, and what the other side may write there.
#include "dataplane/wire/shared_ring.h"

#include <cstring>
#include <memory>
#include <random>
#include <sys/mman.h>
#include <unistd.h>
#include <vector>

#include <gtest/gtest.h>

#include "tests/fuzz/shared_ring_fuzz.h"

namespace sealane::wire {
namespace {

using RingFrame = std::vector<std::uint8_t>;
using Kind = SharedReader::Record::Kind;
using Taken = SharedWriter::Taken;

RingFrame ring_frame(std::size_t length, std::uint8_t mark) { return RingFrame(length, mark); }

/// A ring whose bytes are there twice in a row, as processes map them.
class SharedRing : public testing::Test {
  protected:
    static constexpr std::uint64_t kSize = 1 << 17;

    SharedRing() {
        const int file = ::memfd_create("ring", MFD_CLOEXEC);
        EXPECT_EQ(::ftruncate(file, kSize), 0);
        void* const space =
            ::mmap(nullptr, 2 * kSize, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        bytes = static_cast<std::uint8_t*>(space);
        for (const std::uint64_t at : {std::uint64_t{0}, kSize}) {
            EXPECT_EQ(
                ::mmap(bytes + at, kSize, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, file, 0),
                bytes + at);
        }
        ::close(file);
        reader = SharedReader(control, bytes, kSize);
    }
    ~SharedRing() override { ::munmap(bytes, 2 * kSize); }

    bool put(const RingFrame& frame) {
        std::uint8_t* const room = writer.reserve(static_cast<std::uint32_t>(frame.size()));
        if (room == nullptr) return false;
        std::memcpy(room, frame.data(), frame.size());
        writer.commit(static_cast<std::uint32_t>(frame.size()));
        return true;
    }
    std::vector<RingFrame> take_all() {
        std::vector<RingFrame> all;
        EXPECT_TRUE(reader.look());
        for (;;) {
            const SharedReader::Record record = reader.next();
            if (record.kind != Kind::Frame) return all;
            all.emplace_back(record.bytes.begin(), record.bytes.end());
        }
    }
    Taken settle() {
        Taken taken;
        EXPECT_TRUE(writer.settle(taken));
        return taken;
    }
    void write_length(std::uint64_t at, std::uint32_t length) {
        std::memcpy(bytes + at, &length, sizeof length);
    }

    SharedControl control{};
    std::uint8_t* bytes = nullptr;
    SharedReader reader{control, nullptr, kSize};
    SharedWriter writer{control, nullptr, kSize, 4096};
    void SetUp() override { writer = SharedWriter(control, bytes, kSize, 4096); }
};

TEST_F(SharedRing, FramesAreThereWhenTheyArePublishedAndNotBefore) {
    ASSERT_TRUE(put(ring_frame(60, 1)));
    EXPECT_TRUE(take_all().empty());
    EXPECT_FALSE(writer.publish());
    EXPECT_EQ(take_all(), std::vector<RingFrame>{ring_frame(60, 1)});
}

TEST_F(SharedRing, FramesOfAllLengthsGoRoundTheEndManyTimes) {
    std::mt19937 random(7);
    std::uint64_t sent = 0;
    for (int turn = 0; turn < 400; ++turn) {
        std::vector<RingFrame> frames;
        for (int i = 0; i < 3; ++i) {
            frames.push_back(
                ring_frame(random() % 3 == 0 ? 14 + random() % 30'000 : 60, random() & 0xff));
        }
        for (const RingFrame& one : frames) {
            ASSERT_TRUE(put(one)) << turn;
        }
        [[maybe_unused]] const bool woke = writer.publish();
        ASSERT_EQ(take_all(), frames) << turn;
        EXPECT_FALSE(reader.give_back());
        ASSERT_EQ(settle().frames, frames.size());
        sent += frames.size();
    }
    EXPECT_EQ(writer.waiting(), 0U);
    EXPECT_EQ(sent, 1200U);
}

TEST_F(SharedRing, TheLongestFrameIsWholeWhereverItBegins) {
    for (int turn = 0; turn < 5; ++turn) {
        ASSERT_TRUE(put(ring_frame(65408, static_cast<std::uint8_t>(turn))));
        EXPECT_FALSE(writer.publish());
        ASSERT_EQ(take_all(),
                  std::vector<RingFrame>{ring_frame(65408, static_cast<std::uint8_t>(turn))});
        EXPECT_FALSE(reader.give_back());
        EXPECT_EQ(settle().bytes, 65408U);
    }
}

TEST_F(SharedRing, AFullRingTakesAgainWhatWasGivenBackAndNoMore) {
    const std::uint64_t fit = kSize / shared_record(1512);
    for (std::uint64_t i = 0; i < fit; ++i) {
        ASSERT_TRUE(put(ring_frame(1512, 1)));
    }
    EXPECT_FALSE(put(ring_frame(1512, 2)));
    [[maybe_unused]] const bool woke = writer.publish();
    ASSERT_TRUE(reader.look());
    ASSERT_EQ(reader.next().kind, Kind::Frame);
    EXPECT_EQ(settle().frames, 0U) << "taken, but its bytes were not given back";
    EXPECT_FALSE(reader.give_back());
    EXPECT_EQ(settle().frames, 1U);
    EXPECT_TRUE(put(ring_frame(1512, 2)));
    EXPECT_FALSE(put(ring_frame(1512, 3)));
}

TEST_F(SharedRing, NoMoreFramesWaitThanWereAllowed) {
    writer = SharedWriter(control, bytes, kSize, 3);
    for (int i = 0; i < 3; ++i) {
        ASSERT_TRUE(put(ring_frame(14, 1)));
    }
    EXPECT_FALSE(put(ring_frame(14, 1)));
    EXPECT_EQ(writer.waiting(), 3U);
}

TEST_F(SharedRing, ASleepingReaderIsWokenOnceByTheNextPublication) {
    reader.arm();
    ASSERT_TRUE(put(ring_frame(60, 1)));
    EXPECT_TRUE(writer.publish());
    EXPECT_FALSE(writer.publish()) << "nothing new";
    ASSERT_TRUE(put(ring_frame(60, 2)));
    EXPECT_FALSE(writer.publish()) << "it is awake";
}

TEST_F(SharedRing, AWriterThatWaitsForRoomIsWokenOnce) {
    ASSERT_TRUE(put(ring_frame(60, 1)));
    ASSERT_TRUE(put(ring_frame(60, 2)));
    EXPECT_FALSE(writer.publish());
    control.writer_waits = 1;
    ASSERT_TRUE(reader.look());
    ASSERT_EQ(reader.next().kind, Kind::Frame);
    EXPECT_TRUE(reader.give_back());
    ASSERT_EQ(reader.next().kind, Kind::Frame);
    EXPECT_FALSE(reader.give_back());
}

TEST_F(SharedRing, AnIndexThatNoWriterWritesIsSeen) {
    for (const std::uint64_t produced : {kSize + 8,
                                         std::uint64_t{4},
                                         std::uint64_t{1} << 63,
                                         ~std::uint64_t{0},
                                         ~std::uint64_t{7}}) {
        control.produced = produced;
        SharedReader other(control, bytes, kSize);
        EXPECT_FALSE(other.look()) << produced;
        EXPECT_EQ(other.next().kind, Kind::None);
    }
    control.produced = kSize;
    EXPECT_TRUE(SharedReader(control, bytes, kSize).look());
}

TEST_F(SharedRing, AnIndexThatGoesBackIsSeen) {
    ASSERT_TRUE(put(ring_frame(60, 1)));
    ASSERT_TRUE(put(ring_frame(60, 2)));
    EXPECT_FALSE(writer.publish());
    ASSERT_TRUE(reader.look());
    control.produced = shared_record(60);
    EXPECT_FALSE(reader.look());
}

TEST_F(SharedRing, ALengthBeyondWhatWasPublishedEndsIt) {
    for (const std::uint32_t length : {53U, 0x7fffffffU, 0xfffffff8U, 0xffffffffU}) {
        control.produced = 56;
        write_length(0, length);
        SharedReader other(control, bytes, kSize);
        ASSERT_TRUE(other.look());
        EXPECT_EQ(other.next().kind, Kind::Nonsense) << length;
        EXPECT_EQ(other.next().kind, Kind::None);
        EXPECT_FALSE(other.has_more());
    }
    write_length(0, 48);
    SharedReader other(control, bytes, kSize);
    ASSERT_TRUE(other.look());
    EXPECT_EQ(other.next().bytes.size(), 48U);
}

TEST_F(SharedRing, AFrameThatWasNeverSentCanNotBeTaken) {
    ASSERT_TRUE(put(ring_frame(60, 1)));
    EXPECT_FALSE(writer.publish());
    ASSERT_TRUE(put(ring_frame(60, 2)));  // not published
    for (const std::uint64_t consumed :
         {shared_record(60) * 2, shared_record(60) + 8, std::uint64_t{8}, ~std::uint64_t{0}}) {
        control.consumed = consumed;
        Taken taken;
        EXPECT_FALSE(writer.settle(taken)) << consumed;
        EXPECT_EQ(taken.frames, 0U);
        EXPECT_EQ(writer.waiting(), 2U);
    }
    control.consumed = shared_record(60);
    EXPECT_EQ(settle().frames, 1U);
    control.consumed = 0;
    Taken taken;
    EXPECT_FALSE(writer.settle(taken)) << "it went back";
}

TEST(SharedRingFuzz, WhateverIsWrittenNothingOutsideTheRingIsTouched) {
    std::mt19937_64 random(11);
    for (int round = 0; round < 2'000; ++round) {
        std::vector<std::uint8_t> script(16 * (1 + random() % 24));
        for (std::uint8_t& byte : script) {
            byte = static_cast<std::uint8_t>(random());
        }
        for (std::size_t at = 0; at < script.size(); at += 16) {
            if (random() % 4 == 0) continue;
            script[at + 10] |= 1;  // counted from the last one, in steps that a ring may take
            for (std::size_t i = 1; i < 8; ++i) {
                script[at + i] = 0;
            }
            script[at] &= 0xf8;
            script[at + 13] = script[at + 14] = script[at + 15] = 0;
        }
        ASSERT_EQ(LLVMFuzzerTestOneInput(script.data(), script.size()), 0);
    }
}

TEST(SharedRingFuzz, KnownAttacksAreHarmless) {
    struct Write {
        std::uint64_t index;
        std::uint16_t at, is_relative;
        std::uint32_t word;
    };
    for (const std::vector<Write>& attack : std::vector<std::vector<Write>>{
             {{4096, 0, 0, 0xffffffff}},
             {{4096, 0, 0, 4088}, {8192, 0, 0, 4088}},
             {{4096, 0, 0, 4089}},
             {{8, 0, 0, 0}, {0, 0, 0, 0}},
             {{~std::uint64_t{7}, 0, 0, 60}},
             {{72, 0, 0, 60}, {72, 60, 0, 60}, {64, 60, 0, 60}},
         }) {
        EXPECT_EQ(LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(attack.data()),
                                         attack.size() * sizeof(Write)),
                  0);
    }
}

}  // namespace
}  // namespace sealane::wire
