// Messages that the library of vhost-user would treat badly, and what came with them.
#include "dataplane/port/vhost_message.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <fcntl.h>
#include <unistd.h>

#include <gtest/gtest.h>

#include "dataplane/base/descriptor.h"

namespace sealane::test {
namespace {

using port::MessageFate;

constexpr std::uint32_t kGetFeatures = 1, kGetQueueNumber = 17;
constexpr std::uint32_t kGetInflight = 31, kSetInflight = 32;

/// A message as the library of 22.11 holds it: descriptors stand behind the longest one.
class HeldMessage {
  public:
    HeldMessage(std::uint32_t request, std::uint32_t size) {
        put(0, request);
        put(8, size);
        for (std::size_t i = 0; i < 8; ++i) {
            put(kFiles + 4 * i, std::uint32_t{0xffff'ffff});
        }
    }
    void put(std::size_t at, std::uint32_t word) { std::memcpy(&bytes_[at], &word, sizeof word); }
    void put_file(std::size_t place, int file) {
        put(kFiles + 4 * place, static_cast<std::uint32_t>(file));
    }
    void put_count(std::uint32_t count) { put(kFiles + 32, count); }
    [[nodiscard]] std::uint32_t word(std::size_t at) const {
        std::uint32_t word = 0;
        std::memcpy(&word, &bytes_[at], sizeof word);
        return word;
    }
    [[nodiscard]] std::uint32_t size() const { return word(8); }
    [[nodiscard]] std::uint32_t count() const { return word(kFiles + 32); }
    [[nodiscard]] int file(std::size_t place) const {
        return static_cast<int>(word(kFiles + 4 * place));
    }
    [[nodiscard]] MessageFate pass() { return port::before_the_library(bytes_.data(), 4); }

    bool operator==(const HeldMessage&) const = default;

  private:
    static constexpr std::size_t kFiles = 644;
    std::array<std::uint8_t, 700> bytes_{};
};

bool is_open(int file) { return fcntl(file, F_GETFD) != -1; }

int new_file() { return open("/dev/null", O_RDONLY | O_CLOEXEC); }

TEST(VhostMessage, NumberOfQueuesIsAnsweredWithOurs) {
    HeldMessage message(kGetQueueNumber, 0);
    EXPECT_EQ(message.pass(), MessageFate::Reply);
    EXPECT_EQ(message.size(), 8U);
    EXPECT_EQ(message.word(12), 4U);
    EXPECT_EQ(message.word(16), 0U);
}

TEST(VhostMessage, InFlightMemoryIsLeftToTheLibraryInASizeThatItRefuses) {
    for (const std::uint32_t request : {kGetInflight, kSetInflight}) {
        HeldMessage message(request, 24);
        EXPECT_EQ(message.pass(), MessageFate::Library);
        EXPECT_EQ(message.size(), 0U);
    }
}

TEST(VhostMessage, OthersAreNotTouched) {
    const Descriptor file(new_file());
    HeldMessage message(kGetFeatures, 8);
    message.put_file(0, file.get());
    message.put_count(1);
    const HeldMessage before = message;
    EXPECT_EQ(message.pass(), MessageFate::Library);
    EXPECT_EQ(message, before);
    EXPECT_TRUE(is_open(file.get()));
}

TEST(VhostMessage, FilesThatCameAlongAreClosedAndForgotten) {
    for (const std::uint32_t request : {kGetQueueNumber, kGetInflight, kSetInflight}) {
        for (std::uint32_t count = 1; count <= 8; ++count) {
            HeldMessage message(request, 24);
            std::array<int, 8> files{};
            for (std::uint32_t i = 0; i < count; ++i) {
                files[i] = new_file();
                message.put_file(i, files[i]);
            }
            message.put_count(count);
            (void)message.pass();
            EXPECT_EQ(message.count(), 0U);
            for (std::uint32_t i = 0; i < count; ++i) {
                EXPECT_FALSE(is_open(files[i])) << i << " of " << count;
                EXPECT_EQ(message.file(i), -1);
            }
        }
    }
}

TEST(VhostMessage, WhatDoesNotLookLikeFilesIsLeftAlone) {
    const Descriptor file(new_file());
    HeldMessage too_many(kGetQueueNumber, 0);
    HeldMessage too_few = too_many, gap = too_many, negative = too_many;
    for (HeldMessage* const message : {&too_many, &too_few, &gap, &negative}) {
        message->put_file(0, file.get());
    }
    too_many.put_count(9);
    too_few.put_file(1, file.get());
    too_few.put_count(1);
    gap.put_count(2);
    negative.put_count(0xffff'ffff);
    for (HeldMessage* const message : {&too_many, &too_few, &gap, &negative}) {
        const std::uint32_t count = message->count();
        (void)message->pass();
        EXPECT_TRUE(is_open(file.get())) << count;
        EXPECT_EQ(message->file(0), file.get());
        EXPECT_EQ(message->count(), count);
    }
}

}  // namespace
}  // namespace sealane::test
