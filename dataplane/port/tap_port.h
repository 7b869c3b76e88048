// A TAP: a network interface of this machine whose cable ends in the product.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>

#include "dataplane/base/descriptor.h"
#include "dataplane/base/result.h"
#include "dataplane/port/idle_stride.h"
#include "dataplane/port/pools.h"
#include "dataplane/port/port.h"

namespace sealane::port {

struct TapSettings {
    std::string name;       ///< Of the adapter, for messages: "lpar1/ent0".
    std::string interface;  ///< Made, or taken if it is there and nobody else has it.
    std::uint32_t mtu = 1500;
};

/// Stands in for DPDK's net_tap, which in 22.11 sends no frame longer than 1,522 bytes, sees
/// nothing of an interface that moved to another network namespace, and can't be waited for.
///
/// The interface is brought up, and goes with the port unless somebody made it persistent.
class TapPort final : public Port {
  public:
    [[nodiscard]] static Result<std::unique_ptr<TapPort>> open(const TapSettings& settings,
                                                               const Pools& pools);

    std::uint16_t receive(rte_mbuf** frames, std::uint16_t room, Tally& tally) override;
    /// The kernel takes a frame at once or, its interface being down, not at all (PortDown).
    void send(rte_mbuf** frames, std::uint16_t count, Tally& tally) override;
    void service(Instant now, Tally& tally) override;
    [[nodiscard]] int wake_descriptor() const override { return tap_.get(); }
    bool prepare_to_sleep() override;
    void awake() override { idle_.look_now(); }
    [[nodiscard]] bool is_up() const override { return up_.load(std::memory_order_relaxed); }
    [[nodiscard]] PortTraits traits() const override { return {}; }
    [[nodiscard]] PortState state() const override;
    /// The interface keeps its state and loses its carrier, in whatever namespace it is by now.
    Status set_link(bool up) override;

  private:
    TapPort(Descriptor tap, std::string interface, const Pools& pools);

    Drop write(const rte_mbuf* frame);
    void look_at_link();

    Descriptor tap_;
    std::string interface_;
    rte_mempool* pool_;
    std::unique_ptr<std::uint8_t[]> received_;  ///< The frame that is being read.
    std::unique_ptr<std::uint8_t[]> sent_;      ///< One in too many pieces for the kernel.
    IdleStride idle_;
    std::atomic<bool> up_{false};
    std::atomic<bool> is_unplugged_{
        false};  ///< By set_link(): the kernel would take frames and lose them.
};

}  // namespace sealane::port
