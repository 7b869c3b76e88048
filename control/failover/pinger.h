// Whether an address outside answers (reference 3.5): ARP, and then ICMP echo, once a second.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "dataplane/base/mac.h"
#include "dataplane/base/time.h"
#include "dataplane/wire/arp.h"

namespace sealane::failover {

/// One SEA's `netaddr`.  Also answers who asks for the SEA's own address, without which the other
/// one could not answer for long.  No clock is read here.
class Pinger {
  public:
    struct Settings {
        MacAddress mac;  ///< The SEA's own.
        wire::Ipv4Address own, target;
        Duration period = std::chrono::seconds{1};
        unsigned tries = 3;  ///< So many periods without an answer, and it does not answer.
    };
    using Frame = std::vector<std::uint8_t>;

    explicit Pinger(const Settings& settings) : settings_(settings) {}

    /// What is to be sent now; counts a period that has passed without an answer.
    [[nodiscard]] std::vector<Frame> take(Instant now);
    /// An untagged frame to the SEA's own address.  What is to be sent for it at once, if anything.
    [[nodiscard]] std::optional<Frame> hear(std::span<const std::uint8_t> frame);

    /// True until it is known to be silent.
    [[nodiscard]] bool answers() const { return answers_; }
    /// When to call take() again.
    [[nodiscard]] Instant next() const { return next_; }

  private:
    [[nodiscard]] Frame echo() const;
    [[nodiscard]] std::uint16_t id() const {
        return static_cast<std::uint16_t>(settings_.mac.bits);
    }

    Settings settings_;
    Instant next_{};
    std::uint16_t sequence_ = 0;  ///< Of this period's question.
    bool answered_ = true;        ///< This period's.
    bool answers_ = true;
    unsigned missed_ = 0;              ///< Periods in a row.
    std::optional<MacAddress> their_;  ///< The target's, while it answers.
};

}  // namespace sealane::failover
