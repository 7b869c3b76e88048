// A vhost-user socket as the library serves it: whoever connects becomes a device.
//
// What makes it harder than it looks: rte_vhost keeps one list of sockets a process, serves them
// all on threads of its own, and tells what happens by a device number and nothing else.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "dataplane/base/result.h"
#include "dataplane/port/vhost_features.h"

namespace sealane::port {

/// Told on the library's threads, and on the one that destroys the VhostSocket; never two at a
/// time.  No answer may wait for a worker but detached()'s, which must: what it can still be using
/// goes when it returns.  Rings are numbered as the protocol does it: 2n the guest receives from,
/// 2n + 1 it sends to.
class VhostEvents {
  public:
    virtual ~VhostEvents() = default;

    /// A peer has connected, maybe beside another; nothing of its rings is known yet.  Numbers are
    /// used again.
    virtual void connected(int device) = 0;
    /// It has set up its memory and first rings: `device` may be used from now on.
    virtual void attached(int device) = 0;
    virtual void detached(int device) = 0;
    /// Its connection has ended; after detached().
    virtual void disconnected(int device) = 0;
    /// May come before attached() and after detached().
    virtual void ring_changed(int device, std::uint16_t ring, bool enabled) = 0;
};

struct VhostSocketSettings {
    std::string name;  ///< Of the adapter, for messages: "lpar1/ent0".
    std::string path;
    bool server = false;  ///< We make the socket; otherwise the peer does, and we connect for ever.
    VhostOffer offer;
};

class VhostSocket {
  public:
    /// Server: the socket is there, mode 0600, when this returns, in place of one that nobody
    /// listens at any more.  Client: one try is made; from then on the library tries once a second.
    /// `events` outlives it.
    [[nodiscard]] static Result<std::unique_ptr<VhostSocket>> open(
        const VhostSocketSettings& settings, VhostEvents& events);

    /// Disconnects the peer, and removes the socket that open() made.  No event comes after it.
    ~VhostSocket();
    VhostSocket(const VhostSocket&) = delete;
    VhostSocket& operator=(const VhostSocket&) = delete;

    /// The features that a peer is offered.
    [[nodiscard]] std::uint64_t offered() const { return offered_; }

  private:
    explicit VhostSocket(std::string path) : path_(std::move(path)) {}
    [[nodiscard]] bool set_up(const VhostOffer& offer);

    std::string path_;
    std::uint64_t offered_ = 0;
};

}  // namespace sealane::port
