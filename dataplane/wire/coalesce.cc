#include "dataplane/wire/coalesce.h"

#include <algorithm>
#include <cstring>

#include "dataplane/wire/checksum.h"
#include "dataplane/wire/claim.h"

namespace sealane::wire {
namespace {

// Offsets in the headers.
constexpr std::size_t kIpv4Length = 2, kIpv4Id = 4, kIpv4Fragment = 6, kIpv4Checksum = 10;
constexpr std::size_t kIpv4Addresses = 12, kIpv4Header = 20;
constexpr std::size_t kIpv6Length = 4, kIpv6Addresses = 8, kIpv6Header = 40;
constexpr std::size_t kTcpAck = 8, kTcpFlags = 12, kTcpWindow = 14;
constexpr std::size_t kTcpChecksum = 16, kTcpUrgent = 18, kTcpOptions = 20;

constexpr std::uint16_t kAllFlags = 0x0fff, kAck = 0x10, kPsh = 0x08;
constexpr std::uint32_t kMostIp = 65535;

std::uint16_t word(std::uint64_t value) { return static_cast<std::uint16_t>(value); }

bool is_same(const std::uint8_t* one, const std::uint8_t* other, std::size_t from, std::size_t to) {
    return std::memcmp(one + from, other + from, to - from) == 0;
}

/// Options and extension headers may route, so the addresses don't tell the flow.
bool has_plain_ip(const L4Head& head) {
    return head.l3_length == (head.ip_version == 4 ? kIpv4Header : kIpv6Header);
}

/// What everybody writes; otherwise it could not be told from 0 when the frame is cut.
bool has_usual_checksums(const SegmentHeaders& frame) {
    return load_be16(frame.tcp() + kTcpChecksum) != 0xffff &&
           (frame.head.ip_version == 6 || load_be16(frame.ip() + kIpv4Checksum) != 0xffff);
}

/// Everything in the IP header but length, id and checksum.
bool is_same_ip(const SegmentHeaders& one, const SegmentHeaders& other) {
    const std::uint8_t* const a = one.ip();
    const std::uint8_t* const b = other.ip();
    if (one.head.ip_version == 6) {
        return is_same(a, b, 0, kIpv6Length) && is_same(a, b, kIpv6Length + 2, kIpv6Header);
    }
    return is_same(a, b, 0, kIpv4Length) && is_same(a, b, kIpv4Fragment, kIpv4Checksum) &&
           is_same(a, b, kIpv4Addresses, kIpv4Header);
}

/// Everything in the TCP header but sequence number, push flag and checksum.  So the timestamps,
/// if there are some, are the same, and the receiver of the large frame loses no information.
bool is_same_tcp(const SegmentHeaders& one, const SegmentHeaders& other) {
    const std::uint8_t* const a = one.tcp();
    const std::uint8_t* const b = other.tcp();
    return is_same(a, b, 0, 4) && is_same(a, b, kTcpAck, kTcpFlags) &&
           (load_be16(a + kTcpFlags) | kPsh) == (load_be16(b + kTcpFlags) | kPsh) &&
           is_same(a, b, kTcpWindow, kTcpChecksum) && is_same(a, b, kTcpUrgent, one.head.l4_length);
}

bool has_push(const SegmentHeaders& frame) {
    return (load_be16(frame.tcp() + kTcpFlags) & kPsh) != 0;
}

}  // namespace

Part part_of(const SegmentHeaders& frame, std::size_t length) {
    const L4Head& head = frame.head;
    if (head.fault == L4Head::Fault::NotIp) return Part::Foreign;
    if (head.fault != L4Head::Fault::None || head.fragment) return Part::Unclear;
    if (head.protocol != kProtocolTcp) return Part::Foreign;
    if (!has_plain_ip(head)) return Part::Unclear;

    const std::uint16_t flags = load_be16(frame.tcp() + kTcpFlags) & kAllFlags;
    const bool padded = length != std::size_t{head.l2_length} + head.ip_length;
    const bool plain = !padded && head.payload() > 0 && (flags & ~kPsh) == kAck;
    return plain && has_usual_checksums(frame) ? Part::Segment : Part::Alone;
}

bool is_same_flow(const SegmentHeaders& one, const SegmentHeaders& other) {
    if (one.head.ip_version != other.head.ip_version) return false;
    if (load_be32(one.tcp()) != load_be32(other.tcp())) return false;
    return one.head.ip_version == 4 ? is_same(one.ip(), other.ip(), kIpv4Addresses, kIpv4Header)
                                    : is_same(one.ip(), other.ip(), kIpv6Addresses, kIpv6Header);
}

bool is_ip_header_right(const SegmentHeaders& frame) {
    return frame.head.ip_version == 6 || sum_of(frame.ip(), frame.head.l3_length) == 0xffff;
}

std::uint16_t pseudo_sum(const SegmentHeaders& frame, std::uint32_t l4_length) {
    const bool ipv4 = frame.head.ip_version == 4;
    const std::uint16_t addresses =
        ipv4 ? sum_of(frame.ip() + kIpv4Addresses, 8) : sum_of(frame.ip() + kIpv6Addresses, 32);
    return fold(std::uint64_t{addresses} + kProtocolTcp + l4_length);
}

Train::Train(const SegmentHeaders& first, std::uint32_t most)
    : first_(first),
      most_(std::min(most, kMostIp)),
      piece_(first.head.payload()),
      payload_(piece_),
      pushed_(has_push(first)),
      ended_(pushed_ || piece_ < kLeastPieceOfLongest) {}

bool Train::takes(const SegmentHeaders& next) const {
    const L4Head& head = next.head;
    const std::uint32_t length = head.payload();
    if (ended_ || length > piece_ || first_.head.ip_length + payload_ - piece_ + length > most_) {
        return false;
    }
    if (head.l2_length != first_.head.l2_length || head.l4_length != first_.head.l4_length ||
        head.ip_version != first_.head.ip_version || next.tag_beside != first_.tag_beside) {
        return false;
    }
    if (next.sequence() != first_.sequence() + payload_) return false;
    // Fixed ids, which RFC 6864 allows with DF, could not be told from rising ones when it is cut.
    const bool ids_rise =
        head.ip_version == 6 ||
        load_be16(next.ip() + kIpv4Id) == word(load_be16(first_.ip() + kIpv4Id) + count_);
    return ids_rise && is_same(first_.bytes, next.bytes, 0, head.l2_length) &&
           is_same_ip(first_, next) && is_same_tcp(first_, next);
}

void Train::take(const SegmentHeaders& next) {
    payload_ += next.head.payload();
    ++count_;
    pushed_ = has_push(next);
    ended_ = pushed_ || next.head.payload() < piece_;
}

void Train::write(std::uint8_t* headers) const {
    const L4Head& head = first_.head;
    std::uint8_t* const ip = headers + head.l2_length;
    std::uint8_t* const tcp = ip + head.l3_length;
    const std::uint32_t l4_length = head.l4_length + payload_;
    if (head.ip_version == 4) {
        store_be16(ip + kIpv4Length, word(head.l3_length + l4_length));
        store_be16(ip + kIpv4Checksum, 0);
        store_be16(ip + kIpv4Checksum, word(~sum_of(ip, kIpv4Header)));
    } else {
        store_be16(ip + kIpv6Length, word(l4_length));
    }
    if (pushed_) store_be16(tcp + kTcpFlags, load_be16(tcp + kTcpFlags) | kPsh);
    store_be16(tcp + kTcpChecksum, pseudo_sum(first_, l4_length));
}

}  // namespace sealane::wire
