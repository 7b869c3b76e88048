// A network namespace for the time of a test, and raw access to interfaces in it.
#pragma once

#include <string>
#include <vector>

#include "dataplane/base/descriptor.h"
#include "tests/support/frame_bytes.h"

namespace sealane::test {

/// While it lives, the calling thread is in a namespace of its own, which goes with it.
class NetworkNamespace {
  public:
    NetworkNamespace();
    ~NetworkNamespace();
    NetworkNamespace(const NetworkNamespace&) = delete;
    NetworkNamespace& operator=(const NetworkNamespace&) = delete;

    /// Why there is none, or nothing.
    [[nodiscard]] const std::string& missing() const { return missing_; }
    /// Runs `ip ARGUMENTS`; fails the running test if it fails.
    void ip(const std::string& arguments) const;

  private:
    Descriptor home_;
    std::string missing_;
};

/// A packet socket on an interface: what the kernel's side sees and sends.
class RawSocket {
  public:
    explicit RawSocket(const std::string& interface);

    void send(const Bytes& frame);
    /// Frames of our EtherType (0x88b5, under whatever tag) that came in, until `count` are there
    /// or two seconds are over; tags stand in the bytes.
    [[nodiscard]] std::vector<Bytes> receive(std::size_t count);

  private:
    Descriptor socket_;
};

}  // namespace sealane::test
