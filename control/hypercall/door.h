// Where VIOSes come in: the hypervisor's listening socket.
#pragma once

#include <string>
#include <sys/types.h>

#include "dataplane/base/descriptor.h"
#include "dataplane/base/result.h"

namespace sealane::hypercall {

/// A listening socket of mode 0600 from its first instant on.
class Door {
  public:
    /// A socket file that nobody listens on is replaced; a living one, or a file that is no socket,
    /// is left as it is and an Error.
    [[nodiscard]] static Result<Door> open(const std::string& path);
    ~Door();  ///< Removes the file, if it is still the one that was made.
    Door(Door&&) noexcept = default;
    Door& operator=(Door&&) = delete;

    [[nodiscard]] int descriptor() const { return socket_.get(); }
    /// Who came; closed: nobody, or it had left again.
    [[nodiscard]] Descriptor accept() const;

  private:
    Door(Descriptor socket, std::string path, dev_t device, ino_t inode);

    Descriptor socket_;
    std::string path_;
    dev_t device_;
    ino_t inode_;
};

}  // namespace sealane::hypercall
