// Sees to it that no socket file outlives the daemon, not even when it is killed with SIGKILL.
#pragma once

#include <optional>
#include <string>
#include <sys/types.h>

#include "control/rpc/socket_file.h"
#include "dataplane/base/result.h"

namespace sealane::app {

/// A small child process that waits for the end of a pipe.  Only the daemon holds the other end, so
/// it closes when the daemon dies of whatever cause; the child then removes the socket files that
/// it was told of and that are still the same; of those that were only expected, what nobody has
/// open.  It has a session of its own (no Ctrl-C reaches it) and no other descriptor.
///
/// What makes it harder than it looks: it forks, so it must be started before the first thread; and
/// a new daemon may already have put its own socket in the old one's place.
class SocketGuard {
  public:
    [[nodiscard]] static Result<SocketGuard> start();
    SocketGuard(SocketGuard&& other) noexcept;
    SocketGuard& operator=(SocketGuard&&) = delete;
    /// Lets the child go and waits for it.  By now the files are gone; if one is not, it goes too.
    ~SocketGuard();

    /// One that will be made at `path`: the daemon may die before it can say which it was.  A
    /// relative path is one from where the daemon was started.
    void expect(const std::string& path);
    /// The socket that stands at `path` now; nothing happens if there is none.
    void watch(const std::string& path);

    [[nodiscard]] pid_t child() const { return child_; }

  private:
    SocketGuard(rpc::Fd pipe, pid_t child);
    void tell(const std::string& path, const std::optional<rpc::SocketIdentity>& identity) const;

    rpc::Fd pipe_;
    pid_t child_ = -1;
};

}  // namespace sealane::app
