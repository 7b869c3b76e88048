#include "dataplane/worker/eal.h"

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <future>
#include <optional>
#include <pthread.h>
#include <sched.h>
#include <semaphore>
#include <thread>
#include <utility>

#include <rte_eal.h>
#include <rte_errno.h>
#include <rte_lcore.h>
#include <rte_version.h>

#include "dataplane/worker/eal_log.h"
#include "dataplane/worker/eal_memory.h"

namespace sealane::worker {
namespace {

constexpr std::uint64_t kMegabyte = std::uint64_t{1} << 20;

/// The environment's own needs, and what is lost between pools.  Ordinary memory costs nothing
/// until it is touched, so this may be generous.
std::uint32_t with_margin(std::uint32_t memory_mb) { return memory_mb + memory_mb / 8 + 32; }

EalProfile choose_profile(const EalNeeds& needs) {
    EalProfile profile{.memory_mb = with_margin(needs.memory_mb), .pci = needs.pci};
    if (!needs.hugepages) return profile;
    const std::vector<HugepageState> sizes = hugepage_state();
    profile.hugepages = std::any_of(sizes.begin(), sizes.end(), [&](const HugepageState& pages) {
        return can_take(pages, profile.memory_mb * kMegabyte);
    });
    return profile;
}

/// "0,1,5": the processors that the calling thread may run on.
std::string allowed_processors() {
    cpu_set_t allowed;
    CPU_ZERO(&allowed);
    if (sched_getaffinity(0, sizeof allowed, &allowed) != 0) return "0";
    std::string list;
    for (int cpu = 0; cpu < CPU_SETSIZE; ++cpu) {
        if (CPU_ISSET(cpu, &allowed)) list += (list.empty() ? "" : ",") + std::to_string(cpu);
    }
    return list;
}

std::vector<std::string> arguments_for(const EalProfile& profile) {
    std::vector<std::string> arguments{"sealane", "--no-telemetry"};
    arguments.push_back("--lcores=0@(" + allowed_processors() + ")");
    if (profile.hugepages) {
        // In one piece, since virtio-user can share no more than eight with its other side.
        arguments.insert(arguments.end(), {"--in-memory", "--single-file-segments"});
    } else {
        // --in-memory and --no-huge exclude each other; these two together keep as little on disk.
        arguments.insert(arguments.end(), {"--no-huge", "--no-shconf"});
        arguments.insert(arguments.end(), {"-m", std::to_string(profile.memory_mb)});
    }
    if (profile.pci) {
        // Only the devices that ports name are taken, when they are opened; none by itself now.
        arguments.insert(arguments.end(), {"--allow", "0000:00:00.0"});
    } else {
        arguments.insert(arguments.end(), {"--no-pci", "--iova-mode=va"});
    }
    return arguments;
}

/// While it lives, DPDK finds no directory for its files.
class NoRuntimeDirectory {
  public:
    NoRuntimeDirectory() {
        if (const char* const before = std::getenv(kVariable)) before_ = before;
        setenv(kVariable, kNoDirectory, 1);
    }
    NoRuntimeDirectory(const NoRuntimeDirectory&) = delete;
    NoRuntimeDirectory& operator=(const NoRuntimeDirectory&) = delete;
    ~NoRuntimeDirectory() {
        if (before_) {
            setenv(kVariable, before_->c_str(), 1);
        } else {
            unsetenv(kVariable);
        }
    }

  private:
    static constexpr const char* kVariable = "RUNTIME_DIRECTORY";
    std::optional<std::string> before_;
};

/// Signals are for the program's main thread; those that a thread brings upon itself stay.
void block_signals() {
    sigset_t blocked;
    sigfillset(&blocked);
    for (const int own : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGTRAP}) {
        sigdelset(&blocked, own);
    }
    pthread_sigmask(SIG_BLOCK, &blocked, nullptr);
}

Error explain(int fault, const std::string& cause, const EalProfile& profile) {
    const std::string asked = std::to_string(profile.memory_mb) + " MiB of memory";
    if (fault == ENOMEM) {
        return Error{"can't get " + asked +
                     " for frames; use fewer or smaller buffers, or free some"};
    }
    return Error{"can't start DPDK with " + asked + ": " +
                 (cause.empty() ? rte_strerror(fault) : cause)};
}

/// DPDK takes one start in a process, successful or not, and remembers it where we can't look.
bool was_started_before() {
    static std::atomic<bool> started{false};
    return started.exchange(true);
}

}  // namespace

// The thread that the environment was started on, kept for ending it on the same one.
struct Eal::Host {
    explicit Host(std::function<void(EalLogLevel, std::string_view)> sink) : log(std::move(sink)) {}

    /// Starts the thread; DPDK's answer, 0 or an errno.
    int start(std::vector<std::string> arguments) {
        std::promise<int> answer;
        std::future<int> answered = answer.get_future();
        thread =
            std::thread([this, answer = std::move(answer), words = std::move(arguments)]() mutable {
                block_signals();
                std::vector<char*> pointers;
                for (std::string& word : words) {
                    pointers.push_back(word.data());
                }
                const int taken = rte_eal_init(static_cast<int>(pointers.size()), pointers.data());
                const int fault = taken < 0 ? rte_errno : 0;
                answer.set_value(fault);
                if (fault != 0) return;
                end.acquire();
                rte_eal_cleanup();
            });
        return answered.get();
    }

    EalLog log;
    std::thread thread;
    std::binary_semaphore end{0};
};

Result<std::unique_ptr<Eal>> Eal::start(const EalNeeds& needs) {
    const EalProfile profile = choose_profile(needs);
    const std::uint64_t available = available_memory_mb();
    if (!profile.hugepages && available != 0 && needs.memory_mb > available) {
        return Error{"the configuration needs " + std::to_string(needs.memory_mb) +
                     " MiB of memory and this machine has " + std::to_string(available) +
                     " MiB available; use fewer or smaller buffers"};
    }
    if (was_started_before()) {
        return Error{"DPDK can be started once in a process, and was; start a new process"};
    }

    auto host = std::make_unique<Host>(needs.log);
    int fault = 0;
    {
        const NoRuntimeDirectory none;
        fault = host->start(arguments_for(profile));
    }
    if (fault != 0) {
        host->thread.join();
        return explain(fault, host->log.first_error(), profile);
    }
    return std::unique_ptr<Eal>(new Eal(std::move(host), profile));
}

Result<std::unique_ptr<Eal>> Eal::adopt() {
    if (rte_lcore_count() == 0) {
        return Error{
            "DPDK isn't up in this process; call rte_eal_init() before, or leave it to us"};
    }
    return std::unique_ptr<Eal>(
        new Eal(nullptr, {.hugepages = rte_eal_has_hugepages() != 0, .memory_mb = 0}));
}

Eal::Eal(std::unique_ptr<Host> host, EalProfile profile)
    : host_(std::move(host)), profile_(profile) {}

Eal::~Eal() {
    if (!host_) return;
    host_->end.release();
    host_->thread.join();
}

Status register_worker_thread() {
    if (rte_thread_register() == 0) return done();
    return Error{std::string("DPDK takes no further thread (at most ") +
                 std::to_string(RTE_MAX_LCORE) + "): " + rte_strerror(rte_errno)};
}

void unregister_worker_thread() { rte_thread_unregister(); }

std::string dpdk_version() { return rte_version(); }

}  // namespace sealane::worker
