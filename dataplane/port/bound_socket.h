// Sockets in the file system: made for our user only, and cleaned up after those who could not.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <sys/socket.h>
#include <sys/types.h>
#include <sys/un.h>

#include "dataplane/base/descriptor.h"
#include "dataplane/base/result.h"

namespace sealane::port {

/// Which file a path leads to.  Inode numbers are used again, times with them are not.
struct SocketFile {
    dev_t device = 0;
    ino_t inode = 0;
    std::int64_t made_s = 0, made_ns = 0;

    bool operator==(const SocketFile&) const = default;
};

/// The socket at `path`; empty if there is none.
[[nodiscard]] std::optional<SocketFile> find_socket_file(const std::string& path);

/// A unix socket at a path, mode 0600.  Closing it removes the path, if it is still the one we
/// made.
class BoundSocket {
  public:
    BoundSocket() = default;
    /// Of `type` SOCK_STREAM or SOCK_DGRAM, non-blocking.  Replaces a socket file that nobody has
    /// open; never touches one that somebody has, or a file that is no socket.  `name` is for the
    /// message.
    [[nodiscard]] static Result<BoundSocket> open(const std::string& name,
                                                  const std::string& path,
                                                  int type);

    BoundSocket(BoundSocket&& other) noexcept = default;
    BoundSocket& operator=(BoundSocket&& other) noexcept = default;
    ~BoundSocket();

    [[nodiscard]] int get() const { return socket_.get(); }
    [[nodiscard]] bool is_open() const { return socket_.is_open(); }

  private:
    Descriptor socket_;
    std::string path_;
    std::optional<SocketFile> file_;
};

/// Why `path` can't be a unix socket's, or done.
[[nodiscard]] Status check_socket_path(const std::string& name, const std::string& path);

/// Makes way for a socket that somebody else binds: removes one that nobody has open.
[[nodiscard]] Status free_socket_path(const std::string& name, const std::string& path);

/// Empty: no address takes the path.
[[nodiscard]] std::optional<sockaddr_un> unix_address(const std::string& path);
/// As connect() and its like want it.
[[nodiscard]] const sockaddr* generic(const sockaddr_un& address);

}  // namespace sealane::port
