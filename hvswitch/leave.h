// How frames leave by an adapter: the last rule of the switch.
#pragma once

#include <cstdint>
#include <span>

#include <rte_mbuf.h>

#include "dataplane/port/tally.h"
#include "dataplane/wire/tag.h"
#include "hvswitch/rules/port_rules.h"

namespace sealane::hvswitch {

/// Gives frames that go to one adapter, each with its TCI, their outer form: their tag beside them,
/// if the adapter's peer shall see one.  Returns how many leave, which stand first then; the others
/// are offered, dropped and counted.
std::uint16_t leave_all(const PortRules& port,
                        std::span<rte_mbuf*> frames,
                        std::span<const wire::Tci> tcis,
                        port::Tally& counted);

}  // namespace sealane::hvswitch
