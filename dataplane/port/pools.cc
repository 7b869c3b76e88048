#include "dataplane/port/pools.h"

#include <algorithm>

#include <rte_errno.h>
#include <rte_lcore.h>
#include <rte_mbuf.h>

namespace sealane::port {
namespace {

// A header needs 16 bytes; the rest is headroom for what may come before it.
constexpr std::uint16_t kHeadRoom = 64;
constexpr std::uint32_t kCache = 128;

Result<PoolPointer> create(const std::string& name, std::uint32_t buffers, std::uint16_t room) {
    const std::uint32_t cache = std::min(kCache, buffers / 4);
    const auto data_room = static_cast<std::uint16_t>(room + RTE_PKTMBUF_HEADROOM);
    PoolPointer pool(rte_pktmbuf_pool_create(
        name.c_str(), buffers, cache, 0, data_room, static_cast<int>(SOCKET_ID_ANY)));
    if (!pool) {
        const std::uint64_t bytes = std::uint64_t{buffers} * (data_room + sizeof(rte_mbuf));
        return Error{"no memory for a pool of " + std::to_string(buffers) + " frame buffers (" +
                     std::to_string(bytes >> 20) + " MiB): " + rte_strerror(rte_errno)};
    }
    return pool;
}

}  // namespace

std::size_t Pools::in_use() const {
    return rte_mempool_in_use_count(frames.get()) + rte_mempool_in_use_count(heads.get());
}

Result<Pools> make_pools(const std::string& name, std::uint32_t frames, std::uint32_t heads) {
    Result<PoolPointer> frame_pool = create(name + "_frames", frames, kBufferRoom);
    if (!frame_pool) return frame_pool.error();
    Result<PoolPointer> head_pool = create(name + "_heads", heads, kHeadRoom);
    if (!head_pool) return head_pool.error();
    return Pools{std::move(frame_pool).value(), std::move(head_pool).value()};
}

Result<PoolPointer> make_pool(const std::string& name, std::uint32_t buffers, std::uint16_t room) {
    return create(name, buffers, room);
}

}  // namespace sealane::port
