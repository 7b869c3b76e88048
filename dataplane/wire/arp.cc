#include "dataplane/wire/arp.h"

#include "dataplane/wire/bytes.h"
#include "dataplane/wire/tag.h"

namespace sealane::wire {
namespace {

constexpr std::uint64_t kIpv4OnEthernet = 0x0001'0800'0604;  // types and lengths of addresses
constexpr std::size_t kPacketLength = 28;

}  // namespace

std::array<std::uint8_t, kArpLength> make_arp(const Arp& arp) {
    const bool to_all = arp.kind == Arp::Kind::Request;
    std::array<std::uint8_t, kArpLength> frame{};
    store_mac(&frame[0], to_all ? MacAddress{0xffff'ffff'ffff} : arp.target);
    store_mac(&frame[6], arp.sender);
    store_be16(&frame[12], kEtherTypeArp);
    store_be64(&frame[14], kIpv4OnEthernet << 16 | static_cast<std::uint64_t>(arp.kind));
    store_mac(&frame[22], arp.sender);
    store_be32(&frame[28], arp.sender_ip.bits);
    store_mac(&frame[32], arp.target);
    store_be32(&frame[38], arp.target_ip.bits);
    return frame;
}

std::optional<Arp> parse_arp(std::span<const std::uint8_t> frame) {
    if (frame.size() < kHeaderLength + kPacketLength) return std::nullopt;
    if (load_be16(&frame[12]) != kEtherTypeArp) return std::nullopt;
    const std::uint64_t start = load_be64(&frame[14]);
    const std::uint64_t operation = start & 0xffff;
    if (start >> 16 != kIpv4OnEthernet || operation < 1 || operation > 2) return std::nullopt;
    return Arp{.kind = static_cast<Arp::Kind>(operation),
               .sender = load_mac(&frame[22]),
               .sender_ip = {load_be32(&frame[28])},
               .target = load_mac(&frame[32]),
               .target_ip = {load_be32(&frame[38])}};
}

}  // namespace sealane::wire
