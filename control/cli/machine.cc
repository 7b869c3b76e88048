#include "control/cli/machine.h"

#include <array>
#include <cstdio>
#include <fcntl.h>
#include <fstream>
#include <linux/capability.h>
#include <memory>
#include <sched.h>
#include <sstream>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

namespace sealane::cli {

namespace {

std::uint64_t number_in_file(const char* path) {
    std::uint64_t number = 0;
    std::ifstream(path) >> number;
    return number;
}

/// The word after "NAME:" in a file of such lines; empty if there is none.
std::string word_in_file(const char* path, const std::string& name) {
    std::ifstream file(path);
    std::string line;
    while (std::getline(file, line)) {
        std::istringstream words(line);
        std::string key;
        std::string value;
        if (words >> key >> value && key == name + ":") return value;
    }
    return "";
}

Access access_of(const char* path) {
    if (::access(path, F_OK) != 0) return Access::Missing;
    const int fd = ::open(path, O_RDWR | O_CLOEXEC);
    if (fd < 0) return Access::Denied;
    ::close(fd);
    return Access::Usable;
}

/// Tries it in a child: settings and security modules that forbid it are many.
bool can_make_user_namespace() {
    const pid_t child = ::fork();
    if (child == 0) ::_exit(::unshare(CLONE_NEWUSER) == 0 ? 0 : 1);
    int status = 1;
    return child > 0 && ::waitpid(child, &status, 0) == child && status == 0;
}

std::uint32_t cores_allowed() {
    cpu_set_t set;
    CPU_ZERO(&set);
    if (::sched_getaffinity(0, sizeof set, &set) != 0) return 1;
    return static_cast<std::uint32_t>(CPU_COUNT(&set));
}

std::optional<std::uint64_t> locked_memory_kb() {
    rlimit limit{};
    if (::getrlimit(RLIMIT_MEMLOCK, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY) {
        return std::nullopt;
    }
    return limit.rlim_cur >> 10U;
}

std::string output_of(const std::string& command) {
    struct Close {
        void operator()(FILE* pipe) const { ::pclose(pipe); }
    };
    const std::unique_ptr<FILE, Close> pipe(
        ::popen(command.c_str(), "r"));  // NOLINT(cert-env33-c) fixed words
    if (!pipe) return "";
    std::array<char, 256> buffer{};
    const std::size_t size = std::fread(buffer.data(), 1, buffer.size(), pipe.get());
    return {buffer.data(), size};
}

std::vector<QemuFacts> installed_qemus() {
    std::vector<QemuFacts> found;
    for (const char* program : {"qemu-system-ppc64", "qemu-system-x86_64", "qemu-system-aarch64"}) {
        const std::string text = output_of(std::string(program) + " --version 2>/dev/null");
        if (const auto qemu = parse_qemu_version(program, text)) found.push_back(*qemu);
    }
    return found;
}

}  // namespace

std::optional<QemuFacts> parse_qemu_version(const std::string& program, const std::string& text) {
    QemuFacts facts{program, 0, 0};
    // NOLINTNEXTLINE(cert-err34-c) two small numbers of a program's own version
    if (std::sscanf(text.c_str(), "QEMU emulator version %3d.%3d", &facts.major, &facts.minor) !=
        2) {
        return std::nullopt;
    }
    return facts;
}

MachineFacts look_at_machine() {
    MachineFacts facts;
    const long online = ::sysconf(_SC_NPROCESSORS_ONLN);
    facts.cores = online > 0 ? static_cast<std::uint32_t>(online) : 1;
    facts.allowed = cores_allowed();
    const std::string available = word_in_file("/proc/meminfo", "MemAvailable");
    facts.available_mb = std::strtoull(available.c_str(), nullptr, 10) >> 10U;
    facts.tun = access_of("/dev/net/tun");
    facts.kvm = access_of("/dev/kvm");
    const std::string effective = word_in_file("/proc/self/status", "CapEff");
    const std::uint64_t capabilities = std::strtoull(effective.c_str(), nullptr, 16);
    facts.net_admin = (capabilities >> CAP_NET_ADMIN & 1U) != 0;
    facts.net_raw = (capabilities >> CAP_NET_RAW & 1U) != 0;
    facts.user_namespaces = can_make_user_namespace();
    facts.locked_kb = locked_memory_kb();
    facts.dgram_queue =
        static_cast<std::uint32_t>(number_in_file("/proc/sys/net/unix/max_dgram_qlen"));
    facts.qemu = installed_qemus();
    return facts;
}

}  // namespace sealane::cli
