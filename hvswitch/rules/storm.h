// How many frames that go to many an adapter may send.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "dataplane/base/time.h"
#include "dataplane/base/token_bucket.h"

namespace sealane::hvswitch {

/// Frames that the switch copies to many, or would not know where to send.
enum class Storm : std::uint8_t {
    None,
    Broadcast,
    Multicast,
    Unknown,  ///< Unicast to nobody known, where the vswitch floods it.
};

/// Frames a second from one adapter; 0: as many as it likes.
struct StormLimits {
    std::uint32_t broadcast = 0;
    std::uint32_t multicast = 0;
    std::uint32_t unknown = 0;

    [[nodiscard]] bool any() const { return (broadcast | multicast | unknown) != 0; }
    bool operator==(const StormLimits&) const = default;
};

/// One adapter's.  So many may come at once as may come in a second.
class StormControl {
  public:
    /// To be called once a burst.
    void refill(const StormLimits& limits, Instant now) {
        const std::array<std::uint32_t, 3> rates{
            limits.broadcast, limits.multicast, limits.unknown};
        for (std::size_t i = 0; i < rates.size(); ++i) {
            limited_[i] = rates[i] != 0;
            if (limited_[i]) buckets_[i].refill(rates[i], rates[i], now);
        }
    }

    /// Whether one more of this kind may pass.
    [[nodiscard]] bool lets_pass(Storm kind) {
        if (kind == Storm::None) return true;
        const auto index = static_cast<std::size_t>(kind) - 1;
        return !limited_[index] || buckets_[index].take();
    }

  private:
    std::array<TokenBucket, 3> buckets_;
    std::array<bool, 3> limited_{};
};

}  // namespace sealane::hvswitch
