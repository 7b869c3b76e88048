// A running system made of plain values, linked in place of the real one: what the management layer
// does with a system can be tested without DPDK.
#pragma once

#include <memory>
#include <utility>
#include <vector>

#include "control/runtime/system.h"

namespace sealane::runtime {

/// What the fake answers, and what it was asked to change.
struct System::Parts {
    config::System model;
    SystemReport system;
    std::vector<AdapterReport> adapters;
    std::vector<SeaReport> seas;
    std::vector<AddressTableReport> tables;
    std::vector<AddressReport> addresses;

    std::vector<AddressRequest> added;
    std::vector<FlushRequest> flushed;
    Impairments impairments;  ///< Of lpar1/ent0.
    std::uint32_t mtu = 0;
    std::vector<EventReport> events;
    std::string ha_mode;  ///< That vios2/ent6 was set to.

    /// `parts` stays readable as long as the system lives.
    [[nodiscard]] static std::unique_ptr<System> run(std::unique_ptr<Parts> parts) {
        return std::unique_ptr<System>(new System(std::move(parts)));
    }
};

/// A client, a trunk and a physical adapter, and two SEAs, with a few frames counted.
[[nodiscard]] std::unique_ptr<System::Parts> fake_parts();

}  // namespace sealane::runtime
