#include "dataplane/wire/segment.h"

#include <cstring>

#include "dataplane/wire/checksum.h"

namespace sealane::wire {
namespace {

// Offsets in the headers.
constexpr std::size_t kIpv4Length = 2, kIpv4Id = 4, kIpv4Checksum = 10;
constexpr std::size_t kIpv6Length = 4, kIpv6Header = 40;
constexpr std::size_t kTcpSequence = 4, kTcpFlags = 12, kTcpChecksum = 16, kTcpUrgent = 18;
constexpr std::size_t kUdpLength = 4, kUdpChecksum = 6;

constexpr std::uint16_t kCwr = 0x80, kUrg = 0x20, kPsh = 0x08, kFin = 0x01;

std::uint16_t word(std::uint64_t value) { return static_cast<std::uint16_t>(value); }

}  // namespace

Segmentation::Segmentation(std::span<const std::uint8_t> headers,
                           const L4Head& head,
                           std::uint16_t piece)
    : headers_(headers),
      head_(head),
      piece_(piece),
      payload_(head.payload()),
      count_((payload_ + piece - 1) / piece) {
    const std::uint8_t* const ip = headers.data() + head.l2_length;
    const std::uint8_t* const l4 = ip + head.l3_length;
    if (head.ip_version == 4) {
        // The checksum is what is missing in the sum to 0xffff.
        ip_sum_ = fold(std::uint64_t{without(load_be16(ip + kIpv4Checksum))} +
                       without(load_be16(ip + kIpv4Length)) + without(load_be16(ip + kIpv4Id)));
    }
    const bool tcp = head.protocol == kProtocolTcp;
    const std::uint16_t partial = load_be16(l4 + (tcp ? kTcpChecksum : kUdpChecksum));
    pseudo_sum_ = fold(std::uint64_t{partial} + without(word(head.ip_length - head.l3_length)));
    if (tcp) {
        l4_sum_ = fold(std::uint64_t{sum_of(l4, kTcpSequence)} + sum_of(l4 + 8, 4) +
                       sum_of(l4 + 14, 2) + sum_of(l4 + 20, head.l4_length - std::size_t{20}));
    } else {
        l4_sum_ = sum_of(l4, kUdpLength);
        has_checksum_ = head.ip_version == 6 || partial != 0;
    }
}

void Segmentation::write(std::uint8_t* to,
                         std::uint32_t segment,
                         std::optional<std::uint16_t> payload_sum) const {
    std::memcpy(to, headers_.data(), headers_.size());
    std::uint8_t* const ip = to + head_.l2_length;
    std::uint8_t* const l4 = ip + head_.l3_length;
    const std::uint16_t l4_length = word(head_.l4_length + length(segment));
    if (head_.ip_version == 4) {
        write_ipv4(ip, segment);
    } else {
        store_be16(ip + kIpv6Length, word(head_.l3_length - kIpv6Header + l4_length));
    }

    const bool tcp = head_.protocol == kProtocolTcp;
    const std::uint64_t own = tcp ? write_tcp(l4, segment) : write_udp(l4, segment);
    if (!has_checksum_) return;
    const std::uint64_t pseudo = std::uint64_t{pseudo_sum_} + l4_length;
    std::uint16_t checksum = fold(pseudo);
    if (payload_sum) {
        checksum = word(~fold(pseudo + l4_sum_ + own + *payload_sum));
        if (!tcp && checksum == 0) checksum = 0xffff;  // 0 would mean that there is none (RFC 768)
    }
    store_be16(l4 + (tcp ? kTcpChecksum : kUdpChecksum), checksum);
}

void Segmentation::write_ipv4(std::uint8_t* ip, std::uint32_t segment) const {
    const std::uint16_t total =
        word(std::uint32_t{head_.l3_length} + head_.l4_length + length(segment));
    const std::uint16_t id = word(load_be16(ip + kIpv4Id) + segment);  // LoPAR: one more each
    store_be16(ip + kIpv4Length, total);
    store_be16(ip + kIpv4Id, id);
    store_be16(ip + kIpv4Checksum, word(~fold(std::uint64_t{ip_sum_} + total + id)));
}

std::uint64_t Segmentation::write_tcp(std::uint8_t* tcp, std::uint32_t segment) const {
    const std::uint32_t sequence = load_be32(tcp + kTcpSequence) + offset(segment);
    std::uint16_t flags = load_be16(tcp + kTcpFlags);
    std::uint16_t urgent = load_be16(tcp + kTcpUrgent);
    // RFC 3168 6.1.2: the window was reduced once.
    if (segment > 0) flags = word(flags & ~kCwr);
    if (segment + 1 < count_) flags = word(flags & ~(kFin | kPsh));
    if ((flags & kUrg) != 0) {
        // It counts from the segment's own start (RFC 9293 3.1), and segments behind it have none.
        const bool reached = offset(segment) < urgent;
        urgent = reached ? word(urgent - offset(segment)) : std::uint16_t{0};
        if (!reached) flags = word(flags & ~kUrg);
    }
    store_be32(tcp + kTcpSequence, sequence);
    store_be16(tcp + kTcpFlags, flags);
    store_be16(tcp + kTcpUrgent, urgent);
    return std::uint64_t{sequence >> 16} + word(sequence) + flags + urgent;
}

std::uint64_t Segmentation::write_udp(std::uint8_t* udp, std::uint32_t segment) const {
    const std::uint16_t length_field = word(head_.l4_length + length(segment));
    store_be16(udp + kUdpLength, length_field);
    return length_field;
}

}  // namespace sealane::wire
