// What the frames of a load look like.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "dataplane/base/ids.h"
#include "dataplane/base/mac.h"

namespace sealane::load {

struct Shape {
    std::size_t size = 60;            ///< Bytes in memory: no checksum; a tag is on top.
    int ip = 4;                       ///< Or 6.
    std::optional<VlanId> vlan = {};  ///< The frame has its tag.
    std::uint16_t mss = 0;            ///< Not 0: TCP, to be cut to this by others.
};

struct Headers {
    std::size_t ethernet = 0, ip = 0, transport = 0;

    [[nodiscard]] std::size_t all() const { return ethernet + ip + transport; }
    bool operator==(const Headers&) const = default;
};

[[nodiscard]] Headers headers_of(const Shape& shape);

/// True if its stamp fits into it.
[[nodiscard]] bool is_possible(const Shape& shape);

/// The frame, its stamp still zero.  UDP has no checksum; TCP's is left to others to finish (the
/// field holds the pseudo header's sum), as a guest does that has its frames cut for it.
[[nodiscard]] std::vector<std::uint8_t> make_frame(const Shape& shape,
                                                   MacAddress dst,
                                                   MacAddress src);

/// Where the stamp is in a frame that arrived, with or without a tag; nothing if it is too short.
[[nodiscard]] std::optional<std::size_t> stamp_offset(const std::uint8_t* bytes,
                                                      std::size_t length,
                                                      const Shape& shape);

}  // namespace sealane::load
