// The way of a frame through the switch: port, admit, learn, route, emit, port.  Start reading
// here.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "dataplane/base/counters.h"
#include "dataplane/base/time.h"
#include "dataplane/port/allowance.h"
#include "dataplane/port/batch.h"
#include "dataplane/port/outlet.h"
#include "hvswitch/outbox.h"
#include "hvswitch/probes.h"
#include "hvswitch/rules/route.h"
#include "hvswitch/switch.h"

namespace sealane::hvswitch {

/// One worker's hands on the switch.  The stages are listed in forward(); each is a loop over the
/// burst around a pure rule.  Inside, a frame has exactly one VLAN and no tag.
///
/// Ownership: borrows everything.  Threads: one worker.
class Forwarder {
  public:
    struct Parts {
        Switch& shared;
        std::span<port::Outlet* const> outlets;  ///< By AdapterId; null where there is none.
        std::span<AdapterCounters> counters;     ///< This worker's, by AdapterId.
        rte_mempool* heads;                      ///< For copies and new headers.
    };

    explicit Forwarder(Parts parts);

    /// Asked once a turn, before forward(): false where the adapter is passed over, since it
    /// brought too much before.
    [[nodiscard]] bool takes_turn(AdapterId from) {
        return intakes_[from.index].allowance.takes_turn();
    }
    /// Takes one burst from the adapter's port and sees every frame of it to its end.  Returns the
    /// frames taken.
    unsigned forward(AdapterId from, Instant now);

    void service(AdapterId adapter, Instant now);

    /// Another adapter has the number from now on.
    void forget(AdapterId adapter);

    /// How often its port had nothing: what was there when this was read is gone once it is more,
    /// if the worker has seen what was there (Quiescence).  Any thread.
    [[nodiscard]] std::uint64_t empty_polls(AdapterId of) const {
        return intakes_[of.index].empty_polls.read();
    }

    [[nodiscard]] port::Port& port(AdapterId id) const { return parts_.outlets[id.index]->port(); }

  private:
    [[nodiscard]] port::Tally tally(AdapterId id) const {
        return port::Tally(parts_.counters[id.index]);
    }

    /// A frame that was admitted: its one VLAN, and its addresses by their numbers in the burst.
    struct Frame {
        rte_mbuf* mbuf;
        wire::Tci tci;
        std::uint8_t source, destination;
    };
    /// What one poll brings, on its way.  Frames in a row that have an address in common share its
    /// number.
    struct Burst {
        port::Batch<Frame> frames;
        Probes sources, destinations;
    };

    /// Fills the burst; returns the bytes that came.
    std::uint64_t admit_all(const SwitchRules& rules,
                            AdapterId from,
                            std::span<rte_mbuf* const> received,
                            Burst& burst);
    /// Of a trunk adapter that may bring in nothing now: drops them and returns their bytes.
    std::uint64_t refuse(AdapterId from, std::span<rte_mbuf* const> received);
    struct Judged {
        Drop drop = Drop::None;
        bool may_repeat = false;  ///< What is found for it holds for what Repeat says is alike.
    };
    [[gnu::noinline]] Judged admit_one(const SwitchRules& rules,
                                       AdapterId from,
                                       Frame& frame,
                                       Burst& burst);
    void look_at_sources(const SwitchRules& rules, AdapterId from, Burst& burst, Instant now);
    [[nodiscard]] Drop judge_local_source(VswitchId vswitch,
                                          const AddressProbe& source,
                                          AdapterId from,
                                          std::uint32_t max_macs,
                                          Instant now);
    /// What a trunk adapter brings in a second time, after a hand-over of its slot.
    void leave_out_doubles(const SwitchRules& rules, AdapterId from, Burst& burst, Instant now);
    void limit_storms(const SwitchRules& rules, AdapterId from, Burst& burst, Instant now);
    void route_all(const SwitchRules& rules, AdapterId from, Burst& burst);
    /// Frames in a row that go the same way.
    void send_by(const SwitchRules& rules,
                 AdapterId from,
                 const Route& way,
                 std::span<const Frame> frames);
    /// Of a large frame to one: whether so many segments more are not too many for one poll.
    [[nodiscard]] bool may_be_cut(const SwitchRules& rules, AdapterId to, const rte_mbuf* frame);
    void copy_to_all(const SwitchRules& rules, AdapterId from, const Frame& frame);
    /// What the frame would become at the receiver, or by its SEA.
    [[nodiscard]] std::uint64_t pieces_at(const SwitchRules& rules,
                                          AdapterId to,
                                          const rte_mbuf* frame) const;
    /// Leaves out the receivers where nobody is, and counts the frame there.
    void leave_out_those_down(const SwitchRules& rules);
    void emit_all(const SwitchRules& rules, AdapterId from);

    Parts parts_;
    /// What is kept of an adapter that this worker polls.
    struct Intake {
        port::Allowance allowance;
        StormControl storms;
        Counter empty_polls;
    };
    std::vector<Intake> intakes_;  // by AdapterId
    Outbox outbox_;
    std::vector<AdapterId> receivers_;  // of one frame; kept to save its memory
    /// One burst's.
    struct Poll {
        port::Spending spent{};
        bool has_offloads = false;   ///< Some of its frames.
        std::uint64_t flooded = 0;   ///< Pieces of large frames to many.
        std::uint64_t segments = 0;  ///< Those of large frames to one.
    };
    Poll poll_;
};

}  // namespace sealane::hvswitch
