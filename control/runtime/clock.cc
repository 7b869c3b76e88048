#include "control/runtime/clock.h"

#include <chrono>
#include <thread>

namespace sealane::runtime {

Instant now() { return Instant(std::chrono::steady_clock::now().time_since_epoch()); }

void sleep_for(Duration duration) { std::this_thread::sleep_for(duration); }

}  // namespace sealane::runtime
