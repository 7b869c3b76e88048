#include "dataplane/port/pools.h"

#include <algorithm>

#include <rte_eal.h>
#include <rte_errno.h>
#include <rte_lcore.h>
#include <rte_mbuf.h>
#include <rte_mbuf_pool_ops.h>

namespace sealane::port {
namespace {

// A header needs 16 bytes; the rest is headroom for what may come before it.
constexpr std::uint16_t kHeadRoom = 64;
constexpr std::uint32_t kCache = 128;
/// Behind each buffer, nobody's.  rte_vhost 22.11 completes a checksum itself where a guest's
/// header says that it is no TCP's or UDP's; of one in the frame's last byte it writes the byte
/// behind.
constexpr std::size_t kSpare = 1;

/// No buffer may cross a page that a device sees as one piece.  With ordinary pages of 4 KiB that
/// costs a whole page a buffer, so where no device reads memory by itself they are packed.
unsigned layout_flags() {
    const bool packed = rte_eal_has_hugepages() == 0 && rte_eal_has_pci() == 0;
    return packed ? RTE_MEMPOOL_F_NO_IOVA_CONTIG : 0;
}

/// What rte_pktmbuf_pool_create() does, which takes no flags.
bool fill(rte_mempool* pool, std::uint16_t data_room) {
    if (rte_mempool_set_ops_byname(pool, rte_mbuf_best_mempool_ops(), nullptr) != 0) return false;
    rte_pktmbuf_pool_private facts{};
    facts.mbuf_data_room_size = data_room;
    rte_pktmbuf_pool_init(pool, &facts);
    if (const int filled = rte_mempool_populate_default(pool); filled < 0) {
        rte_errno = -filled;
        return false;
    }
    rte_mempool_obj_iter(pool, rte_pktmbuf_init, nullptr);
    return true;
}

Result<PoolPointer> create(const std::string& name, std::uint32_t buffers, std::uint16_t room) {
    const auto data_room = static_cast<std::uint16_t>(room + RTE_PKTMBUF_HEADROOM);
    PoolPointer pool(rte_mempool_create_empty(name.c_str(),
                                              buffers,
                                              sizeof(rte_mbuf) + data_room + kSpare,
                                              std::min(kCache, buffers / 4),
                                              sizeof(rte_pktmbuf_pool_private),
                                              static_cast<int>(SOCKET_ID_ANY),
                                              layout_flags()));
    if (!pool || !fill(pool.get(), data_room)) {
        const std::uint64_t bytes =
            std::uint64_t{buffers} * (data_room + sizeof(rte_mbuf) + kSpare);
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
