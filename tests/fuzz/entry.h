// What libFuzzer calls, and replay.cc in its place: one function a program.
#pragma once

#include <cstddef>
#include <cstdint>

/// Looks at the bytes and aborts at what must not be.  Returns 0.
// NOLINTNEXTLINE(readability-identifier-naming): libFuzzer looks for this name.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);
