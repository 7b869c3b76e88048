// The other side of a datagram port, as QEMU is: a socket of its own that is connected to nothing.
#pragma once

#include <string>
#include <vector>

#include "dataplane/base/descriptor.h"
#include "tests/support/frame_bytes.h"

namespace sealane::test {

class DgramPeer {
  public:
    /// Its socket is made at `local`, in place of what is there, as QEMU does it; it sends to
    /// `remote`.
    DgramPeer(const std::string& local, std::string remote);

    /// Sends without waiting.  0, or errno.
    int send(const Bytes& datagram);
    /// The same with `descriptor` beside it.
    int send_with(const Bytes& datagram, int descriptor);
    /// Reads at most `most` datagrams without waiting.
    std::vector<Bytes> frames(std::size_t most = SIZE_MAX);
    /// As a library may do it: then nobody else can be its peer.
    int connect();
    /// Takes nothing more; to its peer, writing is a broken pipe.
    void shut_down_input();
    /// Leaves its file behind, as QEMU does.
    void close() { socket_.close(); }

  private:
    std::string remote_;
    Descriptor socket_;
};

}  // namespace sealane::test
