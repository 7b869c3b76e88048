// How a guest wakes a sleeping worker: the kick descriptors of its rings behind one of ours.
#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <mutex>

#include "dataplane/base/descriptor.h"
#include "dataplane/base/result.h"

namespace sealane::port {

/// The descriptors come from the peer and may be anything; so they are never read, only watched for
/// edges.  Threads: consume() and is_blind() from the worker, the others from the library's.
class VhostKicks {
  public:
    [[nodiscard]] static Result<Descriptor> make_epoll();
    explicit VhostKicks(Descriptor epoll) : epoll_(std::move(epoll)) {}

    /// Readable when a ring has been kicked since consume().
    [[nodiscard]] int descriptor() const { return epoll_.get(); }

    /// Watches a duplicate of `kick`: the peer's end lives on when the library closes its own, and
    /// so would the watch.  -1, or what can't be watched: the ring must be polled.
    void watch(std::uint16_t ring, int kick);
    void forget(std::uint16_t ring);
    void forget_all();

    void consume();
    /// Some ring can't wake anybody.
    [[nodiscard]] bool is_blind() const { return blind_.load(std::memory_order_relaxed) > 0; }

  private:
    Descriptor epoll_;
    std::mutex mutex_;
    std::map<std::uint16_t, Descriptor> watched_;  ///< A closed one: of a ring to be polled.
    std::atomic<int> blind_{0};
};

}  // namespace sealane::port
