// When a SEA's real adapter loses its link on purpose, and gets it back (`adapter_reset`, reference
// powervm-network.md 3.6): a switch outside forgets at once what it learned at that port.
#pragma once

#include <chrono>

#include "dataplane/base/time.h"

namespace sealane::failover {

/// From standing back to the link's going: longer than the last step of a hand-over, in which the
/// old owner still brings in what comes.
inline constexpr Duration kResetAfter = std::chrono::milliseconds{250};
/// That it is away: the kernel may tell a bridge of it up to a second late (linkwatch).
inline constexpr Duration kResetFor = std::chrono::milliseconds{1100};
/// What it may take to come back before that is a fault like any other.
inline constexpr Duration kComesBack = std::chrono::seconds{1};

/// What is to be done with the link.
enum class LinkDeed : std::uint8_t { Leave, TakeDown, BringUp };

/// One SEA's.  Reads no clock, touches no link.
class AdapterReset {
  public:
    /// It has stood back.
    void begin(Instant now);
    /// What is due.  `bridges`: it has trunk adapters again, so its link must not go, or must come
    /// back at once.
    [[nodiscard]] LinkDeed take(bool bridges, Instant now);
    /// The link can't be taken down.
    void give_up() { stage_ = Stage::Rest; }
    /// How the link looks.  True: that is its own doing and nobody's business.
    [[nodiscard]] bool hides(bool link_up, Instant now);
    /// It has taken the link down, and not up again.
    [[nodiscard]] bool is_down() const { return stage_ == Stage::Going || stage_ == Stage::Down; }
    /// When to call take() again.
    [[nodiscard]] Instant next() const;

  private:
    /// Going: the kernel may take its time, so how long it is away counts from the look after.
    enum class Stage : std::uint8_t { Rest, Waiting, Going, Down, Returning };

    Stage stage_ = Stage::Rest;
    Instant ends_{};  ///< The stage.
};

}  // namespace sealane::failover
