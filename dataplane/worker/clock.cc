#include "dataplane/worker/clock.h"

#include <chrono>

namespace sealane::worker {

Instant now() { return Instant(std::chrono::steady_clock::now().time_since_epoch()); }

}  // namespace sealane::worker
