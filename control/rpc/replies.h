// What the running system says of itself, as JSON objects.  Pure: report in, object out.
// The shapes are what scripts of users read: a field may be added, none may go or change.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "control/runtime/report.h"

namespace sealane::rpc {

/// What was built: printed by `sealane version`.
struct VersionFacts {
    std::string version;
    std::string dpdk;
    std::string isa;        ///< Least instruction set it runs on.
    std::string checksums;  ///< What it sums with on this processor: "avx512", "avx2", "portable".
};

[[nodiscard]] nlohmann::json version_reply(const VersionFacts& facts);
[[nodiscard]] nlohmann::json show_reply(const runtime::SystemReport& system,
                                        const std::vector<runtime::AdapterReport>& adapters);
[[nodiscard]] nlohmann::json stats_reply(const runtime::SystemReport& system,
                                         const std::vector<runtime::AdapterReport>& adapters);
[[nodiscard]] nlohmann::json drops_reply(const std::vector<runtime::AdapterReport>& adapters);
[[nodiscard]] nlohmann::json vlan_reply(const std::vector<runtime::AdapterReport>& adapters);
/// `elsewhere`, only of a hypervisor: [{"part": "vios1", "control": "/run/…/vios1.control"}], who
/// has further SEAs of the frame.
[[nodiscard]] nlohmann::json sea_reply(const std::vector<runtime::SeaReport>& seas,
                                       const std::vector<runtime::PartReport>& elsewhere);
[[nodiscard]] nlohmann::json system_reply(const runtime::SystemReport& system);
/// `entries` beyond `limit` are left out, and `truncated` says so.
[[nodiscard]] nlohmann::json addresses_reply(const std::vector<runtime::AddressTableReport>& tables,
                                             const std::vector<runtime::AddressReport>& entries,
                                             std::size_t limit);

}  // namespace sealane::rpc
