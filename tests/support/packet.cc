#include "tests/support/packet.h"

#include <algorithm>

namespace sealane::test {
namespace {

using Bytes = Packet::Bytes;

void put16(Bytes& bytes, std::size_t value) {
    bytes.push_back(static_cast<std::uint8_t>(value >> 8));
    bytes.push_back(static_cast<std::uint8_t>(value));
}

void put(Bytes& bytes, const Bytes& more) { bytes.insert(bytes.end(), more.begin(), more.end()); }

void set16(Bytes& bytes, std::size_t at, unsigned value) {
    bytes[at] = static_cast<std::uint8_t>(value >> 8);
    bytes[at + 1] = static_cast<std::uint8_t>(value);
}

std::uint16_t sum(const Bytes& bytes) { return plain_sum(bytes.data(), bytes.size()); }

const Bytes kAddresses4{192, 0, 2, 1, 198, 51, 100, 9};

Bytes addresses6() {
    Bytes both(32);
    for (std::size_t i = 0; i < both.size(); ++i) {
        both[i] = static_cast<std::uint8_t>(0x20 + 7 * i);
    }
    return both;
}

/// TCP or UDP with the payload; the checksum field is 0.
Bytes make_l4(const Packet& packet) {
    Bytes l4;
    put16(l4, packet.source_port);
    put16(l4, 443);
    if (packet.tcp) {
        put16(l4, packet.sequence >> 16);
        put16(l4, packet.sequence & 0xffff);
        put(l4, {1, 2, 3, 4});
        put16(l4, (20 + packet.tcp_options.size()) / 4 << 12 | packet.flags);
        put16(l4, 0xfff0);
        put16(l4, 0);
        put16(l4, packet.urgent);
        put(l4, packet.tcp_options);
    } else {
        put16(l4, 8 + packet.payload.size());
        put16(l4, 0);
    }
    put(l4, packet.payload);
    return l4;
}

void put_checksum(const Packet& packet, Bytes& l4) {
    if (packet.checksum == Packet::Checksum::None) return;
    Bytes pseudo = packet.version == 4 ? kAddresses4 : addresses6();
    put16(pseudo, packet.tcp ? 6 : 17);
    put16(pseudo, l4.size());
    const std::size_t at = packet.tcp ? 16 : 6;
    if (packet.checksum == Packet::Checksum::Partial) return set16(l4, at, sum(pseudo));
    put(pseudo, l4);
    unsigned checksum = 0xffffU - sum(pseudo);
    if (!packet.tcp && checksum == 0) checksum = 0xffff;
    if (packet.checksum == Packet::Checksum::Wrong) checksum ^= 0x0101;
    set16(l4, at, checksum);
}

Bytes make_ip4(const Packet& packet, std::size_t l4_length) {
    Bytes ip;
    const std::size_t length = 20 + packet.ip_options.size();
    ip.push_back(static_cast<std::uint8_t>(0x40 | length / 4));
    ip.push_back(0x2e);
    put16(ip, length + l4_length);
    put16(ip, packet.id);
    put16(ip, packet.fragment);
    put(ip, {61, static_cast<std::uint8_t>(packet.tcp ? 6 : 17), 0, 0});
    put(ip, kAddresses4);
    put(ip, packet.ip_options);
    set16(ip, 10, 0xffffU - sum(ip));
    return ip;
}

Bytes make_ip6(const Packet& packet, std::size_t l4_length) {
    Bytes chain;
    const std::uint8_t last = packet.tcp ? 6 : 17;
    for (std::size_t i = 0; i < packet.extensions.size(); ++i) {
        chain.push_back(i + 1 < packet.extensions.size() ? packet.extensions[i + 1].type : last);
        put(chain, packet.extensions[i].rest);
    }
    Bytes ip{0x6a, 0xbc, 0xde, 0xf0};
    put16(ip, chain.size() + l4_length);
    ip.push_back(packet.extensions.empty() ? last : packet.extensions.front().type);
    ip.push_back(63);
    put(ip, addresses6());
    put(ip, chain);
    return ip;
}

}  // namespace

Bytes Packet::bytes() const {
    Bytes frame = addresses;
    put(frame, tags);
    put16(frame, version == 4 ? 0x0800 : 0x86dd);
    Bytes l4 = make_l4(*this);
    put_checksum(*this, l4);
    put(frame, version == 4 ? make_ip4(*this, l4.size()) : make_ip6(*this, l4.size()));
    put(frame, l4);
    return frame;
}

std::size_t Packet::headers() const { return bytes().size() - payload.size(); }

Packet v6(Packet packet) {
    packet.version = 6;
    return packet;
}

Bytes payload_of(std::size_t length, std::uint32_t seed) {
    Bytes bytes(length);
    std::uint32_t state = seed * 2654435761U + 1;
    for (std::uint8_t& byte : bytes) {
        state = state * 1664525U + 1013904223U;
        byte = static_cast<std::uint8_t>(state >> 24);
    }
    return bytes;
}

std::vector<Packet> cut(const Packet& large, std::size_t piece) {
    std::vector<Packet> segments;
    const std::size_t all = large.payload.size();
    for (std::size_t begin = 0; begin < all; begin += piece) {
        const std::size_t end = std::min(begin + piece, all);
        Packet segment = large;
        segment.payload = {large.payload.begin() + static_cast<std::ptrdiff_t>(begin),
                           large.payload.begin() + static_cast<std::ptrdiff_t>(end)};
        segment.id = static_cast<std::uint16_t>(large.id + segments.size());
        segment.sequence = large.sequence + static_cast<std::uint32_t>(begin);
        if (begin > 0) segment.flags &= 0xf7f;                     // CWR
        if (end < all) segment.flags &= 0xff6;                     // PSH, FIN
        if ((large.flags & 0x20) != 0 && begin >= large.urgent) {  // URG
            segment.flags &= 0xfdf;
            segment.urgent = 0;
        } else if ((large.flags & 0x20) != 0) {
            segment.urgent = static_cast<std::uint16_t>(large.urgent - begin);
        }
        if (large.checksum == Packet::Checksum::Partial) segment.checksum = Packet::Checksum::Right;
        segments.push_back(segment);
    }
    return segments;
}

std::uint16_t plain_sum(const std::uint8_t* bytes, std::size_t length) {
    std::uint32_t sum = 0;
    for (std::size_t i = 0; i < length; i += 2) {
        sum += static_cast<std::uint32_t>(bytes[i] << 8) + (i + 1 < length ? bytes[i + 1] : 0U);
        if (sum > 0xffff) sum -= 0xffff;
    }
    return static_cast<std::uint16_t>(sum);
}

}  // namespace sealane::test
