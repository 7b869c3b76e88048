// DPDK's log, line by line, to whoever wants it.
#pragma once

#include <cstdio>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>

#include "dataplane/worker/eal.h"

namespace sealane::worker {

/// While it lives, DPDK's log goes through it.  At most one at a time.
class EalLog {
  public:
    using Sink = std::function<void(EalLogLevel, std::string_view)>;

    /// Without a sink, errors go to standard error.
    explicit EalLog(Sink sink);
    EalLog(const EalLog&) = delete;
    EalLog& operator=(const EalLog&) = delete;
    ~EalLog();

    /// The first error since it was made, or nothing: the cause; later ones are consequences.
    [[nodiscard]] std::string first_error() const;

    void take(std::string_view text);

  private:
    void take_line(EalLogLevel level, std::string_view line);

    Sink sink_;
    std::FILE* stream_ = nullptr;
    mutable std::mutex guard_;
    std::string first_error_;
};

/// A directory that can't be made, given to DPDK as the one for its files, so that it makes none.
inline constexpr const char* kNoDirectory = "/proc/sealane-keeps-no-files";

}  // namespace sealane::worker
