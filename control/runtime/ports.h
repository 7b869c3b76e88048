// From a port as the file describes it to a port that is open.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "control/config/model.h"
#include "control/runtime/layout.h"
#include "dataplane/base/result.h"
#include "dataplane/port/ethdev_port.h"
#include "dataplane/port/pools.h"
#include "dataplane/port/port.h"
#include "dataplane/port/ring_port.h"

namespace sealane::runtime {

/// An open port and what owns it: one of `own` and `ring`.
struct OpenPort {
    std::unique_ptr<port::Port> own;
    std::unique_ptr<port::RingPair> ring;  ///< The switch has near(), the client far().

    [[nodiscard]] port::Port& port() const {
        return ring ? static_cast<port::Port&>(ring->near()) : *own;
    }
};

[[nodiscard]] port::EthdevSettings ethdev_settings(const std::string& name,
                                                   const config::EthdevPort& device,
                                                   std::uint32_t mtu);

/// Opens the port of the adapter `name`; errors start with it.
[[nodiscard]] Result<OpenPort> open_port(const std::string& name,
                                         const config::Adapter& adapter,
                                         const port::Pools& pools,
                                         std::uint64_t seed);

/// Between a SEA's agent and the dataplane.  With `tag_beside` in the form of links: the SEA's own
/// frames, from the agent (near) to its bridge (far).  Otherwise as a client's: the control
/// channel, between the switch (near) and the agent (far).
[[nodiscard]] Result<OpenPort> open_to_agent(bool tag_beside);

/// The link between a trunk adapter (near) and its SEA (far).
[[nodiscard]] Result<OpenPort> open_link();

/// Between the hypervisor and a VIOS in a process of its own, for the adapter `name`: the
/// hypervisor's end, which makes the socket at `path`.
[[nodiscard]] Result<OpenPort> open_link_to_vios(const std::string& name,
                                                 const std::string& path,
                                                 const port::Pools& pools);

/// The VIOS's end of that, for the trunk adapter or control channel `seat`.
[[nodiscard]] Result<OpenPort> open_link_to_switch(const Seat& seat,
                                                   MacAddress mac,
                                                   const std::string& path,
                                                   const port::Pools& pools);

}  // namespace sealane::runtime
