// What stands behind each adapter, opened.
#pragma once

#include "control/runtime/layout.h"
#include "control/runtime/parts.h"

namespace sealane::runtime {

/// The switch in this process has the adapter.
[[nodiscard]] bool is_of_switch(const Seat& seat);

/// Of an adapter of the switch: nothing can come in from it, and nothing is under way.
[[nodiscard]] bool is_still(const Seat& seat);

/// Opens what the seat is attached to, once there are pools.  At an error what was opened is in the
/// station, to be closed with it.
[[nodiscard]] Status open_station(const System::Parts& parts, const Seat& seat, Station& station);

/// Of all seats: fills in stations and outlets.
[[nodiscard]] Status open_stations(System::Parts& parts);

}  // namespace sealane::runtime
