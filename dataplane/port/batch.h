// A burst of frames on its way through the stages.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <span>
#include <utility>

#include <rte_mbuf.h>
#include <rte_prefetch.h>

#include "dataplane/base/check.h"
#include "dataplane/port/frame.h"
#include "dataplane/port/tally.h"

namespace sealane::port {

inline constexpr std::uint16_t kBurst = 64;

/// Owns up to kBurst frames.  A frame leaves it in exactly two ways: release(), to be sent, or
/// fill() and filter(), to be dropped and counted.  Debug builds check that a dying batch is empty.
///
/// `Frame` is what its user notes of a frame: a plain struct with a `rte_mbuf* mbuf`.
template <typename Frame>
class Batch {
  public:
    Batch() {
    }  // leaves the frames unmade: clearing them would cost each burst more than parsing one
    Batch(const Batch&) = delete;
    Batch& operator=(const Batch&) = delete;
    ~Batch() { SEALANE_ASSERT(size_ == 0, "a batch died with frames in it"); }

    /// Takes `count` received frames and keeps, in order, those for which `judge(Frame&)` answers
    /// Drop::None.  The others are counted under the answer and freed.  A Frame comes with its mbuf
    /// set; the rest of it is the judge's to set, and the mbuf to replace.  Returns the bytes that
    /// came.
    ///
    /// Heads are judged as they are parsed and kept nowhere: a head written to memory costs as much
    /// as parsing it.
    template <typename Judge>
    std::uint64_t fill(rte_mbuf* const* frames, std::uint16_t count, Tally& tally, Judge&& judge) {
        constexpr std::uint16_t kAhead = 8;
        for (std::uint16_t i = 0; i < std::min(count, kAhead); ++i) {
            rte_prefetch0(rte_pktmbuf_mtod(frames[i], void*));
        }
        std::uint64_t bytes = 0;
        std::uint16_t kept = 0;
        for (std::uint16_t i = 0; i < count; ++i) {
            if (i + kAhead < count) rte_prefetch0(rte_pktmbuf_mtod(frames[i + kAhead], void*));
            bytes += length_of(frames[i]);
            Frame& frame = frames_[kept];
            frame.mbuf = frames[i];
            if (const Drop why = judge(frame); why != Drop::None) [[unlikely]] {
                tally.drop(frame.mbuf, Direction::In, why);
            } else {
                ++kept;
            }
        }
        size_ = kept;
        return bytes;
    }

    [[nodiscard]] std::uint16_t size() const { return size_; }

    /// Keeps, in order, the frames for which `judge(const Frame&)` answers Drop::None; the others
    /// are counted under the answer and freed.
    template <typename Judge>
    void filter(Tally& tally, Direction direction, Judge&& judge) {
        std::uint16_t kept = 0;
        for (std::uint16_t i = 0; i < size_; ++i) {
            if (const Drop why = judge(frames_[i]); why != Drop::None) [[unlikely]] {
                tally.drop(frames_[i].mbuf, direction, why);
            } else {
                if (kept != i) [[unlikely]]
                    frames_[kept] = frames_[i];
                ++kept;
            }
        }
        size_ = kept;
    }

    /// Hands the frames over; the batch is empty afterwards and the caller owns them.
    [[nodiscard]] std::span<Frame> release() {
        return {frames_.data(), std::exchange(size_, std::uint16_t{0})};
    }

  private:
    union {
        std::array<Frame, kBurst> frames_;  // made by fill(), up to size_
    };
    std::uint16_t size_ = 0;
};

}  // namespace sealane::port
