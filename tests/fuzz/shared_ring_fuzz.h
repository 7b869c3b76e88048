// What a fuzzer calls with what a client writes into shared memory.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace sealane::test {

/// Turns of a ring's reader and writer while the other side writes `script` over its indexes and
/// bytes.  Aborts if a frame is lent that isn't in the ring, or more come back than were sent.
void expect_bounded(std::span<const std::uint8_t> script);

}  // namespace sealane::test

/// libFuzzer's entry: expect_bounded().  Returns 0.
// NOLINTNEXTLINE(readability-identifier-naming): libFuzzer looks for this name.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);
