// The VIOS's end of a trunk adapter's link to the hypervisor, where the two are processes of their
// own (design 2): vhost-user, whose header carries checksum and large-send state.  The hypervisor's
// end is a VhostPort that serves the socket.
//
// What makes it harder than it looks: the driver finishes checksums that it does not understand,
// wrongly where a frame has several buffers, and counts what it loses nowhere but in its
// statistics.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>

#include "dataplane/base/ids.h"
#include "dataplane/base/result.h"
#include "dataplane/port/pools.h"
#include "dataplane/port/port.h"
#include "dataplane/port/virtio_user.h"

namespace sealane::port {

/// As good for the control channel's adapter.
///
/// In: what the hypervisor says of a frame is held against its bytes (BadOffload, TooManySegments,
/// Runt, Malformed, Oversize), and its tag is beside it, whatever traits() say: as a SEA takes
/// frames from its trunks.  What the driver could not make a frame of is Malformed.
/// Out: tags are in the bytes.  What finds no room at the second try is dropped as QueueFull; all
/// is PortDown once the hypervisor has gone, which is for good.  Bytes that others refer to stay as
/// they are.
///
/// It has no wake_descriptor(), for the reason told at VirtioUser: it must be polled.
///
/// A large frame behind two tags is forgotten to be large by the hypervisor's library, and is
/// oversize there.
class TrunkLink final : public Port {
  public:
    struct Settings {
        VirtioUserSettings device;
        /// Received frames say that they came in by this adapter: beyond a process's own, only the
        /// trunk is known.
        AdapterId from = kNoAdapter;
    };

    /// `pools` outlives the port.  A failure says what would be right; see VirtioUser::open().
    [[nodiscard]] static Result<std::unique_ptr<TrunkLink>> open(const Settings& settings,
                                                                 const Pools& pools);
    /// Waits for the hypervisor's answer if it is there: a stopped one keeps it waiting.
    ~TrunkLink() override;

    /// Buffers of the shared pool that a link keeps at most: each ring's.
    [[nodiscard]] static std::uint32_t most_buffers(std::uint16_t ring) { return 2U * ring; }
    /// Bytes of memory that a link takes beside the pools.
    [[nodiscard]] static std::uint64_t memory() { return std::uint64_t{1} << 20; }

    std::uint16_t receive(rte_mbuf** frames, std::uint16_t room, Tally& tally) override;
    void send(rte_mbuf** frames, std::uint16_t count, Tally& tally) override;
    /// Looks at the link, and for what the driver has lost.
    void service(Instant now, Tally& tally) override;
    [[nodiscard]] bool is_up() const override { return link_up_.load(std::memory_order_relaxed); }
    [[nodiscard]] PortTraits traits() const override { return {}; }
    [[nodiscard]] Offloads offloads() const override { return device_.offloads(); }
    [[nodiscard]] PortState state() const override;

  private:
    /// A longer chain goes as a copy: the hypervisor takes no more than 256 pieces.
    static constexpr std::uint16_t kMostPieces = 48;

    TrunkLink(const Settings& settings, const Pools& pools, VirtioUser device);

    std::uint16_t take(rte_mbuf** frames, std::uint16_t room);
    /// From the driver's form into ours; `frame` may become another mbuf.
    Drop make_ours(rte_mbuf*& frame) const;
    /// The frame as it can be sent, or null: then it was dropped and counted.
    rte_mbuf* make_ready(rte_mbuf* frame, Tally& tally) const;
    void look_at_link();
    void report_losses(Tally& tally);

    std::string path_;
    AdapterId from_;
    rte_mempool* pool_;
    rte_mempool* heads_;
    VirtioUser device_;
    std::atomic<bool> link_up_{false};

    // The owner's.
    Instant next_look_{};
    std::uint64_t known_errors_ = 0;
};

}  // namespace sealane::port
