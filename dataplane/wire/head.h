// The start of an Ethernet frame, read once.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "dataplane/base/drop.h"
#include "dataplane/base/mac.h"
#include "dataplane/wire/tag.h"

namespace sealane::wire {

/// parse() never reads beyond this many bytes, so a caller whose frame is in pieces joins so many.
inline constexpr std::size_t kParseLength = 18;

/// What the switch needs to know of a frame.  A plain value.
struct FrameHead {
    MacAddress dst{}, src{};
    std::uint16_t ether_type = 0;  ///< What follows the outer tag, if there is one.
    std::uint16_t tpid = 0;        ///< 0x8100 or 0x88a8; 0: the frame has no tag.
    Tci tci{};                     ///< Of the outer tag; 0 without one.
    bool tag_in_bytes = false;     ///< The outer tag stands in the frame, not beside it.
    Drop fault = Drop::None;       ///< Runt or Malformed; then nothing else is set.

    [[nodiscard]] bool is_tagged() const { return tpid != 0; }
    /// A second tag follows the first.
    [[nodiscard]] bool is_double_tagged() const { return is_tagged() && is_tag(ether_type); }

    bool operator==(const FrameHead&) const = default;
};

/// Reads the header of the frame of `length` bytes whose first min(length, kParseLength) bytes are
/// at `bytes`.  `beside` is a tag that the driver took out of the bytes (a C-tag); it counts as the
/// outer one.  Reads nothing beyond `length`.  Done for every frame, so here.
[[nodiscard, gnu::always_inline]] inline FrameHead parse(const std::uint8_t* bytes,
                                                         std::size_t length,
                                                         std::optional<Tci> beside = std::nullopt) {
    if (length < kHeaderLength) [[unlikely]]
        return {.fault = Drop::Runt};

    // Eight bytes each, of which the last two are not the address's: there are fourteen.
    FrameHead head{.dst = {load_be64(bytes) >> 16}, .src = {load_be64(bytes + 6) >> 16}};
    head.ether_type = load_be16(bytes + kAddressesLength);
    if (beside) {
        head.tpid = kTpidCustomer;
        head.tci = *beside;
        return head;
    }
    if (!is_tag(head.ether_type)) return head;

    if (length < kHeaderLength + kTagLength) [[unlikely]]
        return {.fault = Drop::Malformed};
    head.tpid = head.ether_type;
    head.tci = {load_be16(bytes + kHeaderLength)};
    head.ether_type = load_be16(bytes + kHeaderLength + 2);
    head.tag_in_bytes = true;
    return head;
}

}  // namespace sealane::wire
