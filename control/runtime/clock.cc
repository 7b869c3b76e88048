#include "control/runtime/clock.h"

#include <chrono>
#include <thread>

namespace sealane::runtime {

Instant now() { return Instant(std::chrono::steady_clock::now().time_since_epoch()); }

void wait_for(Duration duration) { std::this_thread::sleep_for(duration); }

}  // namespace sealane::runtime
