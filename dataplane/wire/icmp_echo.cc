#include "dataplane/wire/icmp_echo.h"

#include "dataplane/wire/bytes.h"
#include "dataplane/wire/checksum.h"
#include "dataplane/wire/l4_head.h"
#include "dataplane/wire/tag.h"

namespace sealane::wire {
namespace {

constexpr std::size_t kIpv4Header = 20, kIcmpHeader = 8;
constexpr std::uint8_t kProtocolIcmp = 1, kEchoReply = 0, kEchoRequest = 8, kTtl = 64;
constexpr std::uint16_t kAllOnes = 0xffff;  // what bytes with their checksum sum to
constexpr std::uint16_t kFragmented = 0x3fff;

std::uint16_t checksum_of(const std::uint8_t* bytes, std::size_t length) {
    return static_cast<std::uint16_t>(~unsigned{sum_of(bytes, length)});
}

}  // namespace

std::array<std::uint8_t, kEchoLength> make_echo(const Echo& echo, MacAddress from, MacAddress to) {
    std::array<std::uint8_t, kEchoLength> frame{};
    store_mac(&frame[0], to);
    store_mac(&frame[6], from);
    store_be16(&frame[12], kEtherTypeIpv4);

    std::uint8_t* const ip = &frame[kHeaderLength];
    ip[0] = 0x45;
    store_be16(ip + 2, kIpv4Header + kIcmpHeader);
    store_be16(ip + 6, 0x4000);  // with DF an id of 0 is no one else's (RFC 6864)
    ip[8] = kTtl;
    ip[9] = kProtocolIcmp;
    store_be32(ip + 12, echo.from.bits);
    store_be32(ip + 16, echo.to.bits);
    store_be16(ip + 10, checksum_of(ip, kIpv4Header));

    std::uint8_t* const icmp = ip + kIpv4Header;
    icmp[0] = echo.reply ? kEchoReply : kEchoRequest;
    store_be16(icmp + 4, echo.id);
    store_be16(icmp + 6, echo.sequence);
    store_be16(icmp + 2, checksum_of(icmp, kIcmpHeader));
    return frame;
}

std::optional<Echo> parse_echo(std::span<const std::uint8_t> frame) {
    if (frame.size() < kHeaderLength + kIpv4Header + kIcmpHeader) return std::nullopt;
    if (load_be16(&frame[12]) != kEtherTypeIpv4) return std::nullopt;
    const std::span<const std::uint8_t> ip = frame.subspan(kHeaderLength);
    const std::size_t header = std::size_t{ip[0]} % 16 * 4;
    const std::size_t length = load_be16(&ip[2]);
    if (ip[0] >> 4 != 4 || header < kIpv4Header || length > ip.size()) return std::nullopt;
    if (length < header + kIcmpHeader || ip[9] != kProtocolIcmp) return std::nullopt;
    if ((load_be16(&ip[6]) & kFragmented) != 0) return std::nullopt;
    if (sum_of(ip.data(), header) != kAllOnes) return std::nullopt;

    const std::span<const std::uint8_t> icmp = ip.subspan(header, length - header);
    if (sum_of(icmp.data(), icmp.size()) != kAllOnes) return std::nullopt;
    const bool is_echo = icmp[1] == 0 && (icmp[0] == kEchoReply || icmp[0] == kEchoRequest);
    if (!is_echo) return std::nullopt;
    return Echo{.reply = icmp[0] == kEchoReply,
                .from = {load_be32(&ip[12])},
                .to = {load_be32(&ip[16])},
                .id = load_be16(&icmp[4]),
                .sequence = load_be16(&icmp[6])};
}

}  // namespace sealane::wire
