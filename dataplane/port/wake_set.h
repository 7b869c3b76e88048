// What wakes the owner of a port that has sockets.
#pragma once

#include "dataplane/base/descriptor.h"

namespace sealane::port {

/// An epoll of a port's sockets.  A socket that is closed is out of it.
class WakeSet {
  public:
    WakeSet();

    /// False: the system gave none; errno says why.
    [[nodiscard]] bool is_open() const { return epoll_.is_open(); }
    /// Readable while one of the sockets has something.
    [[nodiscard]] int descriptor() const { return epoll_.get(); }

    /// From now on input at `socket` wakes.  False: errno says why not.
    [[nodiscard]] bool add(int socket);
    /// Whether room for output to `socket`, the last one added, wakes, too.  Costs a system call
    /// only where that is new.
    void watch_for_room(int socket, bool wanted);

  private:
    Descriptor epoll_;
    bool watching_for_room_ = false;
};

}  // namespace sealane::port
