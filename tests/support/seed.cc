#include "tests/support/seed.h"

#include <cstdlib>
#include <string>

namespace sealane::test {

std::uint64_t seed_of_run() {
    const char* const text = std::getenv("SEALANE_SEED");
    return text != nullptr ? std::strtoull(text, nullptr, 10) : 1;
}

void seed_rapidcheck() {
    const std::string parameters = "seed=" + std::to_string(seed_of_run());
    ::setenv("RC_PARAMS", parameters.c_str(), 0);
}

}  // namespace sealane::test
