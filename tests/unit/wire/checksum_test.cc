// Sums of bytes against two bytes at a time, for every way of summing that this processor has.
#include "dataplane/wire/checksum.h"

#include <algorithm>
#include <vector>

#include <gtest/gtest.h>

#include "tests/support/packet.h"

namespace sealane::wire {
namespace {

using test::payload_of;
using test::plain_sum;

TEST(Checksum, Rfc1071ExampleIsTheSumThatTheRfcSays) {
    const std::vector<std::uint8_t> bytes{0x00, 0x01, 0xf2, 0x03, 0xf4, 0xf5, 0xf6, 0xf7};
    EXPECT_EQ(sum_of(bytes.data(), bytes.size()), 0xddf2);
}

TEST(Checksum, EveryKernelEqualsThePlainSumAtEveryLengthAndAlignment) {
    const auto bytes = payload_of(9018 + 64);
    for (const SumKernel& kernel : sum_kernels()) {
        if (!kernel.usable) continue;
        for (std::size_t length = 0; length <= 600; ++length) {
            for (std::size_t at = 0; at < 64; at += length < 140 ? 1 : 21) {
                // A copy of just this size, so that a sanitizer sees a byte read too many.
                const std::vector<std::uint8_t> exact(
                    bytes.begin() + static_cast<std::ptrdiff_t>(at),
                    bytes.begin() + static_cast<std::ptrdiff_t>(at + length));
                ASSERT_EQ(kernel.sum(bytes.data() + at, length), plain_sum(exact.data(), length))
                    << kernel.name << ", " << length << " bytes at " << at;
                ASSERT_EQ(kernel.sum(exact.data(), length), plain_sum(exact.data(), length));
            }
        }
        for (const std::size_t length : {std::size_t{1447}, std::size_t{9017}, std::size_t{9018}}) {
            EXPECT_EQ(kernel.sum(bytes.data() + 1, length), plain_sum(bytes.data() + 1, length));
        }
    }
}

TEST(Checksum, EveryKernelKeepsEveryCarry) {
    const std::vector<std::uint8_t> ones(65535, 0xff);
    const std::vector<std::uint8_t> zeros(65535, 0);
    for (const SumKernel& kernel : sum_kernels()) {
        if (!kernel.usable) continue;
        EXPECT_EQ(kernel.sum(ones.data(), 65534), 0xffff) << kernel.name;
        EXPECT_EQ(kernel.sum(ones.data(), 65535), plain_sum(ones.data(), 65535)) << kernel.name;
        EXPECT_EQ(kernel.sum(zeros.data(), zeros.size()), 0) << kernel.name;
    }
}

TEST(Checksum, PiecesOfOddLengthsSumAsTheWhole) {
    const auto bytes = payload_of(1000);
    for (std::size_t first = 0; first <= 70; ++first) {
        for (std::size_t second = 0; second <= 9; ++second) {
            RunningSum sum;
            sum.add(bytes.data(), first);
            sum.add(bytes.data() + first, second);
            sum.add(bytes.data() + first + second, bytes.size() - first - second);
            ASSERT_EQ(sum.value(), plain_sum(bytes.data(), bytes.size())) << first << " " << second;
        }
    }
}

TEST(Checksum, TheOneInUseIsTheBestThatTheProcessorHas) {
    const auto kernels = sum_kernels();
    const auto best =
        std::find_if(kernels.begin(), kernels.end(), [](const auto& k) { return k.usable; });
    EXPECT_EQ(sum_kernel_name(), best->name);
    EXPECT_TRUE(kernels.back().usable);
}

}  // namespace
}  // namespace sealane::wire
