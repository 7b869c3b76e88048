#include "control/cli/doctor.h"

#include <algorithm>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "control/cli/invocation.h"
#include "control/rpc/method.h"

namespace sealane::cli {

using nlohmann::json;

namespace {

constexpr std::uint64_t kLeastMemoryMb = 160;  // four adapters and a SEA without hugepages
constexpr std::uint64_t kUsefulHugeMb = 256;
constexpr std::uint32_t kUsefulDgramQueue = 512;
constexpr int kQemuReconnects = 8;  // first with `reconnect=` of `-netdev stream`

const char* name_of(Level level) {
    switch (level) {
        case Level::Ok:
            return "ok";
        case Level::Note:
            return "note";
        case Level::Warn:
            return "warn";
        case Level::Fail:
            return "fail";
    }
    return "";
}

Finding judge_processor(const MachineFacts& facts) {
    if (facts.cpu_runs_it) {
        return {Level::Ok, "processor", fmt::format("runs what was built for {}", facts.isa), ""};
    }
    return {Level::Fail,
            "processor",
            fmt::format("lacks instructions of {}, which this program was built for", facts.isa),
            "run on a newer processor"};
}

Finding judge_memory(const MachineFacts& facts) {
    const std::string text = fmt::format("{} MiB available", facts.available_mb);
    if (facts.available_mb >= kLeastMemoryMb) return {Level::Ok, "memory", text, ""};
    return {Level::Fail,
            "memory",
            fmt::format("{}; a small frame takes {} MiB", text, kLeastMemoryMb),
            "stop something else"};
}

Finding judge_cores(const MachineFacts& facts) {
    const std::string text = fmt::format("{} of {} are ours to run on", facts.allowed, facts.cores);
    if (facts.allowed >= 2) return {Level::Ok, "cores", text, ""};
    if (facts.allowed == facts.cores) {
        return {Level::Note, "cores", text + "; workers share it with everything else", ""};
    }
    return {Level::Note,
            "cores",
            text,
            fmt::format("taskset -c 0-{} sealane run FILE", facts.cores - 1)};
}

std::string size_of_page(std::uint64_t kb) {
    return kb >= 1U << 20U ? fmt::format("{} GiB", kb >> 20U) : fmt::format("{} MiB", kb >> 10U);
}

std::vector<Finding> judge_hugepages(const MachineFacts& facts) {
    std::vector<Finding> findings;
    std::uint64_t free_mb = 0;
    for (const HugepageFacts& pages : facts.hugepages) {
        free_mb += pages.free * pages.page_kb >> 10U;
    }
    for (const HugepageFacts& pages : facts.hugepages) {
        const std::string text =
            fmt::format("{}: {} free of {}", size_of_page(pages.page_kb), pages.free, pages.total);
        if (free_mb >= kUsefulHugeMb || pages.page_kb != 2'048) {
            findings.push_back({Level::Ok, "hugepages", text, ""});
            continue;
        }
        findings.push_back({Level::Note,
                            "hugepages",
                            text + "; without them Sealane runs too, somewhat slower",
                            fmt::format("echo {} | sudo tee "
                                        "/sys/kernel/mm/hugepages/hugepages-2048kB/nr_hugepages",
                                        pages.total - pages.free + kUsefulHugeMb / 2)});
    }
    if (findings.empty()) {
        findings.push_back(
            {Level::Note, "hugepages", "none in this kernel; Sealane runs without", ""});
    }
    return findings;
}

Finding judge_tun(const MachineFacts& facts) {
    switch (facts.tun) {
        case Access::Usable:
            return {Level::Ok, "tun", "/dev/net/tun can be opened", ""};
        case Access::Denied:
            return {Level::Warn,
                    "tun",
                    "/dev/net/tun can't be opened: no TAP ports",
                    "sudo chmod 0666 /dev/net/tun"};
        case Access::Missing:
            break;
    }
    return {Level::Warn, "tun", "no /dev/net/tun: no TAP ports", "sudo modprobe tun"};
}

Finding judge_capability(const char* name, bool there, const char* ports, bool namespaces) {
    if (there) return {Level::Ok, name, fmt::format("there: {} ports work", ports), ""};
    const std::string text = fmt::format("not there: no {} ports", ports);
    if (!namespaces) {
        return {Level::Note,
                name,
                text,
                "sudo setcap cap_net_admin,cap_net_raw+ep \"$(command -v sealane)\""};
    }
    return {Level::Note,
            name,
            text + " outside a network namespace of one's own",
            "unshare -Urn sealane run FILE"};
}

Finding judge_namespaces(const MachineFacts& facts) {
    if (facts.user_namespaces) {
        return {Level::Ok, "user namespaces", "every user may make them", ""};
    }
    return {Level::Note,
            "user namespaces",
            "only root may make them",
            "sudo sysctl -w kernel.unprivileged_userns_clone=1 user.max_user_namespaces=10000"};
}

Finding judge_locked_memory(const MachineFacts& facts) {
    if (!facts.locked_kb) return {Level::Ok, "locked memory", "no limit", ""};
    const std::string text = fmt::format("at most {} MiB", *facts.locked_kb >> 10U);
    if (*facts.locked_kb >> 10U >= kLeastMemoryMb) return {Level::Ok, "locked memory", text, ""};
    return {Level::Note,
            "locked memory",
            text + "; it matters to net_af_xdp and to PCI devices only",
            "sudo prlimit --memlock=unlimited --pid $$"};
}

Finding judge_dgram_queue(const MachineFacts& facts) {
    const std::string text =
        fmt::format("net.unix.max_dgram_qlen is {} datagrams", facts.dgram_queue);
    if (facts.dgram_queue >= kUsefulDgramQueue) return {Level::Ok, "datagrams", text, ""};
    return {
        Level::Note,
        "datagrams",
        text + ": a guest on a qemu-dgram port takes so many frames at a time, and the others wait",
        fmt::format("sudo sysctl -w net.unix.max_dgram_qlen={}", kUsefulDgramQueue)};
}

std::vector<Finding> judge_qemu(const MachineFacts& facts) {
    std::vector<Finding> findings;
    for (const QemuFacts& qemu : facts.qemu) {
        const std::string name = fmt::format("{} {}.{}", qemu.program, qemu.major, qemu.minor);
        if (qemu.major >= kQemuReconnects) {
            findings.push_back({Level::Ok, "qemu", name + ": -netdev stream, with reconnect", ""});
        } else if (qemu.major * 100 + qemu.minor >= 702) {
            findings.push_back({Level::Note,
                                "qemu",
                                name + ": -netdev stream, without reconnect (8.0 has it): after a "
                                       "restart of the daemon a guest that connects must be "
                                       "restarted too, one that listens not",
                                ""});
        } else {
            findings.push_back({Level::Warn,
                                "qemu",
                                name + ": no -netdev stream (7.2 has it)",
                                "sudo apt-get install qemu-system-ppc"});
        }
    }
    if (findings.empty()) {
        findings.push_back({Level::Note,
                            "qemu",
                            "not installed: no guests on this machine",
                            "sudo apt-get install qemu-system-ppc"});
    }
    return findings;
}

Finding judge_kvm(const MachineFacts& facts) {
    if (facts.kvm == Access::Usable) return {Level::Ok, "kvm", "/dev/kvm can be opened", ""};
    return {Level::Note,
            "kvm",
            facts.kvm == Access::Denied ? "/dev/kvm can't be opened: guests of this machine's own "
                                          "kind are emulated, slowly"
                                        : "no /dev/kvm: every guest is emulated",
            facts.kvm == Access::Denied ? "sudo usermod -aG kvm $USER" : ""};
}

}  // namespace

std::vector<Finding> judge(const MachineFacts& facts) {
    std::vector<Finding> findings{judge_processor(facts),
                                  judge_memory(facts),
                                  judge_cores(facts),
                                  {Level::Ok, "dpdk", facts.dpdk, ""}};
    const auto add = [&findings](std::vector<Finding> more) {
        findings.insert(findings.end(), more.begin(), more.end());
    };
    add(judge_hugepages(facts));
    add({judge_locked_memory(facts),
         judge_tun(facts),
         judge_capability(
             "CAP_NET_ADMIN", facts.net_admin, "TAP and packet-socket", facts.user_namespaces),
         judge_capability("CAP_NET_RAW", facts.net_raw, "packet-socket", facts.user_namespaces),
         judge_namespaces(facts),
         judge_dgram_queue(facts)});
    add(judge_qemu(facts));
    add({judge_kvm(facts)});
    return findings;
}

std::string render_findings(const std::vector<Finding>& findings) {
    std::string text;
    for (const Finding& finding : findings) {
        text +=
            fmt::format("{:<5}{:<17}{}\n", name_of(finding.level), finding.subject, finding.text);
        if (!finding.fix.empty()) text += fmt::format("{:<22}to improve: {}\n", "", finding.fix);
    }
    return text;
}

std::string findings_as_json(const std::vector<Finding>& findings) {
    json list = json::array();
    for (const Finding& finding : findings) {
        list.push_back({{"level", name_of(finding.level)},
                        {"subject", finding.subject},
                        {"text", finding.text},
                        {"fix", finding.fix}});
    }
    const json reply{{"schema_version", rpc::kSchemaVersion}, {"findings", std::move(list)}};
    return reply.dump(2, ' ', false, json::error_handler_t::replace) + "\n";
}

int exit_code_of(const std::vector<Finding>& findings) {
    const bool fails = std::any_of(findings.begin(), findings.end(), [](const Finding& finding) {
        return finding.level == Level::Fail;
    });
    return fails ? kExitFailed : kExitDone;
}

}  // namespace sealane::cli
