// The control socket: made so that nobody else can use it, removed when it is no longer ours to
// hold.
#pragma once

#include <string>

#include "control/rpc/socket_file.h"
#include "dataplane/base/result.h"

namespace sealane::rpc {

/// A listening unix stream socket of mode 0600 from its first instant on.
class Listener {
  public:
    /// A socket file that nobody listens on is replaced; one with a living sealane behind it, or a
    /// file that is no socket, is left as it is and an Error.
    [[nodiscard]] static Result<Listener> open(const std::string& path);
    ~Listener();  ///< Removes the file, if it is still the one that was made.
    Listener(Listener&& other) noexcept = default;
    Listener& operator=(Listener&&) = delete;

    [[nodiscard]] int fd() const { return socket_.get(); }
    [[nodiscard]] const std::string& path() const { return path_; }
    [[nodiscard]] const SocketIdentity& identity() const { return identity_; }

  private:
    Listener(Fd socket, std::string path, SocketIdentity identity);

    Fd socket_;
    std::string path_;
    SocketIdentity identity_;
};

}  // namespace sealane::rpc
