#include "tests/support/visible_pools.h"

#ifdef __SANITIZE_THREAD__

#include <cstdint>
#include <cstdio>

#include <rte_common.h>
#include <rte_mbuf_pool_ops.h>
#include <rte_mempool.h>
#include <rte_ring.h>

#include "dataplane/base/check.h"

namespace sealane::test {
namespace {

rte_ring* ring_of(const rte_mempool* pool) { return static_cast<rte_ring*>(pool->pool_data); }

int allocate(rte_mempool* pool) {
    static unsigned made = 0;
    char name[RTE_RING_NAMESIZE];
    std::snprintf(name, sizeof name, "visible%u", made++);
    pool->pool_data = rte_ring_create(name, rte_align32pow2(pool->size + 1), pool->socket_id, 0);
    return pool->pool_data != nullptr ? 0 : -1;
}

void release(rte_mempool* pool) { rte_ring_free(ring_of(pool)); }

int enqueue(rte_mempool* pool, void* const* buffers, unsigned count) {
    return rte_ring_mp_enqueue_bulk(ring_of(pool), buffers, count, nullptr) == count ? 0 : -1;
}

int dequeue(rte_mempool* pool, void** buffers, unsigned count) {
    return rte_ring_mc_dequeue_bulk(ring_of(pool), buffers, count, nullptr) == count ? 0 : -1;
}

unsigned count_of(const rte_mempool* pool) { return rte_ring_count(ring_of(pool)); }

}  // namespace

void make_pools_visible() {
    constexpr const char* kName = "visible";
    rte_mempool_ops ops{};
    std::snprintf(ops.name, sizeof ops.name, "%s", kName);
    ops.alloc = allocate;
    ops.free = release;
    ops.enqueue = enqueue;
    ops.dequeue = dequeue;
    ops.get_count = count_of;
    SEALANE_CHECK(rte_mempool_register_ops(&ops) >= 0, "DPDK takes no further kind of pool");
    SEALANE_CHECK(rte_mbuf_set_user_mempool_ops(kName) == 0, "DPDK does not take the kind of pool");
}

}  // namespace sealane::test

#else

namespace sealane::test {
void make_pools_visible() {}
}  // namespace sealane::test

#endif
