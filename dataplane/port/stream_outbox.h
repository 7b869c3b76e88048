// Frames that wait for a stream peer: bounded, in order, each counted exactly once.
#pragma once

#include <cstddef>
#include <cstdint>

#include <rte_mbuf.h>

#include "dataplane/port/frame_queue.h"
#include "dataplane/port/tally.h"

namespace sealane::port {

/// Owns the frames in it.  All but size() belongs to the one thread that sends.
class StreamOutbox {
  public:
    StreamOutbox(std::uint32_t max_frames, std::uint32_t max_frame)
        : queue_(max_frames, max_frame) {}

    [[nodiscard]] bool has_room_for(const rte_mbuf* frame) const {
        return queue_.has_room_for(frame);
    }
    void push(rte_mbuf* frame) { queue_.push(frame); }

    /// Writes what the socket takes, many frames a system call.  Frames whose last byte is written
    /// are told to `tally` as sent and freed; of the next one the written bytes are remembered.
    Flushed flush(int socket, Tally& tally);

    /// Drops all that waits, the half-written frame too, as `why`.
    void drop_all(Drop why, Tally& tally);

    /// Any thread.
    [[nodiscard]] std::size_t size() const { return queue_.size(); }

  private:
    void written(std::size_t bytes, Tally& tally);

    FrameQueue queue_;
    std::size_t head_written_ = 0;  ///< Of the first frame and its length word.
};

}  // namespace sealane::port
