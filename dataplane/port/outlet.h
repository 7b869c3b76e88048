// The way out to an adapter's port: the last stage of every frame.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstdint>

#include <rte_spinlock.h>

#include "dataplane/port/frame.h"
#include "dataplane/port/port.h"

namespace sealane::port {

/// An adapter's port as senders see it.  Several workers may send to one adapter: then, and only
/// then, `shared` is set and each burst takes a lock.
///
/// Ownership: borrows the port and the pool, which outlive it.
class Outlet {
  public:
    struct Settings {
        std::uint32_t mtu = 1500;  ///< Payload bytes; the frame may have 14 more, and 4 for a tag.
        std::uint16_t tpid = wire::kTpidCustomer;  ///< Of tags that are put into the bytes.
        bool shared = false;
        bool cut_large = false;  ///< Large frames are cut here even if the port takes them.
    };

    Outlet(Port& port, rte_mempool* heads, Settings settings);

    /// Sends `count` frames (at most kBurst) and takes them all.  A frame's tag, if it shall have
    /// one, is beside it; an offload was checked.  What the port does not take is finished here: a
    /// checksum completed, a large frame cut.  Counts them as offered, and each as sent or dropped
    /// outward: Oversize, NoBuffer, or what the port says.  The segments of a large frame beyond
    /// its first are copies made here, and offered here.  Where nobody is there nothing is
    /// finished. Returns what it came to: frames, those that large ones were cut into counted one
    /// by one.
    std::uint32_t emit(rte_mbuf** frames, std::uint16_t count, Tally& tally);

    /// What emit() would make of it now: 0 if nobody is there, 1, or the segments that it would be
    /// cut into.
    [[nodiscard]] std::uint32_t pieces_of(const rte_mbuf* frame) const;

    /// Changes the MTU.  Any thread; bursts that are on their way may still go by the old one.
    void set_mtu(std::uint32_t mtu);

    /// A frame of at most so many bytes, a tag beside it left aside, fits.  Others may.
    [[nodiscard]] std::uint32_t least_bytes() const {
        const Limits limits = limits_.load(std::memory_order_relaxed);
        return std::min(limits.untagged, limits.tagged - std::uint32_t{wire::kTagLength});
    }
    /// Most bytes of a frame that has a tag beside it as this one has, or none; the tag left aside.
    [[nodiscard]] std::uint32_t most_bytes(const rte_mbuf* frame) const {
        const Limits limits = limits_.load(std::memory_order_relaxed);
        return has_tag_beside(frame) ? limits.tagged - std::uint32_t{wire::kTagLength}
                                     : limits.untagged;
    }
    /// Whether emit() would send it.  Of a large frame, the segments have to fit.
    [[nodiscard]] bool fits(const rte_mbuf* frame) const {
        return fits(frame, limits_.load(std::memory_order_relaxed));
    }

    /// The port's service(), kept apart from sending.
    void service(Instant now, Tally& tally);

    [[nodiscard]] Port& port() const { return port_; }

  private:
    /// Longest frames, their tag included.  Read and written as one word.
    struct Limits {
        std::uint32_t untagged, tagged;
    };

    /// Drops what is too long, and puts tags into the bytes if they have to be there.  Returns how
    /// many are left, which stand first then.
    std::uint16_t prepare(rte_mbuf** frames, std::uint16_t count, Tally& tally) const;
    /// The frame with its tag in its bytes, or null: then it was dropped and counted.
    rte_mbuf* with_tag_inside(rte_mbuf* frame, Tally& tally) const;
    [[nodiscard]] static bool fits(const rte_mbuf* frame, const Limits& limits);
    void send(rte_mbuf** frames, std::uint16_t count, Tally& tally);
    /// What need not be finished here.
    [[nodiscard]] Offloads left_to_peer() const;
    [[nodiscard]] bool goes_as_it_is(const Offloads& left, const rte_mbuf* frame) const;
    /// Sends frames of which some have offloads.  Returns what it came to.
    std::uint32_t send_finished(rte_mbuf** frames, std::uint16_t count, Tally& tally);

    Port& port_;
    rte_mempool* heads_;
    std::uint32_t max_whole_;  // of a large frame that is not cut
    std::atomic<Limits> limits_;
    std::uint16_t tpid_;
    bool tag_beside_;
    bool shared_;
    bool cut_large_;
    rte_spinlock_t lock_ = RTE_SPINLOCK_INITIALIZER;
};

}  // namespace sealane::port
