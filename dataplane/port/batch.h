// A burst of frames on its way through the stages.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <span>

#include <rte_mbuf.h>
#include <rte_prefetch.h>

#include "dataplane/base/check.h"
#include "dataplane/port/frame.h"
#include "dataplane/port/tally.h"

namespace sealane::port {

inline constexpr std::uint16_t kBurst = 64;

/// A frame between parse and emit: its parsed head, and the one VLAN it has.
struct Frame {
    rte_mbuf* mbuf = nullptr;
    wire::FrameHead head;
    wire::Tci tci;
};

/// Owns up to kBurst frames.  A frame leaves it in exactly two ways: release(), to be sent, or
/// filter(), to be dropped and counted.  Debug builds check that a dying batch is empty.
class Batch {
  public:
    Batch() {
    }  // leaves the frames unmade: clearing them would cost each burst more than parsing one
    Batch(const Batch&) = delete;
    Batch& operator=(const Batch&) = delete;
    ~Batch() { SEALANE_ASSERT(size_ == 0, "a batch died with frames in it"); }

    /// Takes and parses `count` frames.  Returns their bytes on the wire.
    std::uint64_t fill(rte_mbuf* const* frames, std::uint16_t count) {
        constexpr std::uint16_t kAhead = 8;
        for (std::uint16_t i = 0; i < std::min(count, kAhead); ++i) {
            rte_prefetch0(rte_pktmbuf_mtod(frames[i], void*));
        }
        std::uint64_t bytes = 0;
        for (std::uint16_t i = 0; i < count; ++i) {
            if (i + kAhead < count) rte_prefetch0(rte_pktmbuf_mtod(frames[i + kAhead], void*));
            frames_[i].mbuf = frames[i];
            frames_[i].head = parse(frames[i]);
            bytes += length_of(frames[i]);
        }
        size_ = count;
        return bytes;
    }

    [[nodiscard]] std::uint16_t size() const { return size_; }
    [[nodiscard]] bool empty() const { return size_ == 0; }
    [[nodiscard]] std::span<Frame> frames() { return {frames_.data(), size_}; }

    /// Keeps, in order, the frames for which `judge(Frame&)` answers Drop::None; the others are
    /// counted under the answer and freed.
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
        const std::span<Frame> all = frames();
        size_ = 0;
        return all;
    }

  private:
    union {
        std::array<Frame, kBurst> frames_;  // made by fill(), up to size_
    };
    std::uint16_t size_ = 0;
};

}  // namespace sealane::port
