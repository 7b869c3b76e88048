// The rules that hold between the parts of a frame (design 1): one function for each group, in the
// order of this list.  Where a value could not be read, rules about it are passed over, so that one
// slip gives one fault.  Internal to this folder.
#pragma once

#include "control/config/index.h"
#include "control/config/source.h"

namespace sealane::config {

/// All of the below.
void check_rules(const System& system, Source& source);

/// How many there may be of everything, and that names are names of one thing.
void check_counts_and_names(const System& system, Source& source);

/// What an adapter may be, looking at it, its partition and the vswitches.
void check_adapters(const System& system, Source& source);

/// That addresses, sockets, devices, interfaces and files to write are given to one adapter only.
void check_uniqueness(const System& system, const Index& index, Source& source);

/// That a SEA is built of what a SEA can be built of.
void check_seas(const Index& index, Source& source);

/// Who bridges which VLAN: trunk adapters beside each other, SEAs and their partners.
void check_bridging(const Index& index, Source& source);

/// VLANs that must not be used: of control channels, and PVIDs of trunk adapters that only fill
/// their place.
void check_reserved_vlans(const Index& index, Source& source);

/// That a vswitch's address table holds at least what is fixed in it from the start.
void check_room(const System& system, const Index& index, Source& source);

}  // namespace sealane::config
