// What is counted of an adapter, and the law that it obeys (design 3).
#pragma once

#include <array>
#include <atomic>
#include <cstdint>

#include "dataplane/base/drop.h"

namespace sealane {

/// A number with one writer and any number of readers.  The writer's add() is a plain load, add and
/// store: there is no locked instruction in it.
class Counter {
  public:
    void add(std::uint64_t amount) {
        value_.store(value_.load(std::memory_order_relaxed) + amount, std::memory_order_relaxed);
    }
    [[nodiscard]] std::uint64_t read() const { return value_.load(std::memory_order_relaxed); }

  private:
    std::atomic<std::uint64_t> value_{0};
};

/// One adapter's counters as one worker writes them.  Frames, and bytes of the Ethernet frame with
/// its tag and without its FCS.
struct alignas(64) AdapterCounters {
    Counter rx_frames, rx_bytes;  ///< Came in from the port.
    Counter admitted;             ///< Of those, accepted into a VLAN.
    Counter copies;               ///< Made, beyond the original, of frames that came in here;
                                  ///< segments and fragments, beyond the first, of frames cut to
                                  ///< go out; and at a SEA its answers to packets too big.
    Counter merged;               ///< Of those admitted, became a part of the frame before them, so
                                  ///< that they go on as one (large receive).
    Counter offered;              ///< Given to this adapter to send.
    Counter tx_frames, tx_bytes;  ///< Of those, gone out to the port.
    std::array<std::array<Counter, kDropCount>, kDirectionCount> drops;

    void drop(Direction direction, Drop why, std::uint64_t frames = 1) {
        drops[static_cast<std::size_t>(direction)][static_cast<std::size_t>(why)].add(frames);
    }
};

/// The same numbers summed over workers: a plain value.
struct AdapterTotals {
    std::uint64_t rx_frames = 0, rx_bytes = 0, admitted = 0, copies = 0, merged = 0;
    std::uint64_t offered = 0, tx_frames = 0, tx_bytes = 0;
    std::array<std::array<std::uint64_t, kDropCount>, kDirectionCount> drops{};

    void add(const AdapterCounters& counters);
    void add(const AdapterTotals& other);

    [[nodiscard]] std::uint64_t dropped(Direction direction) const;
    [[nodiscard]] std::uint64_t dropped(Direction direction, Drop why) const {
        return drops[static_cast<std::size_t>(direction)][static_cast<std::size_t>(why)];
    }

    bool operator==(const AdapterTotals&) const = default;
};

/// rx = admitted + inward drops.  True at rest, that is between bursts.
[[nodiscard]] bool inward_law_holds(const AdapterTotals& adapter);

/// offered = tx + outward drops + `pending`, the frames that its port still holds in a queue.
[[nodiscard]] bool outward_law_holds(const AdapterTotals& adapter, std::uint64_t pending);

/// admitted + copies = offered + merged + drops in between, of all adapters together.  A large
/// frame that is cut into n for an adapter adds n - 1 to that adapter's copies and to what it was
/// offered, and so does a packet cut into n fragments.  A SEA's answer to a packet too big (which
/// is dropped, as any other frame) is one copy at the SEA, and offered there.  n segments that come
/// in and become one large frame are n admitted and n - 1 merged.
[[nodiscard]] bool whole_law_holds(const AdapterTotals& sum_of_adapters);

}  // namespace sealane
