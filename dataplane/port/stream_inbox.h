// What a stream peer has sent and nobody has taken yet: bytes in, frames out.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

#include <rte_mbuf.h>

#include "dataplane/port/tally.h"
#include "dataplane/wire/stream_framing.h"

namespace sealane::port {

/// Room for two of the longest units, so that one read brings many frames and a partial one is
/// moved rarely.  Nothing is ever allocated by what a peer announces.
class StreamInbox {
  public:
    explicit StreamInbox(std::uint32_t max_frame);

    /// Where the next bytes from the peer go: not empty unless a whole unit waits to be taken.
    [[nodiscard]] std::span<std::uint8_t> free_space();
    /// `count` bytes were put there.
    void filled(std::size_t count) { end_ += count; }

    /// Takes up to `room` frames as mbufs of `pool`; refused ones are told to `tally`, and so are
    /// those that the pool had no buffers for.  In `lost()` streams there are none.
    std::uint16_t take(rte_mbuf** frames, std::uint16_t room, rte_mempool* pool, Tally& tally);

    /// The peer announced a length that no frame has.
    [[nodiscard]] bool lost() const { return lost_; }
    /// take() has something to do.
    [[nodiscard]] bool has_unit() const;
    void clear();

  private:
    [[nodiscard]] std::span<const std::uint8_t> held() const {
        return {bytes_.get() + begin_, end_ - begin_};
    }

    std::unique_ptr<std::uint8_t[]> bytes_;
    std::size_t begin_ = 0, end_ = 0;
    std::uint32_t max_frame_;
    bool lost_ = false;
};

}  // namespace sealane::port
