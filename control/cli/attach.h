// What someone who wants to attach to an adapter's port writes into his own command line, XML or
// program.  Pure.
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>

#include "control/cli/qemu_version.h"
#include "control/config/model.h"
#include "dataplane/base/result.h"

namespace sealane::cli {

/// For whom the lines are.
enum class AttachTarget : std::uint8_t { Qemu, Libvirt, Vde, Testpmd, Library };

/// "qemu", "libvirt", ...; the name that --for takes.
[[nodiscard]] const char* name_of(AttachTarget target);
/// Empty: there is none of that name.
[[nodiscard]] std::optional<AttachTarget> attach_target(const std::string& name);

struct AttachQuestion {
    std::string adapter;    ///< "lpar1/ent0".
    std::string directory;  ///< Absolute: where relative sockets are; empty: nobody knows.
    std::optional<AttachTarget> target;  ///< Empty: all that can attach to this port.
    QemuVersion qemu;
};

/// {schema_version, adapter, mac (null: whatever the peer has), port, notes, lines}; each line has
/// `for`, `what` it is of (its heading), its `text`, and `args`, the same as words without a
/// shell's quotes (of commands only).  Paths are absolute.
///
/// The Error says that there is no such adapter, what the port is if nothing outside the process
/// can attach to it, or who can if not `target`.
[[nodiscard]] Result<nlohmann::json> attach_reply(const config::System& system,
                                                  const AttachQuestion& question);

}  // namespace sealane::cli
