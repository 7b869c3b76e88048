// Plays the clients of the demo: sends frames at ring ports and says what arrived where.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "control/runtime/system.h"
#include "dataplane/base/counters.h"
#include "dataplane/port/ring_port.h"
#include "dataplane/wire/tag.h"

namespace sealane::app {

/// A small frame as the demo speaks of it: addresses and at most two tags.
struct DemoFrame {
    MacAddress src, dst;
    std::optional<VlanId> tag;
    std::optional<VlanId> inner_tag = std::nullopt;

    bool operator==(const DemoFrame&) const = default;
};

/// "untagged", "VLAN 10", "VLAN 1 then VLAN 10".
[[nodiscard]] std::string tags_of(const DemoFrame& frame);

/// A frame that came out at an adapter's port.
struct Arrival {
    std::string adapter;
    DemoFrame frame;

    bool operator==(const Arrival&) const = default;
};

/// Holds the far ends of the rings of the named adapters.  One thread.
class DemoPlayer {
  public:
    DemoPlayer(runtime::System& system, const std::vector<std::string>& adapters);

    /// Sends one frame in at `adapter` and returns what then came out, in the order of the
    /// adapters.
    std::vector<Arrival> play(const std::string& adapter, const DemoFrame& frame);

    struct Stream {
        std::uint64_t sent = 0, arrived = 0;
        double seconds = 0;
    };
    /// Sends up to `frames` frames, for a few seconds at most, from one adapter to the other, and
    /// waits for them; no more than a ring's worth is on the way at a time.
    Stream stream(const std::string& from,
                  const std::string& to,
                  const DemoFrame& frame,
                  std::uint64_t frames);

  private:
    struct Client {
        std::string adapter;
        port::RingEnd* end;
    };

    [[nodiscard]] port::RingEnd& end_of(const std::string& adapter) const;

    runtime::System& system_;
    std::vector<Client> clients_;
    AdapterCounters counters_;  // of the clients' side, which nobody reads
};

}  // namespace sealane::app
