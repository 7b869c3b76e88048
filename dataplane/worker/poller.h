// Something that a worker polls: an adapter of the switch, a side of a SEA, the address tables'
// sweep.
#pragma once

#include "dataplane/base/time.h"

namespace sealane::worker {

/// All calls come from the worker that it belongs to.  A virtual call a burst, none a frame.
class Poller {
  public:
    Poller() = default;
    Poller(const Poller&) = delete;
    Poller& operator=(const Poller&) = delete;
    virtual ~Poller() = default;

    /// One turn: takes in about a burst, and sees it all the way out.  Returns the frames taken.
    /// A poller that is passed over in a turn, though something may wait, returns kPassedOver.
    static constexpr unsigned kPassedOver = 1;
    virtual unsigned poll(Instant now) = 0;

    /// Slow work: about every millisecond while busy, and after every sleep.
    virtual void service(Instant /*now*/) {}

    /// Sleeping: as in port::Port.  A poller with nothing to wait for has no descriptor, and says
    /// in needs_polling() whether it must be polled nevertheless.
    [[nodiscard]] virtual int wake_descriptor() const { return -1; }
    [[nodiscard]] virtual bool needs_polling() const { return wake_descriptor() < 0; }
    virtual bool prepare_to_sleep() { return true; }
    virtual void awake() {}
};

}  // namespace sealane::worker
