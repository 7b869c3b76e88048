// When is a retired snapshot of settings read by nobody any more?  A thin face on rte_rcu_qsbr.
#pragma once

#include <cstdint>
#include <memory>

struct rte_rcu_qsbr;

namespace sealane::worker {

/// Workers say when they hold no reference (quiescent()) or are away (offline()); control waits
/// until all have said so.  Ownership: outlives the workers.
class Quiescence {
  public:
    explicit Quiescence(std::uint32_t workers);
    ~Quiescence();
    Quiescence(const Quiescence&) = delete;
    Quiescence& operator=(const Quiescence&) = delete;

    /// From the worker `index`: it may hold references from now on.
    void online(std::uint32_t index);
    /// From the worker: it holds none until online().
    void offline(std::uint32_t index);
    /// From the worker, once a turn: it holds none at this moment.
    void quiescent(std::uint32_t index);

    /// From control: returns when every worker that was online has been quiescent.
    void wait();

    /// From control: a mark of this moment, and whether every worker that was online then has been
    /// quiescent since.  Does not wait.
    [[nodiscard]] std::uint64_t mark();
    [[nodiscard]] bool has_passed(std::uint64_t mark);

  private:
    struct Free {
        void operator()(void* memory) const;
    };
    std::unique_ptr<rte_rcu_qsbr, Free> state_;
};

}  // namespace sealane::worker
