// The fuzzer's entry with drawn inputs: it aborts at what must not be (tests/fuzz).
#include "tests/fuzz/codec_fuzz.h"

#include <random>

#include <gtest/gtest.h>

#include "control/ha/hearing.h"
#include "tests/support/seed.h"
#include "tests/unit/ha/talker.h"

namespace sealane::ha {
namespace {

TEST(CodecFuzz, H24RandomBytesOfAnyLengthAreNeverBelieved) {
    std::mt19937_64 random(sealane::test::seed_of_run());
    std::vector<std::uint8_t> bytes;
    for (int i = 0; i < 20'000; ++i) {
        bytes.resize(i % 2 == 0 ? kFrameLength : random() % 300);
        for (std::uint8_t& byte : bytes)
            byte = static_cast<std::uint8_t>(random());
        ASSERT_EQ(LLVMFuzzerTestOneInput(bytes.data(), bytes.size()), 0);
    }
}

TEST(CodecFuzz, H27SealedFramesOfAnotherKeyAreNotBelievedWholeNorMutated) {
    std::mt19937_64 random(sealane::test::seed_of_run());
    test::Talker b(2, 22, Keyring(test::kOld));
    for (int i = 0; i < 20'000; ++i) {
        const auto type = static_cast<MessageType>(random() % kMessageTypeCount);
        const bool proves = type == MessageType::Challenge || type == MessageType::Response;
        Frame frame = b.say(type, proves ? 7 : 0);
        for (std::uint64_t left = random() % 4; left > 0; --left)
            frame[random() % frame.size()] = static_cast<std::uint8_t>(random());
        ASSERT_EQ(LLVMFuzzerTestOneInput(frame.data(), frame.size()), 0);
    }
}

TEST(CodecFuzzDeathTest, AFrameOfOneWhoHasTheKeyIsFoundOut) {
    GTEST_FLAG_SET(death_test_style, "threadsafe");
    test::Talker b(2, 22, Keyring(test::kOld));
    EXPECT_DEATH(test::expect_ignored(b.boast(), test::kOld), "a frame was answered");
}

}  // namespace
}  // namespace sealane::ha
