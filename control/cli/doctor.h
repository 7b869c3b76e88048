// What this machine offers to Sealane, and the command that would improve it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace sealane::cli {

struct HugepageFacts {
    std::uint64_t page_kb = 0;
    std::uint64_t total = 0;
    std::uint64_t free = 0;
};

/// Whether a device file can be opened for reading and writing.
enum class Access : std::uint8_t { Missing, Denied, Usable };

struct QemuFacts {
    std::string program;
    int major = 0, minor = 0;
};

struct MachineFacts {
    std::string dpdk;                ///< "DPDK 22.11.11".
    std::string isa;                 ///< What this program was built for.
    bool cpu_runs_it = true;         ///< The processor has that instruction set.
    std::uint32_t cores = 1;         ///< Online.
    std::uint32_t allowed = 1;       ///< Of those, ours to run on.
    std::uint64_t available_mb = 0;  ///< Memory to be had without swapping.
    std::vector<HugepageFacts> hugepages;
    Access tun = Access::Missing;
    Access kvm = Access::Missing;
    bool net_admin = false;
    bool net_raw = false;
    bool user_namespaces = false;            ///< Unprivileged ones.
    std::optional<std::uint64_t> locked_kb;  ///< Limit of locked memory; empty: none.
    std::uint32_t dgram_queue = 0;           ///< net.unix.max_dgram_qlen.
    std::vector<QemuFacts> qemu;             ///< Those that are installed.
};

enum class Level : std::uint8_t {
    Ok,
    Note,  ///< Works, and could be better.
    Warn,  ///< Something of Sealane does not work here.
    Fail,  ///< Sealane can't run here.
};

struct Finding {
    Level level = Level::Ok;
    std::string subject;
    std::string text;
    std::string fix;  ///< The command, or empty.

    bool operator==(const Finding&) const = default;
};

/// Pure: what the facts mean.
[[nodiscard]] std::vector<Finding> judge(const MachineFacts& facts);

[[nodiscard]] std::string render_findings(const std::vector<Finding>& findings);
[[nodiscard]] std::string findings_as_json(const std::vector<Finding>& findings);

/// kExitFailed if one of them is Level::Fail.
[[nodiscard]] int exit_code_of(const std::vector<Finding>& findings);

}  // namespace sealane::cli
