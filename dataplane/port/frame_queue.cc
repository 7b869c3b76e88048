#include "dataplane/port/frame_queue.h"

#include <algorithm>
#include <cerrno>

#include "dataplane/base/check.h"
#include "dataplane/port/pools.h"

namespace sealane::port {
namespace {

constexpr std::size_t kLeastBytes = std::size_t{1} << 20;

std::size_t most_bytes(std::uint32_t max_frame) {
    return std::max(kLeastBytes, std::size_t{4} * max_frame);
}

}  // namespace

bool is_for_want_of_room(int fault) {
    return fault == EAGAIN || fault == EINTR || fault == ENOBUFS || fault == ENOMEM;
}

FrameQueue::FrameQueue(std::uint32_t max_frames, std::uint32_t max_frame)
    : ring_(std::max<std::size_t>(max_frames, 1)),
      max_bytes_(most_bytes(max_frame)),
      max_buffers_(most_buffers(max_frames, max_frame)) {}

std::size_t FrameQueue::most_buffers(std::uint32_t max_frames, std::uint32_t max_frame) {
    return std::max<std::size_t>(max_frames, 1) + most_bytes(max_frame) / kBufferRoom;
}

FrameQueue::~FrameQueue() {
    while (size() > 0) {
        rte_pktmbuf_free(pop());
    }
}

bool FrameQueue::has_room_for(const rte_mbuf* frame) const {
    return size() < ring_.size() && bytes_ + frame->pkt_len <= max_bytes_ &&
           (size() == 0 || buffers_ + frame->nb_segs <= max_buffers_);
}

void FrameQueue::push(rte_mbuf* frame) {
    SEALANE_ASSERT(has_room_for(frame), "pushed into a full queue");
    const std::size_t held = size();
    ring_[(first_ + held) % ring_.size()] = frame;
    bytes_ += frame->pkt_len;
    buffers_ += frame->nb_segs;
    count_.store(held + 1, std::memory_order_relaxed);
}

rte_mbuf* FrameQueue::pop() {
    rte_mbuf* const frame = ring_[first_];
    first_ = (first_ + 1) % ring_.size();
    bytes_ -= frame->pkt_len;
    buffers_ -= frame->nb_segs;
    count_.store(size() - 1, std::memory_order_relaxed);
    return frame;
}

void FrameQueue::drop_all(Drop why, Tally& tally) {
    while (size() > 0) {
        tally.drop(pop(), Direction::Out, why);
    }
}

}  // namespace sealane::port
