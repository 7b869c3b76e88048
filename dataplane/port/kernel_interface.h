// The kernel's network interface that a device stands on, asked by name.
#pragma once

#include <cstdint>
#include <string>

#include "dataplane/base/descriptor.h"
#include "dataplane/base/result.h"

namespace sealane::port {

/// Empty (none) or an interface of the network namespace in which it was made.
class KernelInterface {
  public:
    KernelInterface() = default;
    explicit KernelInterface(std::string name);

    [[nodiscard]] bool is_there() const { return socket_.is_open(); }
    [[nodiscard]] const std::string& name() const { return name_; }
    /// It is the one there was at first, up, and has a carrier.
    [[nodiscard]] bool is_running() const;
    /// As `ip link set` does it: what is at the other end of a veth or cable loses its carrier.
    [[nodiscard]] Status set_up(bool up) const;
    /// 0: it is gone.
    [[nodiscard]] std::uint32_t mtu() const;
    /// Another one has its name now: what was opened stands on the one that is gone.
    [[nodiscard]] bool is_replaced() const;

  private:
    /// 0: there is none of this name.
    [[nodiscard]] int index() const;

    std::string name_;
    Descriptor socket_;
    int first_ = 0;  ///< Its index when this was made.
};

}  // namespace sealane::port
