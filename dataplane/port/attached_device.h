// A DPDK device from its arguments until it is gone again.
#pragma once

#include <cstdint>
#include <string>
#include <utility>

#include "dataplane/base/result.h"

namespace sealane::port {

/// Owns a device that was attached, and does what must be done at its end: it is stopped, closed
/// and removed, all of which belongs to control and may take long.
class AttachedDevice {
  public:
    AttachedDevice() = default;
    AttachedDevice(AttachedDevice&& other) noexcept { *this = std::move(other); }
    AttachedDevice& operator=(AttachedDevice&& other) noexcept {
        std::swap(id_, other.id_);
        std::swap(attached_, other.attached_);
        return *this;
    }
    ~AttachedDevice() { remove(); }

    /// `devargs` as DPDK takes it: "net_af_packet0,iface=up1".  The environment must run.  At most
    /// 32 at a time (DPDK's limit as Debian builds it).  An error says only why not: the caller
    /// knows what for.
    [[nodiscard]] static Result<AttachedDevice> attach(const std::string& devargs);

    [[nodiscard]] bool is_there() const { return attached_; }
    /// DPDK's number of it; means nothing if none is there.
    [[nodiscard]] std::uint16_t id() const { return id_; }

    void remove();

  private:
    std::uint16_t id_ = 0;
    bool attached_ = false;
};

}  // namespace sealane::port
