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
/// never overflows.  A frame's VLAN, priority and DEI stand beside it.
class Outbox {
    struct Tray {
        std::uint16_t size = 0;
        std::array<rte_mbuf*, port::kBurst> frames;
        std::array<wire::Tci, port::kBurst> tcis;  // of each
    };

  public:
    explicit Outbox(std::size_t adapters) : trays_(adapters) { touched_.reserve(adapters); }

    void put(AdapterId to, rte_mbuf* frame, wire::Tci tci) {
        Tray& tray = touch(to);
        place(tray, tray.size++, frame, tci);
    }
    /// Frames in a row to the same receiver; `Frame` has its mbuf and tci.
    template <typename Frame>
    void put(AdapterId to, std::span<const Frame> frames) {
        Tray& tray = touch(to);
        std::uint16_t size = tray.size;
        for (const Frame& frame : frames) {
            place(tray, size++, frame.mbuf, frame.tci);
        }
        tray.size = size;
    }

    /// Calls `send(AdapterId, frames, tcis)` for every receiver, in the order of first use, and is
    /// empty then.
    template <typename Send>
    void flush(Send&& send) {
        for (const AdapterId to : touched_) {
            Tray& tray = trays_[to.index];
            send(to,
                 std::span<rte_mbuf*>(tray.frames.data(), tray.size),
                 std::span<const wire::Tci>(tray.tcis.data(), tray.size));
            tray.size = 0;
        }
        touched_.clear();
    }

  private:
    /// The receiver's tray, into which a frame will be put.
    Tray& touch(AdapterId to) {
        Tray& tray = trays_[to.index];
        if (tray.size == 0) touched_.push_back(to);
        return tray;
    }
    static void place(Tray& tray, std::uint16_t at, rte_mbuf* frame, wire::Tci tci) {
        SEALANE_ASSERT(at < port::kBurst, "a receiver got more frames than came in");
        tray.frames[at] = frame;
        tray.tcis[at] = tci;
    }

    std::vector<Tray> trays_;
    std::vector<AdapterId> touched_;
};

}  // namespace sealane::hvswitch
