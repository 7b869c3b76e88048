// DPDK's driver of virtio-net in user space: the guest's end of vhost-user, without a guest.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <rte_mempool.h>

#include "dataplane/base/mac.h"
#include "dataplane/base/result.h"
#include "dataplane/port/attached_device.h"
#include "dataplane/port/port.h"

namespace sealane::port {

struct VirtioUserSettings {
    std::string name;  ///< Of the adapter, for messages: "vios1/ent3".
    std::string path;  ///< Of the socket that the hypervisor serves.
    MacAddress mac;    ///< Told to nobody else; the driver wants one.
    /// Descriptors of each direction's ring: a power of two, 64 to 1024.  64 take the longest
    /// frame.
    std::uint16_t ring = 1024;
};

/// Owns a device that runs: one ring each way, split (the hypervisor can count its losses exactly
/// there only), in order, with buffers that a long frame takes several of.
///
/// The connection is made once.  When the hypervisor ends, the link is down for good.
///
/// The process must ignore SIGPIPE: the driver writes to a socket that may have been closed.
///
/// It wakes nobody.  To be had, the driver's interrupts need a handler of its own on the socket, in
/// a thread of DPDK's, which runs when the device is gone already: of 22.11 the process crashes.
class VirtioUser {
  public:
    VirtioUser() = default;

    /// The environment must run; without hugepages it will do, for its memory is a file that can be
    /// shared.  Received frames are of `frames`, which outlives the device.  Waits for answers of
    /// the hypervisor; they come from a thread that does nothing else.
    [[nodiscard]] static Result<VirtioUser> open(const VirtioUserSettings& settings,
                                                 rte_mempool* frames);

    [[nodiscard]] std::uint16_t id() const { return device_.id(); }
    /// What may be left to the hypervisor.
    [[nodiscard]] Offloads offloads() const { return offloads_; }
    [[nodiscard]] const std::vector<PortFeature>& features() const { return features_; }

  private:
    Status configure(const VirtioUserSettings& settings);
    Status set_up_rings(const VirtioUserSettings& settings, rte_mempool* frames);
    void read_offloads();

    AttachedDevice device_;
    Offloads offloads_;
    std::vector<PortFeature> features_;
    std::uint64_t receives_ = 0, sends_ = 0;  // DPDK's offload flags that were had
};

}  // namespace sealane::port
