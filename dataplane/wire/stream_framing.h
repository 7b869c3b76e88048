// Frames in a byte stream, as QEMU's `-netdev stream` puts them: a length of four bytes, most
// significant first, then the frame.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "dataplane/base/drop.h"

namespace sealane::wire {

inline constexpr std::size_t kStreamLengthWord = 4;
/// The longest frame of a PowerVM virtual adapter, tag included.
inline constexpr std::uint32_t kMaxStreamFrame = 65408;
/// QEMU's own limit (its NET_BUFSIZE): a longer frame makes it close the connection, so nobody who
/// speaks this protocol sends one.
inline constexpr std::uint32_t kStreamFrameLimit = 69632;

/// What a stretch of the stream that starts at a length word starts with.
struct StreamUnit {
    enum class Kind : std::uint8_t {
        Incomplete,  ///< More bytes are needed.
        Frame,       ///< A frame, whole.
        Refused,     ///< What was announced is whole but no frame: go on behind it.
        Lost,        ///< No stream of frames: there is nothing to go on with.
    };
    Kind kind = Kind::Incomplete;
    std::uint32_t length =
        0;                  ///< As announced, without the length word; 0 while that is incomplete.
    Drop why = Drop::None;  ///< Of Refused and Lost.

    [[nodiscard]] std::size_t size() const { return kStreamLengthWord + length; }
    bool operator==(const StreamUnit&) const = default;
};

/// Looks at the first unit of `bytes`; never reads beyond them.  A caller that can keep
/// kStreamLengthWord + kStreamFrameLimit bytes always comes to an end of Incomplete.
[[nodiscard]] StreamUnit first_unit(std::span<const std::uint8_t> bytes,
                                    std::uint32_t max_frame = kMaxStreamFrame);

}  // namespace sealane::wire
