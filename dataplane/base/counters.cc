#include "dataplane/base/counters.h"

#include <numeric>

namespace sealane {

void AdapterTotals::add(const AdapterCounters& counters) {
    rx_frames += counters.rx_frames.read();
    rx_bytes += counters.rx_bytes.read();
    admitted += counters.admitted.read();
    copies += counters.copies.read();
    merged += counters.merged.read();
    offered += counters.offered.read();
    tx_frames += counters.tx_frames.read();
    tx_bytes += counters.tx_bytes.read();
    for (std::size_t direction = 0; direction < kDirectionCount; ++direction) {
        for (std::size_t why = 0; why < kDropCount; ++why) {
            drops[direction][why] += counters.drops[direction][why].read();
        }
    }
}

void AdapterTotals::add(const AdapterTotals& other) {
    rx_frames += other.rx_frames;
    rx_bytes += other.rx_bytes;
    admitted += other.admitted;
    copies += other.copies;
    merged += other.merged;
    offered += other.offered;
    tx_frames += other.tx_frames;
    tx_bytes += other.tx_bytes;
    for (std::size_t direction = 0; direction < kDirectionCount; ++direction) {
        for (std::size_t why = 0; why < kDropCount; ++why) {
            drops[direction][why] += other.drops[direction][why];
        }
    }
}

std::uint64_t AdapterTotals::dropped(Direction direction) const {
    const auto& reasons = drops[static_cast<std::size_t>(direction)];
    return std::accumulate(reasons.begin(), reasons.end(), std::uint64_t{0});
}

bool inward_law_holds(const AdapterTotals& adapter) {
    return adapter.rx_frames == adapter.admitted + adapter.dropped(Direction::In);
}

bool outward_law_holds(const AdapterTotals& adapter, std::uint64_t pending) {
    return adapter.offered == adapter.tx_frames + adapter.dropped(Direction::Out) + pending;
}

bool whole_law_holds(const AdapterTotals& sum_of_adapters) {
    return sum_of_adapters.admitted + sum_of_adapters.copies ==
           sum_of_adapters.offered + sum_of_adapters.merged +
               sum_of_adapters.dropped(Direction::Between);
}

}  // namespace sealane
