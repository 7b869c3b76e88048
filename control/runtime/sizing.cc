#include "control/runtime/sizing.h"

#include <algorithm>
#include <variant>

#include "control/runtime/ports.h"
#include "dataplane/port/allowance.h"
#include "dataplane/port/batch.h"
#include "dataplane/port/dgram_port.h"
#include "dataplane/port/ethdev_devargs.h"
#include "dataplane/port/impaired_port.h"
#include "dataplane/port/pools.h"
#include "dataplane/port/stream_port.h"
#include "dataplane/port/trunk_link.h"
#include "dataplane/port/vhost_port.h"
#include "dataplane/sea/hold.h"

namespace sealane::runtime {
namespace {

// What one buffer of a pool takes beside its bytes: mbuf, headroom, the pool's own header.
constexpr std::uint64_t kBufferOverhead = 128 + 128 + 64;
constexpr std::uint64_t kHeadBytes = 64 + kBufferOverhead;
// And the byte behind it (see dataplane/port/pools.cc), as buffers are laid out.
constexpr std::uint64_t kFrameBytes = port::kBufferRoom + kBufferOverhead + 128;

/// Of a frame of 64 KiB.
constexpr std::uint32_t kBuffersOfLongest = 64 * 1024 / port::kBufferRoom + 1;
/// Each worker: its pools' caches, which take half as much again, and a burst in hand.
constexpr std::uint32_t kOfWorker = 256 + port::kBurst * kBuffersOfLongest;
/// A burst of usual length that goes to everybody, for each who gets it.
constexpr std::uint32_t kBurstOfCopies =
    port::kBurst + std::uint32_t{port::Allowance::kBytes / port::kBufferRoom};

/// What the SEA of a pair keeps.
std::uint32_t held_in_hand_over(const Seat& seat) {
    const bool is_of_pair = seat.role == AdapterRole::Sea && is_paired(*seat.sea);
    return is_of_pair ? sea::Hold::kMostBuffers : 0;
}

/// Buffers that a port may hold: of frames received and not yet taken, or waiting to be sent.  Each
/// port sees to it that it holds no more.
struct Held {
    std::uint32_t operator()(const config::NoPort&) const { return 0; }
    std::uint32_t operator()(const config::RingPort& ring) const { return 2 * most_buffers(ring); }
    std::uint32_t operator()(const config::EthdevPort& device) const {
        if (port::is_plain_tap(device.devargs)) return 0;  // the kernel has copies
        return std::uint32_t{device.rx_descriptors} + device.tx_descriptors;
    }
    std::uint32_t operator()(const config::QemuStreamPort& stream) const {
        return static_cast<std::uint32_t>(
            port::QemuStreamPort::most_buffers({.queue_frames = stream.queue_frames}));
    }
    std::uint32_t operator()(const config::QemuDgramPort& dgram) const {
        return static_cast<std::uint32_t>(
            port::QemuDgramPort::most_buffers({.queue_frames = dgram.queue_frames}));
    }
    std::uint32_t operator()(const config::VhostUserPort&) const {
        return port::VhostPort::kMostHeld * kBuffersOfLongest;
    }
    std::uint32_t operator()(const config::ShmPort&) const { return 0; }  // the client has copies
};

/// Buffers behind a seat.
std::uint32_t held_by(const Seat& seat) {
    switch (seat.attachment) {
        case Attachment::Absent:
            return 0;
        case Attachment::Port:
            return std::visit(Held{}, seat.adapter->port);
        case Attachment::Link:
            return 2 * kLinkBuffers;
        case Attachment::LinkToVios:
            return Held{}(config::VhostUserPort{});
        case Attachment::LinkToSwitch:
            return port::TrunkLink::most_buffers(kLinkDescriptors) + kLinkBuffers;
        case Attachment::Agent:
            return 2 * kAgentFrames;
        case Attachment::Bridge:
            return 2 * kAgentFrames + held_in_hand_over(seat);
    }
    return 0;
}

/// Behind an adapter that may come, whichever port it has, if that has the usual settings.
std::uint32_t held_by_spare() {
    return std::max({Held{}(config::RingPort{}),
                     Held{}(config::QemuStreamPort{}),
                     Held{}(config::QemuDgramPort{}),
                     Held{}(config::VhostUserPort{}),
                     Held{}(config::ShmPort{})});
}

}  // namespace

std::uint32_t most_buffers(const config::RingPort& ring) {
    return ring.size + 2 * kBuffersOfLongest;
}

std::uint32_t most_buffers(const config::Adapter& adapter) {
    return std::visit(Held{}, adapter.port) +
           (adapter.impair ? 2 * port::ImpairedPort::kMostHeld : 0);
}

std::uint32_t most_buffers(const config::System& model, const Layout& layout) {
    std::uint32_t frames = kOfWorker * (model.runtime.workers + 1);
    for (const Seat& seat : layout.seats) {
        frames += held_by(seat);
        if (!seat.is_here() || seat.adapter == nullptr) continue;
        if (seat.adapter->impair) frames += 2 * port::ImpairedPort::kMostHeld;
    }
    return frames;
}

Sizing size_of(const config::System& model, const Layout& layout) {
    std::uint32_t frames = most_buffers(model, layout);
    std::uint32_t copies = 0;
    std::uint64_t device_bytes = 0;
    for (const Seat& seat : layout.seats) {
        if (seat.is_free()) frames += held_by_spare();
        if (seat.is_free() || (seat.is_here() && seat.adapter != nullptr)) copies += kBurstOfCopies;
        if (!seat.is_here() || seat.adapter == nullptr) continue;
        if (seat.attachment == Attachment::LinkToSwitch) device_bytes += port::TrunkLink::memory();
        if (seat.attachment != Attachment::Port) continue;
        if (const auto* device = std::get_if<config::EthdevPort>(&seat.adapter->port)) {
            device_bytes +=
                port::ethdev_memory(ethdev_settings(seat.name, *device, seat.adapter->mtu));
        }
    }
    if (model.runtime.buffers != 0) frames = model.runtime.buffers;

    Sizing sizing;
    sizing.frames = std::max<std::uint32_t>(frames, 2048);
    sizing.heads = sizing.frames + copies;
    constexpr std::uint64_t kToSpare = 24 << 20;
    const std::uint64_t bytes =
        sizing.frames * kFrameBytes + sizing.heads * kHeadBytes + device_bytes + kToSpare;
    // Pools are laid out in pages, which costs some more.
    sizing.memory_mb = static_cast<std::uint32_t>((bytes + bytes / 8) >> 20) + 1;
    return sizing;
}

}  // namespace sealane::runtime
