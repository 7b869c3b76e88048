// Frames sorted by receiver, so that each receiver gets one burst.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include <rte_mbuf.h>

#include "dataplane/base/check.h"
#include "dataplane/base/ids.h"
#include "dataplane/port/batch.h"

namespace sealane::hvswitch {

/// One worker's staging place: at most kBurst frames a receiver, emptied after every burst, so it
/// never overflows.  A frame's VLAN, priority and DEI travel in its vlan_tci meanwhile.
class Outbox {
  public:
    explicit Outbox(std::size_t adapters) : trays_(adapters) { touched_.reserve(adapters); }

    void put(AdapterId to, rte_mbuf* frame, wire::Tci tci) {
        Tray& tray = trays_[to.index];
        SEALANE_ASSERT(tray.size < port::kBurst, "a receiver got more frames than came in");
        if (tray.size == 0) touched_.push_back(to);
        frame->vlan_tci = tci.value;
        tray.frames[tray.size++] = frame;
    }

    /// Calls `send(AdapterId, frames)` for every receiver, in the order of first use, and is empty
    /// then.
    template <typename Send>
    void flush(Send&& send) {
        for (const AdapterId to : touched_) {
            Tray& tray = trays_[to.index];
            send(to, std::span<rte_mbuf*>(tray.frames.data(), tray.size));
            tray.size = 0;
        }
        touched_.clear();
    }

  private:
    struct Tray {
        std::uint16_t size = 0;
        std::array<rte_mbuf*, port::kBurst> frames;
    };

    std::vector<Tray> trays_;
    std::vector<AdapterId> touched_;
};

}  // namespace sealane::hvswitch
