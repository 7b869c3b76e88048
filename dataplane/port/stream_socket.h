// Unix sockets for ports: a listener that cleans up after itself and after those who could not.
#pragma once

#include <string>
#include <sys/types.h>
#include <utility>

#include "dataplane/base/descriptor.h"
#include "dataplane/base/result.h"

namespace sealane::port {

/// A unix stream socket at a path, for our user only.  Closing it removes the path, if it is still
/// the one we made.
class Listener {
  public:
    Listener() = default;
    /// Replaces a socket file that nobody listens at; never touches one that somebody does, or a
    /// file that is no socket.  `name` is for the message.
    [[nodiscard]] static Result<Listener> open(const std::string& name, const std::string& path);

    Listener(Listener&& other) noexcept = default;
    Listener& operator=(Listener&& other) noexcept = default;
    ~Listener();

    [[nodiscard]] int get() const { return socket_.get(); }
    [[nodiscard]] bool is_open() const { return socket_.is_open(); }
    /// The next peer that waits; closed if there is none.  Never blocks.
    [[nodiscard]] Descriptor accept();

  private:
    Descriptor socket_;
    std::string path_;
    dev_t device_ = 0;
    ino_t inode_ = 0;
};

/// Why `path` can't be a unix socket's, or done.
[[nodiscard]] Status check_socket_path(const std::string& name, const std::string& path);

/// Makes way for a socket that somebody else binds: removes one that nobody listens at.
[[nodiscard]] Status free_socket_path(const std::string& name, const std::string& path);

/// Connects without blocking.  Closed, and errno says why, if that fails.
[[nodiscard]] Descriptor connect_to(const std::string& path);

/// The peer has closed its end, even if bytes of it are still to be read.
[[nodiscard]] bool has_hung_up(const Descriptor& peer);

}  // namespace sealane::port
