// Unix stream sockets for ports: who listens, who connects.
#pragma once

#include <string>

#include "dataplane/base/descriptor.h"
#include "dataplane/base/result.h"
#include "dataplane/port/bound_socket.h"

namespace sealane::port {

/// A unix stream socket that peers connect to.
class Listener {
  public:
    Listener() = default;
    /// As BoundSocket::open().
    [[nodiscard]] static Result<Listener> open(const std::string& name, const std::string& path);

    [[nodiscard]] int get() const { return socket_.get(); }
    [[nodiscard]] bool is_open() const { return socket_.is_open(); }
    /// The next peer that waits; closed if there is none.  Never blocks.
    [[nodiscard]] Descriptor accept();

  private:
    BoundSocket socket_;
};

/// Connects without blocking.  Closed, and errno says why, if that fails.
[[nodiscard]] Descriptor connect_to(const std::string& path);

/// The peer has closed its end, even if bytes of it are still to be read.
[[nodiscard]] bool has_hung_up(const Descriptor& peer);

}  // namespace sealane::port
