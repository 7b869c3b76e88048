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
#include "dataplane/sea/rules/bridge.h"

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
        /// AdapterId that it entered the switch by.
        std::vector<port::Outlet*> links;
        AdapterId real_id;   ///< Of the real adapter's counters.
        AdapterId sea_id;    ///< Of the virtual side's counters.
        MacAddress address;  ///< The SEA's own.
        rte_mempool* heads;
        std::span<AdapterCounters> counters;  ///< The worker's, by AdapterId.
        bool large_receive = false;           ///< Merges segments that come from the wire.
        port::Port* own = nullptr;  ///< What the SEA itself has to say to the wire; null: nothing.
    };

    Bridge(BridgeRules rules, Parts parts);

    /// Asked once a turn, before from_wire(): false where the wire is passed over, since it brought
    /// too much before.
    [[nodiscard]] bool takes_turn() { return wire_allowance_.takes_turn(); }
    /// Takes one burst from the wire and hands it to the trunks.  Returns the frames taken.
    unsigned from_wire();

    struct Carried {
        unsigned taken = 0;      ///< Frames.
        std::uint32_t made = 0;  ///< Those that the wire got of them, or would have got.
    };
    /// Takes one burst from trunk `trunk` and hands it to the wire.
    /// There is no allowance: the switch bounds each client by what its frames become here, and a
    /// debt of the link would be paid by all of them.
    Carried from_trunk(std::size_t trunk, Instant now);

    /// Takes a burst of the SEA's own and hands it to the wire: frames that stand for clients, such
    /// as announcements, in the form of links.  Returns the frames taken.
    unsigned from_own();

    void service(Instant now);

    [[nodiscard]] port::Port& real_port() const { return parts_.real.port(); }
    [[nodiscard]] port::Port& link_port(std::size_t trunk) const {
        return parts_.links[trunk]->port();
    }
    [[nodiscard]] port::Port* own_port() const { return parts_.own; }
    [[nodiscard]] std::size_t trunks() const { return parts_.links.size(); }

  private:
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
};

}  // namespace sealane::sea
