// What a running system consists of.  Private to control/runtime.
#pragma once

#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "control/config/model.h"
#include "control/hypercall/client.h"
#include "control/hypercall/pages.h"
#include "control/runtime/clock.h"
#include "control/runtime/conductor.h"
#include "control/runtime/layout.h"
#include "control/runtime/ports.h"
#include "control/runtime/system.h"
#include "dataplane/base/counters.h"
#include "dataplane/port/disabled_port.h"
#include "dataplane/port/impaired_port.h"
#include "dataplane/port/outlet.h"
#include "dataplane/port/pools.h"
#include "dataplane/sea/bridge.h"
#include "dataplane/worker/poller.h"
#include "dataplane/worker/worker.h"
#include "hvswitch/forwarder.h"
#include "hvswitch/switch.h"

namespace sealane::runtime {

/// What stands behind one AdapterId, as its Attachment says.  A SEA itself has no outlet, and a
/// port only if it has something to say of its own.
struct Station {
    OpenPort port;
    std::unique_ptr<port::DisabledPort> disabled;  ///< Of a disabled real adapter: before the port.
    std::unique_ptr<port::ImpairedPort> impaired;  ///< Before a port that may be impaired.
    std::unique_ptr<port::Outlet> outlet;          ///< To the port.
    std::unique_ptr<port::Outlet> sea_outlet;  ///< Of a trunk adapter: the SEA's end of the link.
    std::uint32_t mtu_at_start = 0;            ///< What a device was opened for.
    worker::Poller* poller = nullptr;  ///< Of an adapter of the switch from which frames come.
    bool is_lent = false;              ///< Somebody in this process has the ring's far end.
};

/// Declared in the order of dependence, so that destruction takes the conductor and the workers
/// first and the pools last.
struct System::Parts {
    config::System model;
    Part part;
    hypercall::Digest digest{};  ///< Of the file's model, by which parts know that they are of one.
    std::string config_file;
    std::uint64_t seed = 0;
    bool hugepages = false;
    Instant started{};
    std::optional<Instant> driven;  ///< The time, if a host says it; else a clock does.
    bool is_waiting = false;        ///< Driven: ports will wake the host.

    std::optional<hypercall::SlotPage> slot_page;  ///< Hypervisor: shown to VIOSes.
    std::unique_ptr<hypercall::Client> client;     ///< VIOS: to the hypervisor.
    /// By AdapterId of trunk adapters: the word of the slot that its SEA here has done with.
    std::vector<std::atomic<std::uint64_t>> answers;
    Layout layout;
    port::Pools pools;
    std::vector<Station> stations;                             // by AdapterId
    std::vector<port::Outlet*> outlets;                        // by AdapterId, null for SEAs
    std::vector<std::unique_ptr<AdapterCounters[]>> counters;  // by worker, then AdapterId
    AdapterTotals removed;  ///< What adapters had come to that are no more.
    std::unique_ptr<hvswitch::Switch> shared;
    std::vector<std::unique_ptr<hvswitch::Forwarder>> forwarders;  // by worker
    std::vector<std::unique_ptr<sea::Bridge>> bridges;
    std::vector<std::unique_ptr<worker::Poller>> pollers;
    std::vector<std::unique_ptr<worker::Worker>> workers;
    std::unique_ptr<Conductor> conductor;  ///< Null: no SEA here has high availability.

    [[nodiscard]] Instant time() const { return driven ? *driven : now(); }
    [[nodiscard]] std::span<AdapterCounters> counters_of(std::uint32_t worker) const {
        return {counters[worker].get(), layout.seats.size()};
    }
    [[nodiscard]] AdapterTotals totals(AdapterId id) const {
        AdapterTotals sum;
        for (const auto& block : counters) {
            sum.add(block[id.index]);
        }
        return sum;
    }
};

}  // namespace sealane::runtime
