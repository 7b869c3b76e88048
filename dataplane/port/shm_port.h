// The port for programs on this machine that move frames through shared memory: `shm:PATH` of
// libsealane-port.  A unix socket hands the memory over and says when a side has gone; frames go
// through two rings (see wire/shared_ring.h), and no system call is made for them while both poll.
//
// What makes it harder than it looks: the client may write anything into the memory at any time.
// Frames are copied out before anybody looks into them; a client that writes an index or a length
// that can't be is disconnected.  Sides wake each other by a byte on the socket, which costs what
// an eventfd would: a descriptor that a client also has could be set to block whoever writes to it.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>

#include "dataplane/base/result.h"
#include "dataplane/port/pools.h"
#include "dataplane/port/port.h"
#include "dataplane/port/shm_greeting.h"
#include "dataplane/port/stream_socket.h"
#include "dataplane/port/wake_set.h"
#include "dataplane/wire/stream_framing.h"

namespace sealane::port {

struct ShmSettings {
    std::string name;                   ///< Of the adapter, for messages: "lpar1/ent0".
    std::string path;                   ///< Of the unix socket that we listen at.
    std::uint32_t queue_frames = 1024;  ///< Frames that may wait in the ring for the client.
    std::uint32_t max_frame = wire::kMaxStreamFrame;  ///< Tag included, in bytes.
};

/// One client at a time; a second one is told so, and counted.
///
/// In: frames below 14 bytes (Runt) and above max_frame (Oversize) are refused; an index or a
/// length that no client of ours writes ends the connection (BadRing).  Out: a frame is sent when
/// the client has taken it out of the ring.  Ring full: PeerBackpressure.  No client: PortDown, and
/// so are those that are in the ring when the client goes.  What a client had written before it
/// went is still delivered.
class ShmPort final : public Port {
  public:
    /// The socket is there, mode 0600, when this returns, in place of one that nobody listens at
    /// any more; unlinked by the destructor.
    [[nodiscard]] static Result<std::unique_ptr<ShmPort>> open(const ShmSettings& settings,
                                                               const Pools& pools);

    std::uint16_t receive(rte_mbuf** frames, std::uint16_t room, Tally& tally) override;
    void send(rte_mbuf** frames, std::uint16_t count, Tally& tally) override;
    void service(Instant now, Tally& tally) override;
    [[nodiscard]] int wake_descriptor() const override { return wake_.descriptor(); }
    bool prepare_to_sleep() override;
    void awake() override;
    [[nodiscard]] bool is_up() const override { return up_.load(std::memory_order_relaxed); }
    [[nodiscard]] PortTraits traits() const override { return {.max_frame = settings_.max_frame}; }
    [[nodiscard]] PortState state() const override;

  private:
    /// Why service() shall disconnect.
    enum class Loss : std::uint8_t {
        None,
        Closed,
        BadRing,
        BadHello,
        OtherVersion,
        Silent,
        NoMemory
    };

    /// What there is while a client is there.
    struct Rings {
        Rings(std::unique_ptr<SharedMemory> made, std::uint32_t queue_frames)
            : memory(std::move(made)), in(memory->reader()), out(memory->writer(queue_frames)) {}

        std::unique_ptr<SharedMemory> memory;
        wire::SharedReader in;   ///< The owner's.
        wire::SharedWriter out;  ///< That of send() and service(), which never overlap.
    };

    ShmPort(const ShmSettings& settings, const Pools& pools, WakeSet wake, Listener listener);

    void accept_peers(Instant now);
    void greet(Instant now);
    void admit();
    /// Sees what the client has taken.
    void settle(Tally& tally);
    /// Takes `frame`, or drops it.  True: it was copied and is to be freed.
    bool put(rte_mbuf* frame, Tally& tally);
    void lose(Loss why);
    [[nodiscard]] Loss loss() const { return loss_.load(std::memory_order_relaxed); }
    void lose_for_nonsense(Tally& tally);
    void disconnect(Tally& tally);
    [[nodiscard]] std::string why_gone() const;

    ShmSettings settings_;
    rte_mempool* pool_;
    WakeSet wake_;  ///< Of the listener and the client's socket.
    Listener listener_;
    Descriptor peer_;  ///< As rings_, changes in service() only.
    std::unique_ptr<Rings> rings_;
    ShmGreeting greeting_;
    Instant silent_until_{};
    std::atomic<Loss> loss_{Loss::None};

    // For state().
    std::atomic<bool> up_{false};
    std::atomic<Loss> why_gone_{Loss::None};
    std::atomic<std::uint32_t> pending_{0};
    std::atomic<std::uint64_t> peers_{0}, ready_{0}, refused_{0};
};

}  // namespace sealane::port
