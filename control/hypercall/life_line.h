// The news of a killed process before its kernel has cleared it away.
//
// The end of a connection comes when a process's files are closed, and that is after its memory was
// given back: 10 to 30 ms for a VIOS.  Robust futexes are the first thing that the kernel looks at
// when a thread dies (man 2 set_robust_list), so a thread of the VIOS holds one that the hypervisor
// waits for.
#pragma once

#include <atomic>
#include <thread>

#include "control/hypercall/pages.h"
#include "dataplane/base/descriptor.h"

namespace sealane::hypercall {

/// The VIOS's end: while it lives, `word` says that its process does.
///
/// Ownership: borrows the word, which is shared memory.  Has a thread of its own, which sleeps.
class LifeLine {
  public:
    explicit LifeLine(Word& word);
    /// An orderly end, of which the connection tells.
    ~LifeLine();
    LifeLine(const LifeLine&) = delete;
    LifeLine& operator=(const LifeLine&) = delete;

  private:
    void hold(Word& word);

    std::atomic<bool> is_held_{false}, is_over_{false};
    std::thread thread_;
};

/// The hypervisor's end: shuts `socket` down, as if the process at its other end had closed it,
/// when the kernel says in `word` that its holder died.  What else is written there does nothing:
/// it is the other process's memory.
///
/// Ownership: borrows the word; has a descriptor of the socket of its own, and a thread, which
/// sleeps.
class DeathWatch {
  public:
    DeathWatch(const Word& word, int socket);
    ~DeathWatch();
    DeathWatch(const DeathWatch&) = delete;
    DeathWatch& operator=(const DeathWatch&) = delete;

  private:
    void look();

    const Word& word_;
    Descriptor socket_;
    Word is_unwanted_{0};
    std::atomic<bool> has_ended_{false};
    std::thread thread_;
};

}  // namespace sealane::hypercall
