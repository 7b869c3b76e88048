// Frames that wait for a datagram peer.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

#include <rte_mbuf.h>

#include "dataplane/port/frame_queue.h"
#include "dataplane/port/tally.h"

namespace sealane::port {

/// Owns the frames in it.  All but size() belongs to the one thread that sends.
class DgramOutbox {
  public:
    DgramOutbox(std::uint32_t max_frames, std::uint32_t max_frame);

    [[nodiscard]] bool has_room_for(const rte_mbuf* frame) const {
        return queue_.has_room_for(frame);
    }
    /// At most max_frame bytes.
    void push(rte_mbuf* frame) { queue_.push(frame); }

    /// Sends what the connected `socket` takes, many frames a system call, and tells `tally` so.
    /// One that is longer than the system lets a datagram be is dropped as Oversize.
    Flushed flush(int socket, Tally& tally);
    void drop_all(Drop why, Tally& tally) { queue_.drop_all(why, tally); }

    /// Any thread.
    [[nodiscard]] std::size_t size() const { return queue_.size(); }

  private:
    class Volley;

    void sent(std::size_t frames, Tally& tally);

    FrameQueue queue_;
    std::unique_ptr<std::uint8_t[]> whole_;  ///< A frame in more pieces than one message takes.
};

}  // namespace sealane::port
