// Where a frame's IP and TCP or UDP headers are, from its bytes and nobody's word.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "dataplane/wire/tag.h"

namespace sealane::wire {

/// parse_l4() never reads beyond this many bytes, so a caller whose frame is in pieces joins so
/// many.  Headers that are longer it does not follow to their end: what it finds always fits a
/// buffer for headers (192 bytes) together with one more tag.
inline constexpr std::size_t kL4ParseLength = 188;

inline constexpr std::uint16_t kEtherTypeIpv4 = 0x0800;
inline constexpr std::uint16_t kEtherTypeIpv6 = 0x86dd;
inline constexpr std::uint8_t kProtocolTcp = 6;
inline constexpr std::uint8_t kProtocolUdp = 17;

/// A plain value.
struct L4Head {
    enum class Fault : std::uint8_t {
        None,
        NotIp,      ///< Neither IPv4 nor IPv6 behind at most two tags.
        Truncated,  ///< The frame ends in a header, or before the packet's own end.
        Malformed,  ///< A header contradicts itself.
        TooLong,    ///< More headers than are followed.
    };
    Fault fault = Fault::None;    ///< Of another one than None, nothing else counts.
    std::uint8_t ip_version = 0;  ///< 4 or 6.
    std::uint8_t protocol = 0;    ///< What the IP header, or the last extension header, announces.
    bool fragment = false;        ///< A part of a packet, or one that says so (IPv6, RFC 6946).
    std::uint16_t l2_length = 0;  ///< Ethernet header with the tags that stand in the bytes.
    std::uint16_t l3_length = 0;  ///< IP header with options or extension headers.
    std::uint16_t l4_length = 0;  ///< TCP header with options, or UDP's; 0: another, or a fragment.
    std::uint32_t ip_length = 0;  ///< The packet's, IP header and extension headers included.

    [[nodiscard]] std::size_t headers() const {
        return std::size_t{l2_length} + l3_length + l4_length;
    }
    /// Bytes behind the headers, without padding behind the packet.
    [[nodiscard]] std::uint32_t payload() const { return ip_length - l3_length - l4_length; }

    bool operator==(const L4Head&) const = default;
};

/// Reads the headers of the frame of `length` bytes whose first min(length, kL4ParseLength) bytes
/// are `bytes`.  A tag beside the frame is none of its business.
[[nodiscard]] L4Head parse_l4(std::span<const std::uint8_t> bytes, std::size_t length);

/// The same without a look at what the packet carries: l4_length is 0.
[[nodiscard]] L4Head parse_l3(std::span<const std::uint8_t> bytes, std::size_t length);

}  // namespace sealane::wire
