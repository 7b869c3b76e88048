#include "dataplane/wire/l4_head.h"

#include <algorithm>

namespace sealane::wire {
namespace {

using Bytes = std::span<const std::uint8_t>;
using Fault = L4Head::Fault;

constexpr std::size_t kIpv4Header = 20;
constexpr std::size_t kIpv6Header = 40;
constexpr std::size_t kTcpHeader = 20;
constexpr std::size_t kUdpHeader = 8;

// Extension headers that another header follows (IANA, "IPv6 Extension Header Types").
constexpr std::uint8_t kHopByHop = 0;
constexpr std::uint8_t kRouting = 43;
constexpr std::uint8_t kFragment = 44;
constexpr std::uint8_t kAuthentication = 51;
constexpr std::uint8_t kDestination = 60;

/// Bytes that are missing were either not read or are not there.
Fault missing(Bytes bytes, std::size_t length) {
    return bytes.size() < length ? Fault::TooLong : Fault::Truncated;
}

Fault read_ipv4(Bytes bytes, std::size_t length, L4Head& head) {
    const std::size_t at = head.l2_length;
    if (bytes.size() < at + kIpv4Header) return missing(bytes, length);
    const std::uint8_t* const ip = bytes.data() + at;
    head.l3_length = static_cast<std::uint16_t>((ip[0] & 0x0f) * 4);
    head.ip_length = load_be16(ip + 2);
    if (ip[0] >> 4 != 4 || head.l3_length < kIpv4Header || head.ip_length < head.l3_length) {
        return Fault::Malformed;
    }
    if (at + head.ip_length > length) return Fault::Truncated;
    head.ip_version = 4;
    head.protocol = ip[9];
    head.fragment = (load_be16(ip + 6) & 0x3fff) != 0;  // more fragments, or an offset
    return Fault::None;
}

/// Follows extension headers to what is none.  Each takes at least 8 bytes, so there is an end.
Fault read_extensions(Bytes bytes, std::size_t length, L4Head& head) {
    while (!head.fragment) {
        const std::size_t at = std::size_t{head.l2_length} + head.l3_length;
        const std::uint8_t type = head.protocol;
        if (type != kHopByHop && type != kRouting && type != kFragment && type != kAuthentication &&
            type != kDestination) {
            break;
        }
        if (bytes.size() < at + 8) return missing(bytes, length);
        const std::uint8_t* const extension = bytes.data() + at;
        std::size_t size = std::size_t{extension[1]} * 8 + 8;
        if (type == kFragment) size = 8;
        if (type == kAuthentication) size = std::size_t{extension[1]} * 4 + 8;  // RFC 4302 2.2
        if (head.l3_length + size > head.ip_length) return Fault::Malformed;
        head.fragment = type == kFragment;
        head.protocol = extension[0];
        head.l3_length = static_cast<std::uint16_t>(head.l3_length + size);
        if (head.l2_length + std::size_t{head.l3_length} > kL4ParseLength) return Fault::TooLong;
    }
    return Fault::None;
}

Fault read_ipv6(Bytes bytes, std::size_t length, L4Head& head) {
    const std::size_t at = head.l2_length;
    if (bytes.size() < at + kIpv6Header) return missing(bytes, length);
    const std::uint8_t* const ip = bytes.data() + at;
    if (ip[0] >> 4 != 6) return Fault::Malformed;
    head.ip_version = 6;
    head.protocol = ip[6];
    head.l3_length = kIpv6Header;
    head.ip_length = std::uint32_t{load_be16(ip + 4)} + std::uint32_t{kIpv6Header};
    if (at + head.ip_length > length) return Fault::Truncated;
    return read_extensions(bytes, length, head);
}

Fault read_l4(Bytes bytes, std::size_t length, L4Head& head) {
    const std::size_t at = std::size_t{head.l2_length} + head.l3_length;
    const bool tcp = head.protocol == kProtocolTcp;
    if (head.fragment || (!tcp && head.protocol != kProtocolUdp)) return Fault::None;
    const std::size_t least = tcp ? kTcpHeader : kUdpHeader;
    if (head.l3_length + least > head.ip_length) return Fault::Malformed;
    if (bytes.size() < at + least) return missing(bytes, length);
    const std::size_t size = tcp ? std::size_t{bytes[at + 12]} / 16 * 4 : kUdpHeader;
    if (size < least || head.l3_length + size > head.ip_length) return Fault::Malformed;
    if (at + size > kL4ParseLength) return Fault::TooLong;
    head.l4_length = static_cast<std::uint16_t>(size);
    return Fault::None;
}

Fault read_l3(Bytes bytes, std::size_t length, L4Head& head) {
    std::size_t at = kAddressesLength;
    std::uint16_t type = 0;
    for (int tags = 0; tags <= 2; ++tags, at += kTagLength) {
        if (bytes.size() < at + 2) return Fault::Truncated;
        type = load_be16(bytes.data() + at);
        if (!is_tag(type)) break;
    }
    head.l2_length = static_cast<std::uint16_t>(at + 2);
    if (type == kEtherTypeIpv4) return read_ipv4(bytes, length, head);
    if (type == kEtherTypeIpv6) return read_ipv6(bytes, length, head);
    return Fault::NotIp;
}

Bytes followed(Bytes bytes) { return bytes.first(std::min(bytes.size(), kL4ParseLength)); }

}  // namespace

L4Head parse_l4(std::span<const std::uint8_t> bytes, std::size_t length) {
    bytes = followed(bytes);
    L4Head head;
    Fault fault = read_l3(bytes, length, head);
    if (fault == Fault::None) fault = read_l4(bytes, length, head);
    return fault == Fault::None ? head : L4Head{.fault = fault};
}

L4Head parse_l3(std::span<const std::uint8_t> bytes, std::size_t length) {
    L4Head head;
    const Fault fault = read_l3(followed(bytes), length, head);
    return fault == Fault::None ? head : L4Head{.fault = fault};
}

}  // namespace sealane::wire
