// Starts DPDK's environment (memory and devices) with what this machine offers; nobody gives it
// arguments.
//
// What makes it harder than it looks: it can be started once in a process and never again; it pins
// the thread that starts it; and unless it is told not to, it leaves files behind.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "dataplane/base/result.h"

namespace sealane::worker {

/// How serious a line of DPDK's log is.
enum class EalLogLevel : std::uint8_t { Error, Warning, Info };

/// What the system is going to need.
struct EalNeeds {
    std::uint32_t memory_mb = 64;  ///< For pools, rings and devices, all together.
    bool pci = false;              ///< A port names a PCI device.
    bool hugepages = true;         ///< Takes them where they are free.
    /// Gets DPDK's log line by line, without line ends, on any thread, as long as the Eal lives.
    /// Without it errors go to standard error and the rest nowhere.
    std::function<void(EalLogLevel, std::string_view)> log;
};

/// How the environment was started.
struct EalProfile {
    bool hugepages = false;
    std::uint32_t memory_mb = 0;
    bool pci = false;

    bool operator==(const EalProfile&) const = default;
};

/// The running environment.  Make it before any pool or port; destroy it after them all, and then
/// do not start it again.  It lives on a thread of its own, which blocks all signals; the caller's
/// affinity is untouched.  Leaves nothing on disk, however the process ends.
class Eal {
  public:
    /// Uses free hugepages when there are enough that we may use, ordinary memory otherwise.  The
    /// error is one sentence with what would help.  Any thread; a second start in one process
    /// fails.
    [[nodiscard]] static Result<std::unique_ptr<Eal>> start(const EalNeeds& needs);

    /// The environment that the host of this process has started itself, and will end after us.
    [[nodiscard]] static Result<std::unique_ptr<Eal>> adopt();

    Eal(const Eal&) = delete;
    Eal& operator=(const Eal&) = delete;
    ~Eal();

    [[nodiscard]] const EalProfile& profile() const { return profile_; }

  private:
    struct Host;
    Eal(std::unique_ptr<Host> host, EalProfile profile);

    std::unique_ptr<Host> host_;
    EalProfile profile_;
};

/// Makes the calling thread one that pools keep a cache of buffers for.  Each worker calls it
/// first, and unregister_worker_thread() last.
[[nodiscard]] Status register_worker_thread();
void unregister_worker_thread();

/// Hugepages of one size on this machine.
struct HugepageState {
    std::uint64_t page_kb = 0;
    std::uint64_t total = 0;
    std::uint64_t free = 0;

    bool operator==(const HugepageState&) const = default;
};

/// Of every size that the kernel offers, smallest first.  Needs no running environment.
[[nodiscard]] std::vector<HugepageState> hugepage_state();

/// "DPDK 22.11.11".
[[nodiscard]] std::string dpdk_version();

}  // namespace sealane::worker
