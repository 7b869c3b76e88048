// The port that every QEMU network card can be attached to (`-netdev stream`): a unix socket that
// carries frames, each after its length as four bytes, most significant first.
//
// What makes it harder than it looks: the peer is not trusted, may stop reading at any byte, and
// may go and come back at any time; none of that may cost another port a frame, and every frame of
// ours is counted exactly once all the same.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <random>
#include <string>

#include "dataplane/base/result.h"
#include "dataplane/port/frame_queue.h"
#include "dataplane/port/idle_stride.h"
#include "dataplane/port/pools.h"
#include "dataplane/port/port.h"
#include "dataplane/port/stream_inbox.h"
#include "dataplane/port/stream_outbox.h"
#include "dataplane/port/stream_socket.h"
#include "dataplane/port/wake_set.h"
#include "dataplane/wire/stream_framing.h"

namespace sealane::port {

struct QemuStreamSettings {
    std::string name;                   ///< Of the adapter, for messages: "lpar1/ent0".
    std::string path;                   ///< Of the unix socket.
    bool listen = true;                 ///< Otherwise connect, and try again for ever.
    std::uint32_t queue_frames = 1024;  ///< Frames that may wait for a peer that reads slowly.
    std::uint32_t max_frame = wire::kMaxStreamFrame;  ///< Tag included, in bytes.
    std::uint64_t seed = 1;                           ///< Of the retries' jitter.
};

/// One peer at a time; a second one that connects to a listening port is closed at once and
/// counted.
///
/// In: lengths below 14 and above max_frame are skipped and refused (Runt, Oversize); a length
/// above 69,632 is no frame's, so the connection is closed (BadLength). Out: frames wait in a queue
/// bounded in frames, bytes and buffers.  Queue full: PeerBackpressure.  No peer: PortDown, and so
/// are those that wait when the peer goes, the half-written one included.
///
/// An idle port is not read at every poll; see IdleStride.
class QemuStreamPort final : public Port {
  public:
    /// Listening: the socket is there, mode 0600, when this returns, in place of one that nobody
    /// listens at any more; unlinked by the destructor.  Connecting: the first try is service()'s.
    [[nodiscard]] static Result<std::unique_ptr<QemuStreamPort>> open(
        const QemuStreamSettings& settings, const Pools& pools);
    ~QemuStreamPort() override;

    /// Buffers that it holds at most.
    [[nodiscard]] static std::size_t most_buffers(const QemuStreamSettings& settings) {
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
    static constexpr int kClosed = -1;    ///< By the peer.
    static constexpr int kNonsense = -2;  ///< It announced a length that no frame has.

    QemuStreamPort(const QemuStreamSettings& settings, const Pools& pools, WakeSet wake);

    void read_socket();
    /// Writes what the peer takes; true: nothing waits any more.
    bool flush(Tally& tally);
    void accept_peers(Instant now);
    void try_to_connect(Instant now);
    void adopt(Descriptor peer, Instant now);
    /// service() shall disconnect: an errno, or one of the numbers below.
    void lose(int why);
    [[nodiscard]] std::string why_gone() const;
    void disconnect(Instant now, Tally& tally);
    void schedule_retry(Instant now);

    QemuStreamSettings settings_;
    rte_mempool* pool_;
    WakeSet wake_;  ///< Of the listener and the peer.
    Listener listener_;
    Descriptor
        peer_;  ///< Changes in service() only, so that neither receive() nor send() loses it.
    std::atomic<bool> broken_{false};  ///< The peer is gone or talks nonsense: service() closes it.

    // The owner's.
    StreamInbox inbox_;
    IdleStride idle_;

    // Those of send() and service(), which never overlap.
    StreamOutbox outbox_;
    std::minstd_rand jitter_;
    Duration retry_delay_;
    Instant retry_at_{};
    Instant connected_at_{};

    // For state().
    std::atomic<bool> up_{false};
    std::atomic<int> last_fault_{0};
    std::atomic<int> why_gone_{0};  ///< As lose() was told; 0: nobody has gone yet.
    std::atomic<std::uint64_t> peers_{0};
    std::atomic<std::uint64_t> peers_refused_{0};
};

}  // namespace sealane::port
