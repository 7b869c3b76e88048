// Which SEAs are one of a pair, and what that takes: the configuration as high availability wants
// it.
#pragma once

#include <cstdint>
#include <memory>

#include "control/runtime/conductor.h"
#include "control/runtime/layout.h"
#include "control/runtime/parts.h"

namespace sealane::runtime {

/// The SEA takes part in high availability, whether or not its partner is in this file.
[[nodiscard]] bool is_paired(const config::Sea& sea);

/// The adapter is the control channel of such a SEA: its port is the SEA's agent.
[[nodiscard]] bool is_control_channel(const Seat& seat);

/// Of such a SEA's seat.  Places of trunk adapters are by rising PVID.
[[nodiscard]] ha::Config make_ha_config(const config::System& model,
                                        const Layout& layout,
                                        const Seat& sea);

/// How long a worker may sleep so that no lease ends meanwhile.
[[nodiscard]] Duration longest_rest_of(const config::System& model);

/// Null if no SEA takes part.  Once ports are open and workers made.
[[nodiscard]] std::unique_ptr<Conductor> make_conductor(System::Parts& parts, std::uint64_t seed);

}  // namespace sealane::runtime
