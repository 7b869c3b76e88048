// Frames whose senders leave something to the switch.
#pragma once

#include <cstdint>

#include "dataplane/port/offload.h"
#include "tests/support/mbufs.h"
#include "tests/support/packet.h"

namespace sealane::test {

inline constexpr port::Offloads kTakesAll{
    .checksum = true, .tcp4 = true, .tcp6 = true, .udp = true};

/// `frame` with a partial checksum and, if `piece` is not 0, as a large frame.  Only a claim:
/// nothing about the headers is said.
inline rte_mbuf* claim(rte_mbuf* frame, const Packet& packet, std::uint16_t piece = 0) {
    frame->ol_flags |= packet.tcp ? RTE_MBUF_F_TX_TCP_CKSUM : RTE_MBUF_F_TX_UDP_CKSUM;
    if (piece > 0) frame->ol_flags |= packet.tcp ? RTE_MBUF_F_TX_TCP_SEG : RTE_MBUF_F_TX_UDP_SEG;
    frame->tso_segsz = piece;
    return frame;
}

/// A large packet as its sender makes it.  Where GCC 12 inlines it, it warns of what is not so.
[[gnu::noinline]] inline Packet large_packet(std::size_t payload,
                                             int version = 4,
                                             bool tcp = true) {
    Packet packet{.version = version, .tcp = tcp, .payload = payload_of(payload)};
    packet.checksum = Packet::Checksum::Partial;
    return packet;
}

inline std::vector<Bytes> bytes_of_all(const std::vector<Packet>& packets) {
    std::vector<Bytes> all;
    for (const Packet& packet : packets) {
        all.push_back(packet.bytes());
    }
    return all;
}

/// The packet as it must leave when nothing of it is cut.
inline Bytes completed(Packet packet) {
    if (packet.checksum == Packet::Checksum::Partial) packet.checksum = Packet::Checksum::Right;
    return packet.bytes();
}

}  // namespace sealane::test
