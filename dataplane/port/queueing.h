// How a port sends a burst whose frames may have to wait.
#pragma once

#include <cstdint>
#include <span>

#include <rte_mbuf.h>

#include "dataplane/port/tally.h"

namespace sealane::port {

/// Takes all of `frames`.  Each waits in `outbox`, or is dropped: PortDown where `is_up()` says
/// no, Oversize, or PeerBackpressure where even `flush()` (true: nothing waits any more) makes no
/// room.  At the end flushes once, unless the peer has just taken no more.
template <typename Outbox, typename IsUp, typename Flush>
void send_queued(Outbox& outbox,
                 std::span<rte_mbuf*> frames,
                 std::uint32_t max_frame,
                 Tally& tally,
                 IsUp&& is_up,
                 Flush&& flush) {
    bool blocked = false;
    for (rte_mbuf* const frame : frames) {
        if (!is_up()) {
            tally.drop(frame, Direction::Out, Drop::PortDown);
            continue;
        }
        if (frame->pkt_len > max_frame) {
            tally.drop(frame, Direction::Out, Drop::Oversize);
            continue;
        }
        if (!blocked && !outbox.has_room_for(frame)) blocked = !flush();
        if (is_up() && outbox.has_room_for(frame)) {
            outbox.push(frame);
        } else {
            tally.drop(frame, Direction::Out, is_up() ? Drop::PeerBackpressure : Drop::PortDown);
        }
    }
    if (is_up() && !blocked) flush();
}

}  // namespace sealane::port
