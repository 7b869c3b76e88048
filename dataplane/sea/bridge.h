// The Shared Ethernet Adapter: carries bursts between a real adapter and its trunk adapters.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "dataplane/base/counters.h"
#include "dataplane/base/time.h"
#include "dataplane/port/allowance.h"
#include "dataplane/port/batch.h"
#include "dataplane/port/outlet.h"
#include "dataplane/sea/fitter.h"
#include "dataplane/sea/hold.h"
#include "dataplane/sea/permit.h"
#include "dataplane/sea/rules/bridge.h"
#include "dataplane/wire/arp.h"

namespace sealane::sea {

/// It is no part of the switch: it holds one end of a link to each trunk adapter, and the real
/// port.
///
/// Counted at two adapters: the real one (what came from and went to the wire) and the SEA itself
/// (its virtual side: what came from and went to the trunks).
///
/// Ownership: borrows everything.  Threads: one worker.
class Bridge {
  public:
    struct Parts {
        port::Outlet& real;
        /// In the order of the rules' trunks.  Of a frame that came over one, `port` is the
        /// AdapterId that it entered the switch by, if knows_senders.
        std::vector<port::Outlet*> links;
        /// In the same order, of each trunk; empty: all are always held.  The words outlive the
        /// bridge.
        std::vector<Permit> permits = {};
        AdapterId real_id;   ///< Of the real adapter's counters.
        AdapterId sea_id;    ///< Of the virtual side's counters.
        MacAddress address;  ///< The SEA's own.
        rte_mempool* heads;
        std::span<AdapterCounters> counters;  ///< The worker's, by AdapterId.
        bool large_receive = false;           ///< Merges segments that come from the wire.
        bool knows_senders = true;  ///< False: `port` of a frame is but the trunk's AdapterId.
        port::Port* own = nullptr;  ///< What the SEA itself has to say to the wire; null: nothing.
        bool hears =
            false;  ///< ARP and IPv4 from the wire for the SEA's own address goes to `own`.
    };

    Bridge(const BridgeRules& rules, Parts parts);

    /// Asked once a turn, before from_wire(): false where the wire is passed over, since it brought
    /// too much before.
    [[nodiscard]] bool takes_turn() { return wire_allowance_.takes_turn(); }
    /// Takes one burst from the wire and hands it to the trunks that are ours now and were before
    /// it came (Inlet); other frames are dropped (NotActive).  While a trunk is handed over to this
    /// SEA what comes is kept (HandOverFull beyond Hold) and goes on before newer.  Returns the
    /// frames taken, or gone on with, whichever are more.
    unsigned from_wire();

    struct Carried {
        unsigned taken = 0;      ///< Frames.
        std::uint32_t made = 0;  ///< Those that the wire got of them, or would have got.
    };
    /// Takes one burst from trunk `trunk` and hands it to the wire.  Of a trunk whose permit
    /// another has, or nobody, all is dropped (NotActive): what the hypervisor sent before it took
    /// the slot away must not follow what the new owner sends.  The heir of a trunk keeps what
    /// comes (HandOverFull beyond Hold) until the old owner has carried out what it had. There is
    /// no allowance: the switch bounds each client by what its frames become here, and a debt of
    /// the link would be paid by all of them.
    Carried from_trunk(std::size_t trunk, Instant now);

    /// Takes a burst of the SEA's own and hands it to the wire: frames that stand for clients, such
    /// as announcements, in the form of links.  Only an owner makes them, so no permit is asked
    /// for. Returns the frames taken.
    unsigned from_own();

    void service(Instant now);

    /// Frames are kept that go on without anything new to come: its worker must not sleep.
    [[nodiscard]] bool keeps_frames() const;

    [[nodiscard]] port::Port& real_port() const { return parts_.real.port(); }
    [[nodiscard]] port::Port& link_port(std::size_t trunk) const {
        return parts_.links[trunk]->port();
    }
    [[nodiscard]] port::Port* own_port() const { return parts_.own; }
    [[nodiscard]] std::size_t trunks() const { return parts_.links.size(); }

  private:
    /// An untagged ARP or IPv4 frame to the SEA's own address, if somebody listens.
    [[nodiscard]] bool is_for_itself(const wire::FrameHead& head) const {
        return parts_.hears && head.dst == parts_.address && !head.is_tagged() &&
               (head.ether_type == wire::kEtherTypeArp || head.ether_type == wire::kEtherTypeIpv4);
    }
    /// A burst from the wire to its trunks, or to itself.
    void bring_in(std::span<rte_mbuf* const> received, port::Spending& spent);
    /// A burst of a trunk to the wire.
    Carried carry_out(std::size_t trunk, std::span<rte_mbuf* const> burst, Instant now);
    /// Drops all that came over a trunk that is not ours now.
    void refuse(std::span<rte_mbuf* const> burst) const;

    // Hand-overs (handover.cc).
    /// What is to be done with a burst of the trunk, where it is not simply ours.
    Carried divert(std::size_t trunk, Right right, std::span<rte_mbuf* const> burst, Instant now);
    /// Goes on with what was kept of the trunk, if that may go now.
    Carried resume(std::size_t trunk, Instant now);
    enum class Way : std::uint8_t { Go, Wait, Refuse };
    [[nodiscard]] Way way_of(std::size_t trunk, Right right) const;
    void forget(std::size_t trunk);
    /// The trunk's link was found empty.
    void note_drained(std::size_t trunk, std::uint64_t looked);
    /// Keeps of what came from the wire what has to wait; returns what is left, in order.
    std::uint16_t set_aside(std::span<rte_mbuf*> received);
    /// Brings in what has waited long enough.
    void let_in(port::Spending& spent);
    void note_closed();
    void answer(std::size_t trunk, std::uint64_t looked);
    void keep(Hold& hold, rte_mbuf* frame, port::Tally tally);

    [[nodiscard]] port::Tally real_tally() const {
        return port::Tally(parts_.counters[parts_.real_id.index]);
    }
    [[nodiscard]] port::Tally sea_tally() const {
        return port::Tally(parts_.counters[parts_.sea_id.index]);
    }

    BridgeRules rules_;
    Parts parts_;
    Fitter fitter_;
    port::Allowance wire_allowance_;
    std::vector<Inlet> inlets_;  ///< By trunk.
    /// Of a trunk, while it is handed over.
    struct HandOver {
        Hold outward, inward;
        std::uint64_t empty_at = 0;  ///< The word under which its link was found empty.
        std::uint64_t answered = 0;

        /// What is noted here is of a word before: the next hand-over may have the same one.
        [[nodiscard]] bool is_of_another(std::uint64_t looked) const {
            return (empty_at | answered) != 0 && looked != (answered != 0 ? answered : empty_at);
        }
    };
    std::vector<HandOver> hand_overs_;              ///< By trunk.
    std::uint32_t hold_room_ = Hold::kMostBuffers;  ///< Buffers that may be kept yet.
};

}  // namespace sealane::sea
