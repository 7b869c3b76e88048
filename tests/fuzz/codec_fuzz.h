// What a fuzzer calls with bytes that came from the control channel.
#pragma once

#include <cstdint>
#include <span>

#include "control/ha/seal.h"
#include "tests/fuzz/entry.h"

namespace sealane::ha::test {

/// Aborts if the frame has more than one meaning, or leads one who holds `held` to anything: to
/// believe it, to answer it, to raise an alarm.
void expect_ignored(std::span<const std::uint8_t> frame, const Key& held);

}  // namespace sealane::ha::test
