// A DPDK device as a port: a NIC, a packet socket on a kernel interface, a capture file.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <string>

#include "dataplane/base/result.h"
#include "dataplane/port/attached_device.h"
#include "dataplane/port/kernel_interface.h"
#include "dataplane/port/pools.h"
#include "dataplane/port/port.h"

namespace sealane::port {

struct EthdevSettings {
    std::string name;     ///< Of the adapter, for messages: "vios1/ent0".
    std::string devargs;  ///< As DPDK takes it: "net_af_packet0,iface=up1", "0000:3b:00.0".
    std::uint32_t mtu = 1500;
    std::uint16_t rx_descriptors = 1024;  ///< Adjusted to what the device takes.
    std::uint16_t tx_descriptors = 1024;
    /// Buffers of the pool that a device gets of its own when it needs larger ones than the shared.
    std::uint32_t large_buffers = 1024;
};

/// Bytes of memory that a device may take beside the shared pools, for sizing the environment.
[[nodiscard]] std::uint64_t ethdev_memory(const EthdevSettings& settings);

/// Owns one device: attached and started by open(), stopped and removed by the destructor, both of
/// which belong to control and may take long.  One receive and one transmit queue.
class EthdevPort final : public Port {
  public:
    /// The environment must run.  `pools` outlives the port.  At most 32 at a time (DPDK's limit as
    /// Debian builds it); the error says so.
    /// A plain TAP ("net_tap0,iface=t0") becomes a TapPort, for the reasons told there.
    [[nodiscard]] static Result<std::unique_ptr<Port>> open(const EthdevSettings& settings,
                                                            const Pools& pools);
    ~EthdevPort() override;

    /// A frame may be a chain or be empty.  Of the driver's flags only a tag beside it is kept.
    std::uint16_t receive(rte_mbuf** frames, std::uint16_t room, Tally& tally) override;
    /// What the device does not take at the second try is dropped as QueueFull; all is PortDown
    /// while the link is.  A kernel interface's own MTU holds, too (Oversize): the kernel would
    /// discard longer frames without a word.
    void send(rte_mbuf** frames, std::uint16_t count, Tally& tally) override;
    /// Looks at the link, and at a kernel interface's MTU.
    void service(Instant now, Tally& tally) override;
    [[nodiscard]] bool is_up() const override { return link_up_.load(std::memory_order_relaxed); }
    [[nodiscard]] PortTraits traits() const override { return traits_; }
    [[nodiscard]] PortState state() const override;
    /// Of a kernel interface, itself; of a NIC, as its driver can.
    Status set_link(bool up) override;

  private:
    friend class EthdevOpener;
    EthdevPort() = default;

    static constexpr std::uint32_t kNoLimit = std::numeric_limits<std::uint32_t>::max();

    void look_at_link();
    [[nodiscard]] std::string notice() const;
    /// A ring device leaves its ring behind, and the frames in it.
    void drain() const;
    /// Frames out of the large buffers, which are few and have to come back soon, whoever keeps the
    /// frames.
    std::uint16_t copied(rte_mbuf** frames, std::uint16_t count, Tally& tally) const;
    /// make_ready() of some of them; returns how many are left, which stand first then, and takes
    /// the others from `bytes`.
    std::uint16_t make_all_ready(rte_mbuf** frames,
                                 std::uint16_t count,
                                 std::uint64_t& bytes,
                                 Tally& tally) const;
    /// The frame as the driver can take it, or null: then it was dropped and counted.
    rte_mbuf* make_ready(rte_mbuf* frame, Tally& tally) const;
    rte_mbuf* joined(rte_mbuf* frame, Tally& tally) const;

    std::string device_, driver_;
    PoolPointer large_;              ///< Empty where the shared pool serves.
    rte_mempool* shared_ = nullptr;  ///< Whose frames it hands out.
    rte_mempool* frames_ = nullptr;  ///< The driver's: large_ or the shared one.
    KernelInterface interface_;      ///< Behind a packet socket.
    std::uint32_t mtu_ = 0;          ///< That frames may have, whatever the interface carries.
    std::uint16_t port_id_ = 0;
    AttachedDevice attached_;
    std::uint16_t most_segments_ = 1;
    /// A received frame this long or longer was or may have been cut off by the driver.
    std::uint32_t cut_length_ = kNoLimit;
    PortTraits traits_;
    Instant next_look_{};
    std::uint32_t untagged_limit_ = kNoLimit;  ///< Of the kernel interface; a tag may come on top.
    std::atomic<bool> link_up_{false};
};

}  // namespace sealane::port
