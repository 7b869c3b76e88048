// What stands behind each adapter, opened.
#pragma once

#include "control/runtime/layout.h"
#include "control/runtime/parts.h"

namespace sealane::runtime {

/// The switch in this process has the adapter.
[[nodiscard]] bool is_of_switch(const Seat& seat);

/// Opens what each seat is attached to: fills in stations and outlets.  Once there are pools.  At
/// an error those opened so far are among the stations, to be closed with them.
[[nodiscard]] Status open_stations(System::Parts& parts, std::uint64_t seed);

}  // namespace sealane::runtime
