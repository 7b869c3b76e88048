// Looks at this machine for `sealane doctor`.
#pragma once

#include "control/cli/doctor.h"

namespace sealane::cli {

/// All facts but those about this program itself (dpdk, isa, hugepages), which the caller knows.
/// What can't be found out reads as not there.
[[nodiscard]] MachineFacts look_at_machine();

/// "QEMU emulator version 7.2.22 (Debian …)" to 7 and 2; nothing if it says something else.
[[nodiscard]] std::optional<QemuFacts> parse_qemu_version(const std::string& program,
                                                          const std::string& text);

}  // namespace sealane::cli
