// The configuration as the hypervisor switch wants it.
#pragma once

#include <cstdint>

#include "control/config/model.h"
#include "control/runtime/layout.h"
#include "hvswitch/switch.h"

namespace sealane::runtime {

/// Pure.  Trunk adapters that carry the same VLANs of the same vswitch share a slot.
[[nodiscard]] hvswitch::Switch::Settings make_switch_settings(const config::System& model,
                                                              const Layout& layout,
                                                              std::uint64_t seed);

/// Gives each slot to its enabled trunk adapter of the best priority (1 is best), but those for
/// which SEAs with high availability compete.
void give_slots(const Layout& layout, hvswitch::Switch& shared);

/// The own address of a virtual adapter.
[[nodiscard]] MacAddress mac_of(const config::System& model, const Seat& seat);

}  // namespace sealane::runtime
