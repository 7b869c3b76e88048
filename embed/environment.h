// DPDK's environment, of which a process has one, and its log.
#pragma once

#include <sealane/sealane.h>

#include "dataplane/base/result.h"
#include "dataplane/worker/eal.h"

namespace sealane::embed {

/// The one there is, or one that is started for `needs` and stays until the process ends: DPDK
/// can't be started again.  With `is_up` the host has started it.  Any thread; waits for another
/// that does the same.
[[nodiscard]] Result<const worker::Eal*> environment(worker::EalNeeds needs, bool is_up);

/// Gets DPDK's log as long as it lives and nobody newer does: the environment outlives those who
/// gave it a log.  Any thread.
class LogOfDpdk {
  public:
    LogOfDpdk(sealane_log log, void* opaque);
    LogOfDpdk(const LogOfDpdk&) = delete;
    LogOfDpdk& operator=(const LogOfDpdk&) = delete;
    ~LogOfDpdk();

    void write(int level, const char* line) const { log_(opaque_, level, line); }

  private:
    sealane_log log_;
    void* opaque_;
};

}  // namespace sealane::embed
