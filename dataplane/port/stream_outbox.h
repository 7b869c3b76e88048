// Frames that wait for a stream peer: bounded, in order, each counted exactly once.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <vector>

#include <rte_mbuf.h>

#include "dataplane/port/tally.h"

namespace sealane::port {

/// Owns the frames in it.  All but size() belongs to the one thread that sends.
class StreamOutbox {
  public:
    enum class Flushed : std::uint8_t { Empty, Blocked, Broken };

    StreamOutbox(std::uint32_t max_frames, std::uint32_t max_frame);

    /// Buffers of port::kBufferRoom that the frames in it have at most, all together: one for each
    /// frame, and what their bytes take beyond.  A frame in more pieces than that waits alone.
    [[nodiscard]] static std::size_t most_buffers(std::uint32_t max_frames,
                                                  std::uint32_t max_frame);

    StreamOutbox(const StreamOutbox&) = delete;
    StreamOutbox& operator=(const StreamOutbox&) = delete;
    ~StreamOutbox();

    [[nodiscard]] bool has_room_for(const rte_mbuf* frame) const;
    void push(rte_mbuf* frame);

    /// Writes what the socket takes, many frames a system call.  Frames whose last byte is written
    /// are told to `tally` as sent and freed; of the next one the written bytes are remembered.
    /// Broken: the peer is gone; errno says why.
    Flushed flush(int socket, Tally& tally);

    /// Drops all that waits, the half-written frame too, as `why`.
    void drop_all(Drop why, Tally& tally);

    /// Any thread.
    [[nodiscard]] std::size_t size() const { return count_.load(std::memory_order_relaxed); }

  private:
    [[nodiscard]] rte_mbuf* at(std::size_t index) const {
        return ring_[(first_ + index) % ring_.size()];
    }
    rte_mbuf* pop();
    void written(std::size_t bytes, Tally& tally);

    std::vector<rte_mbuf*> ring_;
    std::size_t first_ = 0;
    std::atomic<std::size_t> count_{0};
    std::size_t bytes_ = 0;  ///< Of all frames held, with their length words.
    std::size_t max_bytes_;
    std::size_t buffers_ = 0;  ///< Of all frames held.
    std::size_t max_buffers_;
    std::size_t head_written_ = 0;  ///< Of the first frame and its length word.
};

}  // namespace sealane::port
