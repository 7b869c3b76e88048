// When the outside is told where which clients are: RARP at once, after 1 s and after 5 s, paced.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <vector>

#include "control/ha/types.h"
#include "dataplane/base/ids.h"
#include "dataplane/base/mac.h"
#include "dataplane/base/time.h"

namespace sealane::failover {

/// A client's address, as the outside switch must learn it.
struct ClientAddress {
    VlanId vlan;
    MacAddress mac;
    std::uint8_t place = 0;  ///< Of the trunk adapter that carries the VLAN, in its SEA.
    auto operator<=>(const ClientAddress&) const = default;
};

/// One SEA's announcements.  Repeated, as the first may come before the outside switch forwards
/// there; paced, as thousands at once would be lost in its queues.  No clock is read here.
class Announcer {
  public:
    static constexpr Duration kAgain = std::chrono::seconds{1};
    static constexpr Duration kOnceMore = std::chrono::seconds{5};
    static constexpr std::size_t kAtOnce = 64;                       ///< Frames ...
    static constexpr Duration kPace = std::chrono::milliseconds{1};  ///< ... in so much time.

    /// The clients of these trunk adapters are to be announced, from `now` on.
    void begin(ha::TrunkSet trunks, Instant now);
    /// These trunk adapters are another's now: nothing more is said of them.
    void stop(ha::TrunkSet trunks);

    /// The trunk adapters whose clients are due; the caller lists them and calls add().
    [[nodiscard]] ha::TrunkSet take_round(Instant now);
    void add(const std::vector<ClientAddress>& clients);
    /// What may be said now, at most kAtOnce.
    [[nodiscard]] std::vector<ClientAddress> take(Instant now);

    /// Some of what was added has not been taken.
    [[nodiscard]] bool is_speaking() const { return !waiting_.empty(); }

    /// When to ask again.
    [[nodiscard]] Instant next() const;

  private:
    struct Round {
        Instant at;
        ha::TrunkSet trunks;
    };
    std::vector<Round> rounds_;
    std::deque<ClientAddress> waiting_;
    Instant next_burst_{};
};

}  // namespace sealane::failover
