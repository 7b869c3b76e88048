// TCP and UDP packets in Ethernet frames, built byte by byte: what goes into large send and what
// must come out of it.  Shares no code with the product.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace sealane::test {

/// The recipe of a frame.  Every field that large send may touch stands here by name.
struct Packet {
    using Bytes = std::vector<std::uint8_t>;
    enum class Checksum { Right, Partial, Wrong, None };

    Bytes addresses = {2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1};
    Bytes tags;  ///< As they stand in the bytes: TPID and TCI of each.
    int version = 4;
    bool tcp = true;
    std::uint16_t id = 7;
    std::uint16_t fragment = 0x4000;  ///< DF, and no fragment.
    std::uint16_t source_port = 40000;
    Bytes ip_options;  ///< A multiple of 4.
    /// IPv6 extension headers: of each, its type and its bytes but for "next header".
    struct Extension {
        std::uint8_t type = 0;
        Bytes rest;
    };
    std::vector<Extension> extensions;
    std::uint32_t sequence = 0xffff'fe00;  ///< Wraps soon.
    std::uint16_t flags = 0x10;            ///< TCP's, and nothing of the offset: ACK.
    std::uint16_t urgent = 0;
    Bytes tcp_options;  ///< A multiple of 4.
    Bytes payload;
    Checksum checksum = Checksum::Right;

    [[nodiscard]] Bytes bytes() const;
    [[nodiscard]] std::size_t headers() const;
};

/// The same packet over IPv6.
[[nodiscard]] Packet v6(Packet packet);

/// Payload that tells every place from every other.
[[nodiscard]] Packet::Bytes payload_of(std::size_t length, std::uint32_t seed = 1);

/// What a large packet must become: whole packets with right checksums.
[[nodiscard]] std::vector<Packet> cut(const Packet& large, std::size_t piece);

/// RFC 1071, two bytes at a time.
[[nodiscard]] std::uint16_t plain_sum(const std::uint8_t* bytes, std::size_t length);

}  // namespace sealane::test
