#include "control/app/seed.h"

#include <sys/random.h>

#include "dataplane/base/check.h"

namespace sealane::app {

std::uint64_t new_seed() {
    std::uint64_t seed = 0;
    const ssize_t size = ::getrandom(&seed, sizeof seed, 0);
    SEALANE_CHECK(size == sizeof seed, "the kernel gives no random numbers");
    return seed;
}

}  // namespace sealane::app
