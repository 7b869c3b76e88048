// Frames that wait in a SEA until a hand-over has come far enough.
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <vector>

#include <rte_mbuf.h>

namespace sealane::sea {

/// First in, first out.  All of a SEA share the buffers that may be kept, its `room`.  Nothing is
/// counted yet of what is here: to the counters it is as if it waited in the ring that it came
/// from.
///
/// Ownership: owns the frames.  Threads: one worker.
class Hold {
  public:
    /// Of all of a SEA together.  Of short frames at 30 000 a second, those of 136 ms.
    static constexpr std::uint32_t kMostBuffers = 4096;

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

    /// False: there is not so much room, and the frame is the caller's still.
    [[nodiscard]] bool put(rte_mbuf* frame, std::uint32_t& room) {
        if (frame->nb_segs > room) return false;
        if (frames_.size() == frames_.capacity()) shift();
        room -= frame->nb_segs;
        frames_.push_back(frame);
        return true;
    }

    /// The oldest, at most as many as `burst` takes; they are the caller's.
    [[nodiscard]] std::uint16_t take(std::span<rte_mbuf*> burst, std::uint32_t& room) {
        const std::size_t count = std::min(burst.size(), frames_.size() - first_);
        for (std::size_t i = 0; i < count; ++i) {
            burst[i] = frames_[first_++];
            room += burst[i]->nb_segs;
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
};

}  // namespace sealane::sea
