// The demo's probes as bytes: a stream and a number in a frame of EtherType 0x88B6.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "dataplane/base/ids.h"
#include "dataplane/base/mac.h"

namespace sealane::app {

/// Which frame of which stream that is.
struct Mark {
    std::uint32_t stream = 0;
    std::uint64_t number = 0;

    bool operator==(const Mark&) const = default;
};

/// A whole frame without FCS: 60 bytes, and 4 more with a tag.
struct ProbeFrame {
    std::array<std::uint8_t, 64> bytes{};
    std::size_t size = 0;

    [[nodiscard]] std::span<const std::uint8_t> view() const { return {bytes.data(), size}; }
};

[[nodiscard]] ProbeFrame write_probe(MacAddress dst,
                                     MacAddress src,
                                     std::optional<VlanId> tag,
                                     const Mark& mark);

/// The mark of a probe, tagged or not; empty if the frame is another one.
[[nodiscard]] std::optional<Mark> read_probe(std::span<const std::uint8_t> frame);

}  // namespace sealane::app
