// How a worker polls a SEA: its real side, each trunk's link, its own voice.
#pragma once

#include <cstddef>

#include "dataplane/sea/bridge.h"
#include "dataplane/worker/poller.h"

namespace sealane::sea {

class RealSide final : public worker::Poller {
  public:
    explicit RealSide(Bridge& bridge) : bridge_(bridge) {}

    unsigned poll(Instant /*now*/) override {
        return bridge_.takes_turn() ? bridge_.from_wire() : kPassedOver;
    }
    void service(Instant now) override { bridge_.service(now); }
    [[nodiscard]] int wake_descriptor() const override {
        return bridge_.real_port().wake_descriptor();
    }
    bool prepare_to_sleep() override {
        return bridge_.real_port().prepare_to_sleep() && !bridge_.keeps_frames();
    }
    void awake() override { bridge_.real_port().awake(); }

  private:
    Bridge& bridge_;
};

class TrunkSide final : public worker::Poller {
  public:
    TrunkSide(Bridge& bridge, std::size_t trunk) : bridge_(bridge), trunk_(trunk) {}

    /// All that waits, as the link gains a burst a turn from each client and would lose what it had
    /// no room for, before the wire had a say.  But no more than a turn's worth of frames for the
    /// wire: what is behind large frames shall not find its queue full of their segments.
    unsigned poll(Instant now) override {
        Bridge::Carried last, all;
        do {
            last = bridge_.from_trunk(trunk_, now);
            all.taken += last.taken;
            all.made += last.made;
        } while (last.taken == port::kBurst && all.made < port::Allowance::kFrames);
        return all.taken;
    }
    [[nodiscard]] int wake_descriptor() const override { return port().wake_descriptor(); }
    bool prepare_to_sleep() override { return port().prepare_to_sleep(); }
    void awake() override { port().awake(); }

  private:
    [[nodiscard]] port::Port& port() const { return bridge_.link_port(trunk_); }

    Bridge& bridge_;
    std::size_t trunk_;
};

/// What the SEA itself has to say.
class OwnSide final : public worker::Poller {
  public:
    explicit OwnSide(Bridge& bridge) : bridge_(bridge) {}

    unsigned poll(Instant /*now*/) override { return bridge_.from_own(); }
    [[nodiscard]] int wake_descriptor() const override {
        return bridge_.own_port()->wake_descriptor();
    }
    bool prepare_to_sleep() override { return bridge_.own_port()->prepare_to_sleep(); }
    void awake() override { bridge_.own_port()->awake(); }

  private:
    Bridge& bridge_;
};

}  // namespace sealane::sea
