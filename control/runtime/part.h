// Which part of a frame runs in this process: all of it, the hypervisor, or one VIOS (design 1).
#pragma once

#include <string>

#include "control/config/model.h"
#include "control/hypercall/message.h"
#include "control/runtime/report.h"
#include "dataplane/base/result.h"

namespace sealane::runtime {

enum class PartKind : std::uint8_t { Whole, Hypervisor, Vios };

struct Part {
    PartKind kind = PartKind::Whole;
    std::string vios;       ///< PartKind::Vios: the partition.
    std::string directory;  ///< Of all but Whole: where the parts meet, without a slash at the end.

    bool operator==(const Part&) const = default;
};

/// "hypervisor" or the name of a VIOS of the file; the error says what there is.
[[nodiscard]] Result<Part> find_part(const config::System& model,
                                     const std::string& name,
                                     std::string directory);

/// The model as this part runs it: `workers` and `cores` are the hypervisor's, and a VIOS has one
/// worker of its own, wherever the scheduler likes.
[[nodiscard]] config::System model_for(const config::System& model, const Part& part);

/// As find_part() takes it; empty: the whole.
[[nodiscard]] std::string name_of(const Part& part);

/// What stands behind an adapter, or a SEA, in this process.
enum class Attachment : std::uint8_t {
    Absent,      ///< Another process has it.
    Port,        ///< Its own port, as the file says.
    Link,        ///< Of a trunk adapter: rings to its SEA.
    LinkToVios,  ///< In the hypervisor, of a trunk adapter or control channel: a vhost-user socket.
    LinkToSwitch,  ///< The other end of that, in the VIOS.
    Agent,         ///< Of a control channel: rings to the SEA's agent.
    Bridge,        ///< Of a SEA.
};

/// Who asks what an adapter is attached to.
struct Standing {
    AdapterRole role = AdapterRole::Client;
    bool is_control_channel = false;  ///< Of a SEA with high availability.
    bool of_sea = false;              ///< A trunk adapter, or real adapter, of a SEA.
    const config::Partition* partition = nullptr;
};

[[nodiscard]] Attachment attachment_of(const Part& part, const Standing& adapter);

/// Where a VIOS asks for hypervisor calls.
[[nodiscard]] std::string hypercall_path(const Part& part);
/// The socket of a LinkToVios.  `adapter` is qualified: "vios1/ent3".
[[nodiscard]] std::string link_path(const Part& part, const std::string& adapter);
/// Where a part is asked and told things, unless somebody says otherwise.
[[nodiscard]] std::string control_path(const Part& part);

/// The part has the switch, with its `things`; a VIOS in a process of its own has not.
[[nodiscard]] Status has_switch(const Part& part, const std::string& things);

/// By which the parts of a frame know that they were started with the same file: SHA-256 of what
/// `sealane config dump` would print, but for what may change while they run (ha_mode, impair).
[[nodiscard]] hypercall::Digest digest_of(const config::System& model);

}  // namespace sealane::runtime
