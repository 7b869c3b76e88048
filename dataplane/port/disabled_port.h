// An adapter that is switched off: its port stays attached, and no frame passes either way.
#pragma once

#include "dataplane/port/frame.h"
#include "dataplane/port/port.h"

namespace sealane::port {

/// Stands before a port.  What it brings is dropped, and so is what it is sent: PortDisabled.
class DisabledPort final : public Port {
  public:
    /// `port` outlives it.
    explicit DisabledPort(Port& port) : port_(port) {}

    /// Takes at most `room` frames, and hands out none.
    std::uint16_t receive(rte_mbuf** frames, std::uint16_t room, Tally& tally) override {
        const std::uint16_t count = port_.receive(frames, room, tally);
        for (std::uint16_t i = 0; i < count; ++i) {
            tally.received(1, length_of(frames[i]));
            tally.drop(frames[i], Direction::In, Drop::PortDisabled);
        }
        return 0;
    }
    void send(rte_mbuf** frames, std::uint16_t count, Tally& tally) override {
        for (std::uint16_t i = 0; i < count; ++i) {
            tally.drop(frames[i], Direction::Out, Drop::PortDisabled);
        }
    }
    void service(Instant now, Tally& tally) override { port_.service(now, tally); }
    [[nodiscard]] int wake_descriptor() const override { return port_.wake_descriptor(); }
    bool prepare_to_sleep() override { return port_.prepare_to_sleep(); }
    void awake() override { port_.awake(); }
    [[nodiscard]] PortTraits traits() const override { return port_.traits(); }
    /// Nothing has to be finished for nobody.
    [[nodiscard]] Offloads offloads() const override {
        return {.checksum = true, .tcp4 = true, .tcp6 = true, .udp = true};
    }
    [[nodiscard]] PortState state() const override { return port_.state(); }
    Status set_link(bool up) override { return port_.set_link(up); }

  private:
    Port& port_;
};

}  // namespace sealane::port
