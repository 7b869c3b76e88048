// Frames as tests write them down: dst, src, tags, what follows.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "dataplane/base/mac.h"
#include "dataplane/wire/bytes.h"
#include "dataplane/wire/head.h"
#include "dataplane/wire/tag.h"

namespace sealane::wire {

using Bytes = std::vector<std::uint8_t>;

inline constexpr MacAddress kDst{0x0200'0000'0002};
inline constexpr MacAddress kSrc{0x0200'0000'0001};
inline constexpr MacAddress kBroadcast{0xffff'ffff'ffff};
inline constexpr MacAddress kGroup{0x0100'5e00'00fb};
inline constexpr std::uint16_t kIpv4 = 0x0800;

struct Tag {
    std::uint16_t tpid = kTpidCustomer;
    Tci tci{};
};

[[nodiscard]] inline Tag c_tag(std::uint16_t vid, std::uint8_t pcp = 0, bool dei = false) {
    return {kTpidCustomer, make_tci({vid}, pcp, dei)};
}
[[nodiscard]] inline Tag s_tag(std::uint16_t vid, std::uint8_t pcp = 0, bool dei = false) {
    return {kTpidService, make_tci({vid}, pcp, dei)};
}

/// Outermost tag first.  The payload is 46 bytes that differ from each other.
[[nodiscard]] inline Bytes frame_bytes(MacAddress dst,
                                       MacAddress src,
                                       const std::vector<Tag>& tags = {},
                                       std::uint16_t ether_type = kIpv4) {
    constexpr std::size_t kPayload = 46;
    Bytes bytes(kHeaderLength + tags.size() * kTagLength + kPayload);
    store_mac(bytes.data(), dst);
    store_mac(bytes.data() + 6, src);
    std::size_t at = kAddressesLength;
    for (const Tag& tag : tags) {
        store_be16(bytes.data() + at, tag.tpid);
        store_be16(bytes.data() + at + 2, tag.tci.value);
        at += kTagLength;
    }
    store_be16(bytes.data() + at, ether_type);
    at += 2;
    for (std::uint8_t next = 1; at < bytes.size(); ++at) {
        bytes[at] = next++;
    }
    return bytes;
}

/// The frame without its outer tag.
[[nodiscard]] inline Bytes popped(Bytes bytes) {
    pop_tag(bytes.data());
    return {bytes.begin() + kTagLength, bytes.end()};
}

/// The frame with one tag more.
[[nodiscard]] inline Bytes pushed(const Bytes& bytes, Tag tag) {
    Bytes room(kTagLength + bytes.size());
    std::copy(bytes.begin(), bytes.end(), room.begin() + kTagLength);
    push_tag(room.data(), tag.tpid, tag.tci);
    return room;
}

[[nodiscard]] inline FrameHead head_of(const Bytes& bytes,
                                       std::optional<Tci> beside = std::nullopt) {
    return parse(bytes.data(), bytes.size(), beside);
}

}  // namespace sealane::wire
