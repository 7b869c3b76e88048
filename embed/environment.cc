#include "embed/environment.h"

#include <memory>
#include <mutex>

namespace sealane::embed {

Result<const worker::Eal*> environment(const worker::EalNeeds& needs, bool is_up) {
    static std::mutex mutex;
    static const worker::Eal* of_process = nullptr;  // never freed: others may still use DPDK
    const std::lock_guard lock(mutex);
    if (of_process == nullptr) {
        auto started = is_up ? worker::Eal::adopt() : worker::Eal::start(needs);
        if (!started) return started.error();
        of_process = std::move(started).value().release();
    } else if (needs.pci && !is_up && !of_process->profile().pci) {
        return Error{
            "a port names a PCI device, and DPDK was started for an instance without one; "
            "create this one first"};
    }
    return of_process;
}

}  // namespace sealane::embed
