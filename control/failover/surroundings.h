// What a SEA's part in a pair needs of the world.
#pragma once

#include <string>
#include <string_view>

#include "control/ha/message.h"
#include "control/ha/types.h"

namespace sealane::failover {

/// The hypervisor as a SEA sees it (design 5).  A call does not wait: what it has led to comes back
/// as SlotChanged, after the call has returned.  The lease is renewed by the dataplane's progress
/// alone, so there is no call for that.
class HypervisorCalls {
  public:
    HypervisorCalls() = default;
    HypervisorCalls(const HypervisorCalls&) = delete;
    HypervisorCalls& operator=(const HypervisorCalls&) = delete;
    virtual ~HypervisorCalls() = default;

    virtual void acquire(ha::TrunkSet trunks) = 0;
    /// Offers them to the partner; its taking them is a SlotChanged.
    virtual void hand_over(ha::TrunkSet trunks) = 0;
    virtual void withdraw(ha::TrunkSet trunks) = 0;
    virtual void release(ha::TrunkSet trunks) = 0;
};

/// Everything else that a SEA's agent has done.  None of it waits, none calls the agent back.
class Surroundings {
  public:
    Surroundings() = default;
    Surroundings(const Surroundings&) = delete;
    Surroundings& operator=(const Surroundings&) = delete;
    virtual ~Surroundings() = default;

    /// Over the control channel.
    virtual void send(const ha::Frame& frame) = 0;
    /// Tell the outside where the clients of these trunk adapters are: now, in 1 s and in 5 s.
    virtual void announce(ha::TrunkSet trunks) = 0;
    virtual void reset_adapter() = 0;
    /// For the journal: kind, what and cause of an Occurrence.
    virtual void note(std::string_view kind, std::string what, std::string_view cause) = 0;
};

}  // namespace sealane::failover
