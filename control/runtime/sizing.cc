#include "control/runtime/sizing.h"

#include <algorithm>
#include <variant>

#include "control/runtime/ports.h"
#include "dataplane/port/batch.h"
#include "dataplane/port/pools.h"

namespace sealane::runtime {
namespace {

// What one buffer of a pool takes beside its bytes: mbuf, headroom, the pool's own header.
constexpr std::uint64_t kBufferOverhead = 128 + 128 + 64;
constexpr std::uint64_t kHeadBytes = 64 + kBufferOverhead;
// And the byte behind it (see dataplane/port/pools.cc), as buffers are laid out.
constexpr std::uint64_t kFrameBytes = port::kBufferRoom + kBufferOverhead + 128;

/// Frames that a port may hold: received and not yet taken, or waiting to be sent.
struct Held {
    std::uint32_t operator()(const config::NoPort&) const { return 0; }
    std::uint32_t operator()(const config::RingPort& ring) const { return 2 * ring.size; }
    std::uint32_t operator()(const config::EthdevPort& device) const {
        return std::uint32_t{device.rx_descriptors} + device.tx_descriptors;
    }
    /// Its queue is bounded in bytes as well: half a thousand buffers' worth (stream_outbox).
    std::uint32_t operator()(const config::QemuStreamPort&) const { return 512 + port::kBurst; }
    /// Frames are copied to and from the guest; what is in hand is a burst, of large frames even.
    std::uint32_t operator()(const config::VhostUserPort& vhost) const {
        constexpr std::uint32_t kBuffersOfLarge = 64 * 1024 / port::kBufferRoom + 1;
        return port::kBurst * (vhost.offloads ? kBuffersOfLarge : 1);
    }
};

}  // namespace

Sizing size_of(const config::System& model) {
    std::uint32_t frames = 0;
    std::uint64_t device_bytes = 0;
    for (const config::Partition& partition : model.partitions) {
        for (const config::Adapter& adapter : partition.adapters) {
            frames += std::visit(Held{}, adapter.port);
            if (adapter.is_trunk()) frames += kLinkFrames;
            if (const auto* device = std::get_if<config::EthdevPort>(&adapter.port)) {
                device_bytes +=
                    port::ethdev_memory(ethdev_settings(adapter.name, *device, adapter.mtu));
            }
        }
    }
    // Each worker: its pools' caches, a burst in hand, and one of the longest frames.
    constexpr std::uint32_t kOfWorker = 512;
    frames += kOfWorker * (model.runtime.workers + 1);
    if (model.runtime.buffers != 0) frames = model.runtime.buffers;

    Sizing sizing;
    sizing.frames = std::max<std::uint32_t>(frames, 2048);
    sizing.heads = sizing.frames;
    constexpr std::uint64_t kToSpare = 24 << 20;
    const std::uint64_t bytes =
        sizing.frames * kFrameBytes + sizing.heads * kHeadBytes + device_bytes + kToSpare;
    // Pools are laid out in pages, which costs some more.
    sizing.memory_mb = static_cast<std::uint32_t>((bytes + bytes / 8) >> 20) + 1;
    return sizing;
}

}  // namespace sealane::runtime
