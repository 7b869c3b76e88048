#include "dataplane/worker/quiescence.h"

#include <cstdlib>
#include <cstring>

#include <rte_lcore.h>
#include <rte_rcu_qsbr.h>

#include "dataplane/base/check.h"

namespace sealane::worker {

Quiescence::Quiescence(std::uint32_t workers) {
    const std::size_t bytes = rte_rcu_qsbr_get_memsize(workers);
    const std::size_t rounded =
        (bytes + RTE_CACHE_LINE_SIZE - 1) / RTE_CACHE_LINE_SIZE * RTE_CACHE_LINE_SIZE;
    state_.reset(static_cast<rte_rcu_qsbr*>(std::aligned_alloc(RTE_CACHE_LINE_SIZE, rounded)));
    SEALANE_CHECK(state_ != nullptr, "no memory for a few hundred bytes");
    SEALANE_CHECK(rte_rcu_qsbr_init(state_.get(), workers) == 0,
                  "rte_rcu_qsbr_init refused its arguments");
    for (std::uint32_t index = 0; index < workers; ++index) {
        rte_rcu_qsbr_thread_register(state_.get(), index);
    }
}

Quiescence::~Quiescence() = default;

void Quiescence::online(std::uint32_t index) { rte_rcu_qsbr_thread_online(state_.get(), index); }
void Quiescence::offline(std::uint32_t index) { rte_rcu_qsbr_thread_offline(state_.get(), index); }
void Quiescence::quiescent(std::uint32_t index) { rte_rcu_qsbr_quiescent(state_.get(), index); }
void Quiescence::wait() {
    // What rte_rcu_qsbr_synchronize() does, but inline, where sanitizers see that it waits.
    const std::uint64_t token = rte_rcu_qsbr_start(state_.get());
    rte_rcu_qsbr_check(state_.get(), token, true);
}

std::uint64_t Quiescence::mark() { return rte_rcu_qsbr_start(state_.get()); }
bool Quiescence::has_passed(std::uint64_t mark) {
    return rte_rcu_qsbr_check(state_.get(), mark, false) == 1;
}

void Quiescence::Free::operator()(void* memory) const { std::free(memory); }

}  // namespace sealane::worker
