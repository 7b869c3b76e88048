#include "dataplane/worker/eal_log.h"

#include <cstdint>
#include <utility>

#include <rte_log.h>

namespace sealane::worker {
namespace {

EalLogLevel level_now() {
    const int level = rte_log_cur_msg_loglevel();
    if (level <= static_cast<int>(RTE_LOG_ERR)) return EalLogLevel::Error;
    return level == static_cast<int>(RTE_LOG_WARNING) ? EalLogLevel::Warning : EalLogLevel::Info;
}

/// Complaints about what we have forbidden on purpose.
bool is_expected(std::string_view line) {
    return line.find(kNoDirectory) != std::string_view::npos ||
           line.find("No DPDK runtime directory") != std::string_view::npos;
}

ssize_t write_to(void* log, const char* text, std::size_t length) {
    static_cast<EalLog*>(log)->take({text, length});
    return static_cast<ssize_t>(length);
}

}  // namespace

EalLog::EalLog(Sink sink) : sink_(std::move(sink)) {
    rte_log_set_global_level(sink_ ? RTE_LOG_INFO : RTE_LOG_ERR);
    stream_ = fopencookie(
        this, "w", {.read = nullptr, .write = write_to, .seek = nullptr, .close = nullptr});
    if (stream_ != nullptr) rte_openlog_stream(stream_);
}

EalLog::~EalLog() {
    rte_openlog_stream(nullptr);
    if (stream_ != nullptr) std::fclose(stream_);
}

std::string EalLog::first_error() const {
    const std::scoped_lock locked(guard_);
    return first_error_;
}

void EalLog::take(std::string_view text) {
    const EalLogLevel level = level_now();
    while (!text.empty()) {
        const std::size_t end = text.find('\n');
        take_line(level, text.substr(0, end));
        text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    }
}

void EalLog::take_line(EalLogLevel level, std::string_view line) {
    if (line.empty() || is_expected(line)) return;
    if (level == EalLogLevel::Error) {
        const std::scoped_lock locked(guard_);
        if (first_error_.empty()) first_error_ = line;
    }
    if (sink_) {
        sink_(level, line);
    } else if (level == EalLogLevel::Error) {
        std::fprintf(stderr, "%.*s\n", static_cast<int>(line.size()), line.data());
    }
}

}  // namespace sealane::worker
