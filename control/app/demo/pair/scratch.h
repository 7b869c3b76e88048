// A directory for sockets and logs that leaves with those who use it.
#pragma once

#include <string>
#include <sys/types.h>

#include "control/rpc/socket_file.h"
#include "dataplane/base/result.h"

namespace sealane::app {

/// In $TMPDIR or /tmp, its owner's alone.  A child process removes it, with all that is in it, when
/// this object and every process that was started meanwhile have ended, by SIGKILL too.  Make it
/// before the first thread.
class Scratch {
  public:
    [[nodiscard]] static Result<Scratch> make();
    Scratch(Scratch&& other) noexcept;
    Scratch& operator=(Scratch&&) = delete;
    ~Scratch();

    [[nodiscard]] const std::string& path() const { return path_; }

  private:
    Scratch(std::string path, rpc::Fd pipe, pid_t sweeper);

    std::string path_;
    rpc::Fd pipe_;  ///< Others inherit it; the sweeper waits until nobody has it any more.
    pid_t sweeper_;
};

}  // namespace sealane::app
