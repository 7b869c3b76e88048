// Which SEAs are one of a pair, and what that takes: the configuration as high availability wants
// it.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>

#include "control/runtime/conductor.h"
#include "control/runtime/layout.h"
#include "control/runtime/parts.h"

namespace sealane::runtime {

/// Of the seat of a SEA that takes part.  Places of trunk adapters are by rising PVID.
[[nodiscard]] ha::Config make_ha_config(const config::System& model,
                                        const Layout& layout,
                                        const Seat& sea);

/// How long a worker may sleep so that no lease ends meanwhile.
[[nodiscard]] Duration longest_rest_of(const config::System& model);

/// Null if no SEA takes part.  Once ports are open and workers made.  `draw` gives random numbers,
/// not 0, that nobody can foretell.
[[nodiscard]] Result<std::unique_ptr<Conductor>> make_conductor(
    System::Parts& parts, const std::function<std::uint64_t()>& draw);

}  // namespace sealane::runtime
