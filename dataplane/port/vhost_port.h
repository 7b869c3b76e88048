// The port of QEMU/KVM's and DPDK's virtio-net guests: the guest's memory is shared with us, and
// frames are copied from and to its rings.
//
// What makes it harder than it looks: the library's threads bring devices and take them away while
// workers use them (vhost_device.h), and the guest may write anything anywhere at any time.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>

#include "dataplane/base/result.h"
#include "dataplane/port/pools.h"
#include "dataplane/port/port.h"
#include "dataplane/port/vhost_device.h"
#include "dataplane/port/vhost_kicks.h"
#include "dataplane/port/vhost_socket.h"

namespace sealane::port {

/// All rings that the guest sends to are polled in turn.  Over those it receives from, flows are
/// spread (flow.h), so the frames of one stay in order; with one ring, no frame is looked at.
///
/// Out: a frame that the guest has no buffers for is dropped at once (PeerBackpressure): waiting
/// for one guest would rob the others.  No peer, or no ring of it: PortDown.
/// Of two peers at one socket the one that was ready last is served, and the other not at all.
/// In: what the library could not make a frame of is refused (NoBuffer, or Malformed).
class VhostPort final : public Port, private VhostEvents {
  public:
    static constexpr std::uint16_t kMostHeld = 32;  ///< Frames that it holds at most.

    [[nodiscard]] static Result<std::unique_ptr<VhostPort>> open(
        const VhostSocketSettings& settings, const Pools& pools);
    ~VhostPort() override;

    std::uint16_t receive(rte_mbuf** frames, std::uint16_t room, Tally& tally) override;
    void send(rte_mbuf** frames, std::uint16_t count, Tally& tally) override;
    void service(Instant now, Tally& tally) override;
    [[nodiscard]] int wake_descriptor() const override { return kicks_.descriptor(); }
    bool prepare_to_sleep() override;
    void awake() override { kicks_.consume(); }
    [[nodiscard]] bool is_up() const override {
        return device_.is_attached() && (device_.rings() & VhostDevice::kToGuest) != 0;
    }
    [[nodiscard]] PortTraits traits() const override { return {}; }
    [[nodiscard]] Offloads offloads() const override { return offloads_of(device_.features()); }
    [[nodiscard]] PortState state() const override;

  private:
    static constexpr std::uint16_t kChunk = 32;  ///< What the library moves in one call.

    VhostPort(const VhostSocketSettings& settings, const Pools& pools, Descriptor epoll);

    void connected(int device) override;
    void attached(int device) override;
    void detached(int device) override;
    void disconnected(int device) override;
    void ring_changed(int device, std::uint16_t ring, bool enabled) override;
    void watch(int device, std::uint16_t ring);

    std::uint16_t take(int device, rte_mbuf** frames, std::uint16_t room);
    std::uint16_t take_from(int device, std::uint16_t ring, rte_mbuf** frames, std::uint16_t room);
    void look_for_positions(int device, std::uint64_t rings);
    void look_for_losses(int device, std::uint16_t ring, std::uint16_t taken);
    void report_losses(Tally& tally);
    /// Whether the guest shall kick us, for all rings that it sends to.
    void want_kicks(int device, bool wanted);

    /// Gives each flow of the burst to its own of `rings`.
    void spread(
        int device, std::uint64_t rings, rte_mbuf** frames, std::uint16_t count, Tally& tally);
    void send_to(
        int device, std::uint16_t ring, rte_mbuf** frames, std::uint16_t count, Tally& tally);
    /// Drops what this peer can't take; the number of frames left.
    std::uint16_t make_ready(rte_mbuf** frames, std::uint16_t count, Tally& tally) const;

    VhostSocketSettings settings_;
    rte_mempool* pool_;
    rte_mempool* heads_;
    VhostDevice device_;
    VhostKicks kicks_;
    std::map<int, std::uint64_t> rings_of_;  ///< Enabled, by device; the library's threads'.

    // Told by the library's threads, for state().
    std::atomic<std::uint64_t> peers_came_{0}, peers_went_{0}, times_ready_{0};

    // The owner's.
    std::uint64_t muted_ = 0;  ///< Rings whose guest knows that it need not kick.
    std::uint32_t known_generation_ = 0;
    std::uint64_t positioned_ = 0;  ///< Rings of it whose position is known.
    std::uint16_t next_ring_ = 0;
    std::array<std::uint16_t, VhostDevice::kMaxRings> positions_{};  ///< The library's, by ring.
    std::uint64_t lost_ = 0;                                         ///< Not reported yet.
    std::array<rte_mbuf*, kMostHeld> stash_{};                       ///< Found on the way to sleep.
    std::uint16_t stashed_ = 0;

    std::unique_ptr<VhostSocket> socket_;  ///< Last: closed first, when all else is still there.
};

}  // namespace sealane::port
