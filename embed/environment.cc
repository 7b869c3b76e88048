#include "embed/environment.h"

#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

namespace sealane::embed {
namespace {

/// Where DPDK's lines go.
struct LogPlace {
    std::mutex mutex;
    const LogOfDpdk* newest = nullptr;
};

LogPlace& log_place() {
    static LogPlace of_process;
    static_assert(std::is_trivially_destructible_v<LogPlace>, "DPDK may log to the very end");
    return of_process;
}

int level_of(worker::EalLogLevel level) {
    switch (level) {
        case worker::EalLogLevel::Error:
            return SEALANE_LOG_ERROR;
        case worker::EalLogLevel::Warning:
            return SEALANE_LOG_WARNING;
        case worker::EalLogLevel::Info:
            break;
    }
    return SEALANE_LOG_INFO;
}

void log_line(worker::EalLogLevel level, std::string_view line) {
    LogPlace& place = log_place();
    const std::lock_guard lock(place.mutex);
    if (place.newest != nullptr) place.newest->write(level_of(level), std::string(line).c_str());
}

}  // namespace

LogOfDpdk::LogOfDpdk(sealane_log log, void* opaque) : log_(log), opaque_(opaque) {
    if (log_ == nullptr) return;
    LogPlace& place = log_place();
    const std::lock_guard lock(place.mutex);
    place.newest = this;
}

LogOfDpdk::~LogOfDpdk() {
    LogPlace& place = log_place();
    const std::lock_guard lock(place.mutex);
    if (place.newest == this) place.newest = nullptr;
}

Result<const worker::Eal*> environment(worker::EalNeeds needs, bool is_up) {
    static std::mutex mutex;
    static const worker::Eal* of_process = nullptr;  // never freed: others may still use DPDK
    const std::lock_guard lock(mutex);
    if (of_process == nullptr) {
        needs.log = log_line;
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
