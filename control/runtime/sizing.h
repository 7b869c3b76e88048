// How much memory does a configuration need?
#pragma once

#include <cstdint>

#include "control/config/model.h"
#include "control/runtime/layout.h"

namespace sealane::runtime {

/// Pools for all that ports and workers can hold at once, so that no port can starve another.
struct Sizing {
    std::uint32_t frames = 0;     ///< Buffers of port::kBufferRoom bytes.
    std::uint32_t heads = 0;      ///< Small buffers for copies and headers.
    std::uint32_t memory_mb = 0;  ///< For the environment: pools, devices and room to spare.
};

/// Frames in the rings between a trunk adapter and its SEA, each way, and their buffers: a burst of
/// the longest frames leaves room for as many short ones as there are places.
inline constexpr std::uint32_t kLinkFrames = 1024;
inline constexpr std::uint32_t kLinkBuffers = 64 * 32 + kLinkFrames;

/// Frames, of a buffer each, between a SEA's agent and the dataplane, each way.
inline constexpr std::uint32_t kAgentFrames = 128;

/// Buffers in a `ring` port, each way: one for each frame, and what two of the longest take beyond.
[[nodiscard]] std::uint32_t most_buffers(const config::RingPort& ring);

/// Descriptors of a trunk link between processes, each way.
inline constexpr std::uint16_t kLinkDescriptors = 1024;

/// Frame buffers that what is here of the layout may hold at once.  Pure.
[[nodiscard]] std::uint32_t most_buffers(const config::System& model, const Layout& layout);
/// Those that one more adapter would hold.
[[nodiscard]] std::uint32_t most_buffers(const config::Adapter& adapter);

/// Of what is here of the layout, and of adapters to come with ports as they are by default.  Pure.
/// `runtime: buffers` of the file, if it isn't auto, replaces the number of frames.
[[nodiscard]] Sizing size_of(const config::System& model, const Layout& layout);

}  // namespace sealane::runtime
