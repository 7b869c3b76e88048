// Frames that wait for a peer that reads slowly: bounded, in order.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <vector>

#include <rte_mbuf.h>

#include "dataplane/port/tally.h"

namespace sealane::port {

/// What came of writing a queue to a socket.
enum class Flushed : std::uint8_t {
    Empty,    ///< Nothing waits any more.
    Blocked,  ///< The peer takes no more now.
    Broken,   ///< The peer is gone; errno says why.
};

/// Of a write that failed with errno `fault`: there is a peer, and no room now.
[[nodiscard]] bool is_for_want_of_room(int fault);

/// Owns the frames in it.  Bounded in frames, in bytes and in buffers, so that a peer that stops
/// reading takes nothing from others.  All but size() belongs to the one thread that sends.
class FrameQueue {
  public:
    FrameQueue(std::uint32_t max_frames, std::uint32_t max_frame);

    /// Buffers of port::kBufferRoom that the frames in it have at most, all together: one for each
    /// frame, and what their bytes take beyond.  A frame in more pieces than that waits alone.
    [[nodiscard]] static std::size_t most_buffers(std::uint32_t max_frames,
                                                  std::uint32_t max_frame);

    FrameQueue(const FrameQueue&) = delete;
    FrameQueue& operator=(const FrameQueue&) = delete;
    ~FrameQueue();

    [[nodiscard]] bool has_room_for(const rte_mbuf* frame) const;
    void push(rte_mbuf* frame);
    /// The one that has waited longest is at 0.
    [[nodiscard]] rte_mbuf* at(std::size_t index) const {
        return ring_[(first_ + index) % ring_.size()];
    }
    /// Hands over the one that has waited longest.
    [[nodiscard]] rte_mbuf* pop();
    void drop_all(Drop why, Tally& tally);

    /// Any thread.
    [[nodiscard]] std::size_t size() const { return count_.load(std::memory_order_relaxed); }

  private:
    std::vector<rte_mbuf*> ring_;
    std::size_t first_ = 0;
    std::atomic<std::size_t> count_{0};
    std::size_t bytes_ = 0;  ///< Of all frames held.
    std::size_t max_bytes_;
    std::size_t buffers_ = 0;  ///< Of all frames held.
    std::size_t max_buffers_;
};

}  // namespace sealane::port
