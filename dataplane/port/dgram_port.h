// The port for QEMU's `-netdev dgram`: two unix datagram sockets, ours and the peer's, and each
// datagram is one frame without a header.
//
// What makes it harder than it looks: no connection says whether a peer is there.  So ours is
// connected (connect(2)) to the peer's as long as that is there: then the kernel takes datagrams of
// the peer only, says when there is room for more of ours, and does not bound what it sends to us
// by net.unix.max_dgram_qlen.  What is sent to the peer is bounded by that, which is 10 on most
// machines: QEMU connects nothing.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "dataplane/base/result.h"
#include "dataplane/port/bound_socket.h"
#include "dataplane/port/dgram_inbox.h"
#include "dataplane/port/dgram_outbox.h"
#include "dataplane/port/frame_queue.h"
#include "dataplane/port/idle_stride.h"
#include "dataplane/port/pools.h"
#include "dataplane/port/port.h"
#include "dataplane/port/wake_set.h"
#include "dataplane/wire/stream_framing.h"

namespace sealane::port {

struct QemuDgramSettings {
    std::string name;                   ///< Of the adapter, for messages: "lpar1/ent0".
    std::string local;                  ///< Of our socket: the peer's `remote.path`.
    std::string remote;                 ///< Of the peer's socket: its `local.path`.
    std::uint32_t queue_frames = 1024;  ///< Frames that may wait for a peer that reads slowly.
    std::uint32_t max_frame = wire::kMaxStreamFrame;  ///< Tag included, in bytes.
};

/// Looks for the peer every 50 ms, and when something comes while none is known.
///
/// In: datagrams below 14 bytes (Runt) and above max_frame (Oversize) are refused, and so is what
/// comes while nobody has the peer's socket open (PortDown).  Out: frames wait in a queue bounded
/// in frames, bytes and buffers.  Queue full: PeerBackpressure.  No peer: PortDown, and so are
/// those that wait when the peer goes.  What a peer sent right before it went, the kernel may take
/// back.
///
/// An idle port is not read at every poll; see IdleStride.
class QemuDgramPort final : public Port {
  public:
    /// Our socket is there, mode 0600, when this returns, in place of one that nobody has open any
    /// more; unlinked by the destructor.  The peer is service()'s to find.
    [[nodiscard]] static Result<std::unique_ptr<QemuDgramPort>> open(
        const QemuDgramSettings& settings, const Pools& pools);

    /// Buffers that it holds at most.
    [[nodiscard]] static std::size_t most_buffers(const QemuDgramSettings& settings) {
        return FrameQueue::most_buffers(settings.queue_frames, settings.max_frame);
    }

    std::uint16_t receive(rte_mbuf** frames, std::uint16_t room, Tally& tally) override;
    void send(rte_mbuf** frames, std::uint16_t count, Tally& tally) override;
    void service(Instant now, Tally& tally) override;
    [[nodiscard]] int wake_descriptor() const override { return wake_.descriptor(); }
    bool prepare_to_sleep() override;
    void awake() override { idle_.look_now(); }
    [[nodiscard]] bool is_up() const override { return up_.load(std::memory_order_relaxed); }
    [[nodiscard]] PortTraits traits() const override { return {.max_frame = settings_.max_frame}; }
    [[nodiscard]] PortState state() const override;

  private:
    static constexpr int kReplaced = -1;  ///< Another has the peer's path now.

    QemuDgramPort(const QemuDgramSettings& settings,
                  BoundSocket socket,
                  WakeSet wake,
                  const Pools& pools);

    /// Sends what the peer takes; true: nothing waits any more.
    bool flush(Tally& tally);
    void look_for_peer(Tally& tally);
    void adopt(const std::optional<SocketFile>& peer);
    /// The peer is there no more: an errno, or kReplaced.
    void lose(int why, Tally& tally);
    [[nodiscard]] std::string why_gone() const;

    QemuDgramSettings settings_;
    BoundSocket socket_;
    WakeSet wake_;
    rte_mempool* pool_;

    // The owner's.
    DgramInbox inbox_;
    IdleStride idle_;

    // Those of send() and service(), which never overlap.
    DgramOutbox outbox_;
    std::optional<SocketFile> peer_;  ///< Whom we are connected to.
    Instant look_at_{};

    // Written by those, read by any.
    std::atomic<bool> up_{false};
    std::atomic<int> last_fault_{0};
    std::atomic<int> why_gone_{0};  ///< As lose() was told; 0: nobody has gone yet.
    std::atomic<std::uint64_t> peers_{0};
};

}  // namespace sealane::port
