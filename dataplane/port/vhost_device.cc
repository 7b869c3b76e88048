#include "dataplane/port/vhost_device.h"

#include <thread>

namespace sealane::port {

void VhostDevice::attach(int id, std::uint64_t features) {
    features_.store(features, std::memory_order_relaxed);
    generation_.fetch_add(1, std::memory_order_relaxed);
    id_.store(id, std::memory_order_seq_cst);
}

void VhostDevice::detach() {
    id_.store(kNone, std::memory_order_seq_cst);
    features_.store(0, std::memory_order_relaxed);
    for (const Busy& side : sides_) {
        while (side.inside.load(std::memory_order_seq_cst)) {
            std::this_thread::yield();  // a burst's time, or the time slice of who preempted it
        }
    }
}

void VhostDevice::set_ring(std::uint16_t ring, bool enabled) {
    if (ring >= kMaxRings) return;
    const std::uint64_t bit = std::uint64_t{1} << ring;
    const std::uint64_t before = rings();
    // In this order: whoever sees the ring sees that it is another one.
    generation_.fetch_add(1, std::memory_order_relaxed);
    rings_.store(enabled ? before | bit : before & ~bit, std::memory_order_release);
}

}  // namespace sealane::port
