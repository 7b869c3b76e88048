#include "dataplane/wire/claim.h"

namespace sealane::wire {
namespace {

/// The claim does not contradict itself.
bool is_sound(const Claim& claim) {
    const bool tcp = claim.tcp || claim.tcp_large;
    const bool udp = claim.udp || claim.udp_large;
    if (claim.other || tcp == udp || (claim.ipv4 && claim.ipv6)) return false;
    return !claim.is_large() || claim.piece > 0;
}

/// The claim is about this packet.
bool fits(const Claim& claim, const L4Head& head, std::span<const std::uint8_t> bytes) {
    if (head.fault != L4Head::Fault::None || head.l4_length == 0) return false;
    if ((claim.ipv4 && head.ip_version != 4) || (claim.ipv6 && head.ip_version != 6)) return false;
    const bool tcp = claim.tcp || claim.tcp_large;
    if (head.protocol != (tcp ? kProtocolTcp : kProtocolUdp)) return false;
    const std::size_t l4 = std::size_t{head.l2_length} + head.l3_length;
    if (claim.l4_offset != 0 && claim.l4_offset != l4) return false;
    // A datagram that does not fill its packet: what is the checksum to cover?
    return tcp || load_be16(bytes.data() + l4 + 4) == head.ip_length - head.l3_length;
}

/// A connection is opened and reset by a segment of its own.
bool may_be_cut(const L4Head& head, std::span<const std::uint8_t> bytes) {
    if (head.protocol == kProtocolUdp) return true;
    constexpr std::uint8_t kSynOrRst = 0x06;
    return (bytes[std::size_t{head.l2_length} + head.l3_length + 13] & kSynOrRst) == 0;
}

bool are_too_many(const L4Head& head, std::uint16_t piece) {
    const bool tcp = head.protocol == kProtocolTcp;
    if (tcp && piece < kLeastTcpPiece) return true;
    return head.payload() > std::uint32_t{piece} * (tcp ? kMostSegments : kMostDatagrams);
}

/// UDP over IPv4 may do without a checksum (RFC 768); then there is none to complete.
bool has_no_checksum(const L4Head& head, std::span<const std::uint8_t> bytes) {
    const std::size_t l4 = std::size_t{head.l2_length} + head.l3_length;
    return head.ip_version == 4 && head.protocol == kProtocolUdp &&
           load_be16(bytes.data() + l4 + 6) == 0;
}

}  // namespace

CheckedClaim check_claim(const Claim& claim,
                         std::span<const std::uint8_t> bytes,
                         std::size_t length) {
    CheckedClaim checked{.head = parse_l4(bytes, length)};
    if (!is_sound(claim) || !fits(claim, checked.head, bytes)) {
        checked.drop = Drop::BadOffload;
        return checked;
    }
    checked.large = claim.is_large() && checked.head.payload() > claim.piece;
    checked.checksum = checked.large || !has_no_checksum(checked.head, bytes);
    if (!checked.large) return checked;
    if (!may_be_cut(checked.head, bytes)) checked.drop = Drop::BadOffload;
    if (are_too_many(checked.head, claim.piece)) checked.drop = Drop::TooManySegments;
    return checked;
}

}  // namespace sealane::wire
