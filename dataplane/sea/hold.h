// Frames that wait in a SEA until a hand-over has come far enough.
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <vector>

#include <rte_mbuf.h>

namespace sealane::sea {

/// First in, first out, of at most kMostBuffers buffers.  Nothing is counted yet of what is here:
/// to the counters it is as if it waited in the ring that it came from.
///
/// Ownership: owns the frames.  Threads: one worker.
class Hold {
  public:
    static constexpr std::uint32_t kMostBuffers = 1024;

    Hold() = default;
    Hold(Hold&&) = default;
    Hold& operator=(Hold&&) = delete;
    ~Hold() {
        for (std::size_t i = first_; i < frames_.size(); ++i) {
            rte_pktmbuf_free(frames_[i]);
        }
    }

    /// Takes the memory that it will need, so that frames never wait for it.
    void reserve() { frames_.reserve(kMostBuffers); }

    [[nodiscard]] bool is_empty() const { return first_ == frames_.size(); }

    /// False: it is full, and the frame is the caller's still.
    [[nodiscard]] bool put(rte_mbuf* frame) {
        if (buffers_ + frame->nb_segs > kMostBuffers) return false;
        if (frames_.size() == frames_.capacity()) shift();
        buffers_ += frame->nb_segs;
        frames_.push_back(frame);
        return true;
    }

    /// The oldest, at most as many as there is room for; they are the caller's.
    [[nodiscard]] std::uint16_t take(std::span<rte_mbuf*> room) {
        const std::size_t count = std::min(room.size(), frames_.size() - first_);
        for (std::size_t i = 0; i < count; ++i) {
            room[i] = frames_[first_++];
            buffers_ -= room[i]->nb_segs;
        }
        if (is_empty()) {
            frames_.clear();
            first_ = 0;
        }
        return static_cast<std::uint16_t>(count);
    }

  private:
    void shift() {
        frames_.erase(frames_.begin(), frames_.begin() + static_cast<std::ptrdiff_t>(first_));
        first_ = 0;
    }

    std::vector<rte_mbuf*> frames_;
    std::size_t first_ = 0;
    std::uint32_t buffers_ = 0;
};

}  // namespace sealane::sea
