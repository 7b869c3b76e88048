// How something is attached (design 7): a guest, a network device, another part of the product.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "dataplane/base/result.h"
#include "dataplane/base/time.h"
#include "dataplane/port/tally.h"

struct rte_mbuf;

namespace sealane::port {

/// What a port can do; fixed for its life.
struct PortTraits {
    /// Tags travel beside the frame (see frame.h, has_tag_beside) in both directions, not in its
    /// bytes.  Otherwise they are in the bytes when frames are given to send(); receive() may give
    /// either form.
    bool tag_beside = false;
    /// Longest frame it can carry, tag included, FCS excluded, in bytes.
    std::uint32_t max_frame = 65408;
    /// Frames may consist of several buffers.
    bool segments = true;
};

/// What a receiver finishes itself (see offload.h).  What it can't is done before send().
struct Offloads {
    bool checksum = false;  ///< Takes frames whose TCP or UDP checksum is still partial.
    bool tcp4 = false;      ///< Takes large frames: TCP over IPv4, TCP over IPv6, UDP over both.
    bool tcp6 = false;      ///< None of the three without `checksum`.
    bool udp = false;

    bool operator==(const Offloads&) const = default;
};

/// Something that a port and its peer can agree on.
struct PortFeature {
    std::string name;
    bool offered = false;
    bool acked = false;
    std::string why_not;  ///< Empty if it is acked.
};

/// Of a port whose peer comes and goes by itself: what has happened since the start.
struct PeerHistory {
    bool connected = false;     ///< One is there, though maybe not ready (`up`).
    std::uint64_t came = 0;     ///< Connections so far.
    std::uint64_t ready = 0;    ///< How often one became ready.
    std::uint64_t refused = 0;  ///< Turned away, since another was connected.
    std::string why_gone;       ///< Of the last one that went; empty if it isn't known.
};

/// For `sealane show` and the log.
struct PortState {
    bool up = false;          ///< A peer is there.
    std::string type;         ///< "ring", "ethdev", "qemu-stream", "qemu-dgram", ...
    std::string detail;       ///< For people: where it is attached, and if it isn't up, why.
    std::size_t pending = 0;  ///< Frames accepted for sending that the peer has not taken yet.
    std::vector<PortFeature> features;  ///< Of ports that negotiate some.
    std::string notice;  ///< What works, but not as its owner may think, and what would help.
    std::optional<PeerHistory> peer;  ///< Of stream, datagram and vhost-user ports.
};

/// The one interface with a virtual call per burst; never one per frame.
///
/// Threads: receive() and service() are called by the worker that owns the adapter.  send() may be
/// called by any worker; the caller sees to it that send() and service() never overlap.  receive()
/// may run while another worker is in send().  state() is for any thread. Ownership: a frame given
/// to send() is the port's, whatever becomes of it; a frame handed out by receive() is the
/// caller's.  A port frees what it still holds when it is destroyed.
class Port {
  public:
    Port() = default;
    Port(const Port&) = delete;
    Port& operator=(const Port&) = delete;
    virtual ~Port() = default;

    /// Puts up to `room` received frames into `frames`; returns how many.  Frames that came in but
    /// could not be made (no buffer, impossible length) are reported to `tally`; those handed out
    /// are the caller's to count.
    virtual std::uint16_t receive(rte_mbuf** frames, std::uint16_t room, Tally& tally) = 0;

    /// Takes all `count` frames.  Each is reported to `tally` once: sent, or dropped with the
    /// reason; a frame that waits in the port's queue is reported when its fate is known, from a
    /// later call.
    virtual void send(rte_mbuf** frames, std::uint16_t count, Tally& tally) = 0;

    /// Connects, accepts, retries, flushes queues.  Called about every millisecond.
    virtual void service(Instant /*now*/, Tally& /*tally*/) {}

    /// A descriptor that becomes readable (poll, level-triggered) when receive() or service() has
    /// something to do; the same for the port's life; -1: there is none, so the port must be
    /// polled.
    [[nodiscard]] virtual int wake_descriptor() const { return -1; }

    /// Called by the owner before it sleeps on wake_descriptor(): from now on arrivals must wake
    /// it. False: something is there already, so don't sleep.
    virtual bool prepare_to_sleep() { return true; }
    /// Called by the owner when it polls again.
    virtual void awake() {}

    /// False: nobody is there, and all frames would be dropped as PortDown; so none need be made.
    /// A glance, which the next send() may not find true any more.  Any thread, at most once a
    /// burst.
    [[nodiscard]] virtual bool is_up() const { return true; }
    [[nodiscard]] virtual PortTraits traits() const = 0;
    /// What the peer takes now; it may change whenever a peer comes.  Any thread, at most once a
    /// burst.
    [[nodiscard]] virtual Offloads offloads() const { return {}; }
    [[nodiscard]] virtual PortState state() const = 0;

    /// Takes the link away from whoever is at its other end, or gives it back; the port stays open.
    /// Control's threads only.  Error: why it can't be done.
    virtual Status set_link(bool /*up*/) {
        return Error{"this kind of port can't take its link down"};
    }
};

}  // namespace sealane::port
