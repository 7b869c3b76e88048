// What a datagram peer sends: a datagram in, a frame out.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

#include <rte_mbuf.h>

#include "dataplane/port/tally.h"

namespace sealane::port {

/// Nothing stays in it between two calls: what is not asked for waits in the kernel.
class DgramInbox {
  public:
    /// Datagrams read by one system call.
    static constexpr std::uint16_t kAtOnce = 16;

    explicit DgramInbox(std::uint32_t max_frame);

    struct Taken {
        std::uint16_t frames = 0;
        bool any = false;  ///< Something came, even if it made no frame.
    };
    /// Takes up to `room` frames as mbufs of `pool`.  Datagrams below 14 bytes (Runt), above
    /// max_frame (Oversize), and those that the pool had no buffers for are told to `tally`.
    Taken take(int socket, rte_mbuf** frames, std::uint16_t room, rte_mempool* pool, Tally& tally);

    /// Reads up to kAtOnce datagrams that are nobody's, and tells `tally` so.
    void refuse(int socket, Drop why, Tally& tally);

  private:
    /// Reads up to `most` datagrams into the slots; how many came, and of each the length.
    std::uint16_t read(int socket, std::uint16_t most, std::uint32_t* lengths);

    std::uint32_t max_frame_;
    std::unique_ptr<std::uint8_t[]> slots_;  ///< kAtOnce of max_frame bytes.
};

}  // namespace sealane::port
