// Where frames live: the two pools of buffers that all ports and stages share.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include <rte_mempool.h>

#include "dataplane/base/result.h"

namespace sealane::port {

struct PoolFree {
    void operator()(rte_mempool* pool) const { rte_mempool_free(pool); }
};
using PoolPointer = std::unique_ptr<rte_mempool, PoolFree>;

/// Bytes of a frame that one buffer of `frames` takes; a longer frame is a chain.
inline constexpr std::uint16_t kBufferRoom = 2048;

/// Buffers for frames, and small ones for copies (which refer to the original's bytes) and headers.
/// Ownership: outlives every port and every frame.  Threads: any.
struct Pools {
    PoolPointer frames;
    PoolPointer heads;

    /// Buffers handed out and not given back, of both pools.  Exact only while nothing moves.
    [[nodiscard]] std::size_t in_use() const;
};

/// Makes pools of at least so many buffers.  `name` distinguishes the pools of several systems in
/// one process.  Fails when memory runs out; the error says how much was asked for.
[[nodiscard]] Result<Pools> make_pools(const std::string& name,
                                       std::uint32_t frames,
                                       std::uint32_t heads);

/// As `frames`, but each buffer takes `room` bytes of a frame: for devices that can't chain.
[[nodiscard]] Result<PoolPointer> make_pool(const std::string& name,
                                            std::uint32_t buffers,
                                            std::uint16_t room);

}  // namespace sealane::port
