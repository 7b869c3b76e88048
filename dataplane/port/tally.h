// Where ports and stages note what became of frames: the one door to an adapter's counters.
#pragma once

#include <cstdint>

#include <rte_mbuf.h>

#include "dataplane/base/counters.h"

namespace sealane::port {

/// One worker's view of one adapter's counters.  Cheap to make; holds a reference only.  Used by
/// the worker that owns the counters.
class Tally {
  public:
    explicit Tally(AdapterCounters& counters) : counters_(counters) {}

    /// Frames that came in from the port and are now in the caller's hands.
    void received(std::uint64_t frames, std::uint64_t bytes) {
        counters_.rx_frames.add(frames);
        counters_.rx_bytes.add(bytes);
    }
    /// A frame that came in but never became an mbuf.
    void refused(Drop why, std::uint64_t bytes) {
        received(1, bytes);
        counters_.drop(Direction::In, why);
    }
    void admitted(std::uint64_t frames) { counters_.admitted.add(frames); }
    void copied(std::uint64_t copies) { counters_.copies.add(copies); }
    void merged(std::uint64_t frames) { counters_.merged.add(frames); }
    void offered(std::uint64_t frames) { counters_.offered.add(frames); }
    void sent(std::uint64_t frames, std::uint64_t bytes) {
        counters_.tx_frames.add(frames);
        counters_.tx_bytes.add(bytes);
    }

    /// The end of a frame: counts and frees it.
    void drop(rte_mbuf* frame, Direction direction, Drop why) {
        counters_.drop(direction, why);
        rte_pktmbuf_free(frame);
    }
    /// A copy that could not even be made.
    void drop_unmade(Direction direction, Drop why, std::uint64_t frames = 1) {
        counters_.drop(direction, why, frames);
    }

  private:
    AdapterCounters& counters_;
};

}  // namespace sealane::port
