// An adapter with nothing attached: what is sent to it is dropped as port_down.
#pragma once

#include "dataplane/port/port.h"

namespace sealane::port {

class NullPort final : public Port {
  public:
    std::uint16_t receive(rte_mbuf** /*frames*/,
                          std::uint16_t /*room*/,
                          Tally& /*tally*/) override {
        return 0;
    }
    void send(rte_mbuf** frames, std::uint16_t count, Tally& tally) override {
        for (std::uint16_t i = 0; i < count; ++i) {
            tally.drop(frames[i], Direction::Out, Drop::PortDown);
        }
    }
    [[nodiscard]] bool is_up() const override { return false; }
    [[nodiscard]] PortTraits traits() const override { return {.tag_beside = true}; }
    [[nodiscard]] PortState state() const override {
        return {.type = "none", .detail = "no port configured"};
    }
};

}  // namespace sealane::port
