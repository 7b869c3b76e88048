// Makes what clients send fit the real adapter.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "dataplane/base/counters.h"
#include "dataplane/base/mac.h"
#include "dataplane/base/time.h"
#include "dataplane/base/token_bucket.h"
#include "dataplane/port/outlet.h"
#include "dataplane/sea/rules/too_long.h"

namespace sealane::sea {

/// The way to the wire for bursts in which a frame may be too long for it: does what
/// judge_too_long() says.
///
/// Ownership: borrows everything.  Threads: one worker.
class Fitter {
  public:
    /// Answers a second, and at once, to an adapter.  They are a help, not a service: whoever sends
    /// too much too long must not make the SEA send as much.
    static constexpr std::uint32_t kAnswers = 10;

    struct Parts {
        port::Outlet& real;
        MacAddress address;    ///< Answers come from it.
        std::size_t adapters;  ///< AdapterIds are below it.
        bool knows_senders;    ///< By which adapter a frame entered the switch, it says.
        rte_mempool* heads;
        AdapterCounters& real_counters;
        AdapterCounters& virtual_counters;
    };

    explicit Fitter(Parts parts)
        : parts_(parts), answers_(parts.knows_senders ? parts.adapters : kSources) {}

    /// Sends `frames`, which came over `link`, to the wire, in their order, and
    /// takes them all.  Answers go back over `link`.  Fragments beyond the first are copies made
    /// at the real adapter, answers are copies made at the virtual side: so the laws hold.
    /// Returns the frames that it came to.
    std::uint32_t send(std::span<rte_mbuf* const> frames, port::Outlet& link, Instant now);

  private:
    std::uint32_t send_too_long(rte_mbuf* frame, port::Outlet& link, Instant now);
    std::uint32_t send_fragments(rte_mbuf* frame, const TooLong& verdict);
    std::uint32_t send_segments(rte_mbuf* frame, port::Outlet& link, Instant now);
    [[nodiscard]] bool may_answer(const rte_mbuf* frame, Instant now);
    /// Whose answers are drawn on; none beyond the last.
    [[nodiscard]] std::size_t bucket_of(const rte_mbuf* frame) const;
    void answer(const rte_mbuf* frame, const TooLong& verdict, port::Outlet& link, Instant now);
    /// Comes to no frame: 0.
    std::uint32_t drop(rte_mbuf* frame, Drop why);

    Parts parts_;
    /// Of buckets where only the frame can tell who sent it.
    static constexpr std::size_t kSources = 256;

    /// By the adapter that the frame came in from, and not by what the frame says: its source is
    /// whatever its sender likes.  Where the switch is in another process, that is not known, and
    /// VLAN and source have to do: who changes his address can take others' answers.
    std::vector<TokenBucket> answers_;
};

}  // namespace sealane::sea
