// Where tests that draw lots get their luck from.
#pragma once

#include <cstdint>

namespace sealane::test {

/// SEALANE_SEED of the environment, otherwise 1: the same lots in every run, unless asked for.
[[nodiscard]] std::uint64_t seed_of_run();

/// Makes RapidCheck draw from seed_of_run(), unless RC_PARAMS says what it shall do.  RapidCheck
/// prints the seed with its first property.  Call it before the first.
void seed_rapidcheck();

}  // namespace sealane::test
