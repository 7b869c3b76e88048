#include "dataplane/wire/too_big.h"

#include <algorithm>
#include <cstring>

#include "dataplane/wire/checksum.h"

namespace sealane::wire {
namespace {

constexpr std::size_t kIpv4Header = 20, kIpv6Header = 40, kIcmpHeader = 8;
constexpr std::uint8_t kProtocolIcmp = 1, kProtocolIcmpv6 = 58;
constexpr std::uint8_t kHopLimit = 64;
constexpr std::uint8_t kInternetworkControl = 0xc0;  // RFC 1812 4.3.2.5

std::uint16_t word(std::size_t value) { return static_cast<std::uint16_t>(value); }

/// One host's: not this net, loopback, a group, reserved or broadcast (RFC 1122 3.2.1.3).
bool is_one_host4(const std::uint8_t* address) {
    return address[0] != 0 && address[0] != 127 && address[0] < 224;
}

/// Not unspecified, loopback or a group (RFC 4291 2.5.2, 2.5.3, 2.7).
bool is_one_host6(const std::uint8_t* address) {
    if (address[0] == 0xff) return false;
    const bool zeros = std::all_of(address, address + 15, [](std::uint8_t b) { return b == 0; });
    return !zeros || address[15] > 1;
}

bool is_error4(std::uint8_t type) {  // RFC 1122 3.2.2
    return type == 3 || type == 4 || type == 5 || type == 11 || type == 12;
}

bool is_error6(std::uint8_t type) {
    constexpr std::uint8_t kFirstInformational = 128, kRedirect = 137;
    return type < kFirstInformational || type == kRedirect;
}

bool may_be_answered4(const std::uint8_t* ip, const L4Head& head, const std::uint8_t* payload) {
    constexpr std::uint16_t kOffsetMask = 0x1fff;
    if (!is_one_host4(ip + 12) || !is_one_host4(ip + 16)) return false;
    if ((load_be16(ip + 6) & kOffsetMask) != 0) return false;
    return head.protocol != kProtocolIcmp || (payload != nullptr && !is_error4(*payload));
}

bool may_be_answered6(const std::uint8_t* ip, const L4Head& head, const std::uint8_t* payload) {
    if (!is_one_host6(ip + 8) || !is_one_host6(ip + 24)) return false;
    // A fragment header is the last one that is followed; its offset is in units of 8 bytes.
    const bool later = head.fragment && load_be16(ip + head.l3_length - 6) >> 3 != 0;
    if (later) return false;
    return head.protocol != kProtocolIcmpv6 || (payload != nullptr && !is_error6(*payload));
}

/// Ends at `length` bytes with a quote; returns the sum of the ICMP message.
std::uint16_t write_icmp(std::uint8_t* icmp,
                         std::uint8_t type,
                         std::uint8_t code,
                         std::uint32_t mtu,
                         std::span<const std::uint8_t> quote) {
    icmp[0] = type;
    icmp[1] = code;
    store_be16(icmp + 2, 0);
    store_be32(icmp + 4, mtu);
    std::memcpy(icmp + kIcmpHeader, quote.data(), quote.size());
    return sum_of(icmp, kIcmpHeader + quote.size());
}

std::size_t write_answer4(std::span<const std::uint8_t> packet,
                          std::uint32_t mtu,
                          std::uint8_t* ip) {
    const auto quote = packet.first(std::min(packet.size(), kMostQuoted4));
    const std::size_t length = kIpv4Header + kIcmpHeader + quote.size();
    std::uint8_t* const icmp = ip + kIpv4Header;
    // RFC 1191 4: the upper half of the field stays 0.
    const std::uint16_t sum = write_icmp(icmp, 3, 4, std::min(mtu, 0xffffU), quote);
    store_be16(icmp + 2, word(~std::size_t{sum}));

    ip[0] = 0x45;
    ip[1] = kInternetworkControl;
    store_be16(ip + 2, word(length));
    store_be16(ip + 4, 0);
    store_be16(ip + 6, 0x4000);  // with DF an id of 0 is no one else's (RFC 6864)
    ip[8] = kHopLimit;
    ip[9] = kProtocolIcmp;
    store_be16(ip + 10, 0);
    std::memcpy(ip + 12, packet.data() + 16, 4);
    std::memcpy(ip + 16, packet.data() + 12, 4);
    store_be16(ip + 10, word(~std::size_t{sum_of(ip, kIpv4Header)}));
    return length;
}

std::size_t write_answer6(std::span<const std::uint8_t> packet,
                          std::uint32_t mtu,
                          std::uint8_t* ip) {
    constexpr std::size_t kAddress = 16;
    const auto quote = packet.first(std::min(packet.size(), kMostQuoted6));
    const std::size_t length = kIcmpHeader + quote.size();
    store_be32(ip, 0x6000'0000);
    store_be16(ip + 4, word(length));
    ip[6] = kProtocolIcmpv6;
    ip[7] = kHopLimit;
    std::memcpy(ip + 8, packet.data() + 8 + kAddress, kAddress);
    std::memcpy(ip + 8 + kAddress, packet.data() + 8, kAddress);

    std::uint8_t* const icmp = ip + kIpv6Header;
    const std::uint64_t message = write_icmp(icmp, 2, 0, mtu, quote);
    // The pseudo-header: both addresses, the length, and what is next (RFC 8200 8.1).
    const std::uint64_t pseudo = sum_of(ip + 8, 2 * kAddress) + length + kProtocolIcmpv6;
    store_be16(icmp + 2, word(~std::size_t{fold(message + pseudo)}));
    return kIpv6Header + length;
}

}  // namespace

bool may_be_answered(std::span<const std::uint8_t> bytes, const L4Head& head) {
    if (load_mac(bytes.data()).is_multicast()) return false;
    const std::uint8_t* const ip = bytes.data() + head.l2_length;
    const std::size_t at = std::size_t{head.l2_length} + head.l3_length;
    const std::uint8_t* const payload = at < bytes.size() ? bytes.data() + at : nullptr;
    return head.ip_version == 4 ? may_be_answered4(ip, head, payload)
                                : may_be_answered6(ip, head, payload);
}

std::size_t write_too_big(std::span<const std::uint8_t> offending,
                          const L4Head& head,
                          MacAddress sender,
                          std::uint32_t mtu,
                          std::span<std::uint8_t, kMostTooBig> to) {
    const std::uint8_t* const source = offending.data() + 6;
    std::memcpy(to.data(), offending.data(), head.l2_length);
    std::memcpy(to.data(), source, 6);
    store_mac(to.data() + 6, sender);

    auto packet = offending.subspan(head.l2_length);
    packet = packet.first(std::min<std::size_t>(packet.size(), head.ip_length));
    std::uint8_t* const ip = to.data() + head.l2_length;
    return head.l2_length +
           (head.ip_version == 4 ? write_answer4(packet, mtu, ip) : write_answer6(packet, mtu, ip));
}

}  // namespace sealane::wire
