// A large frame's headers made into those of its segments.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "dataplane/wire/l4_head.h"

namespace sealane::wire {

/// One large frame, cut into pieces of payload.  What all segments share is summed once; a segment
/// costs a copy of the headers and a handful of additions.  A checksum that was wrong stays wrong:
/// the IP header's is carried on by difference (RFC 1624), TCP's and UDP's start from the sender's
/// sum of the pseudo-header.
///
/// Ownership: borrows the headers.
class Segmentation {
  public:
    /// `headers` are the frame's first head.headers() bytes; `head` is from a check_claim() that
    /// called the frame large.
    Segmentation(std::span<const std::uint8_t> headers, const L4Head& head, std::uint16_t piece);

    [[nodiscard]] std::uint32_t count() const { return count_; }
    [[nodiscard]] std::uint32_t offset(std::uint32_t segment) const { return segment * piece_; }
    [[nodiscard]] std::uint32_t length(std::uint32_t segment) const {
        return segment + 1 < count_ ? piece_ : payload_ - offset(segment);
    }
    /// write() needs the sum of the segment's payload.  Not so for datagrams that have no checksum.
    [[nodiscard]] bool has_checksum() const { return has_checksum_; }

    /// Writes the headers of `segment` to `to`, which has room for them.  `payload_sum` is the sum
    /// of its payload; without it the checksum stays partial.
    void write(std::uint8_t* to,
               std::uint32_t segment,
               std::optional<std::uint16_t> payload_sum) const;

  private:
    void write_ipv4(std::uint8_t* ip, std::uint32_t segment) const;
    /// Writes what differs between segments; returns its sum.
    std::uint64_t write_tcp(std::uint8_t* tcp, std::uint32_t segment) const;
    std::uint64_t write_udp(std::uint8_t* udp, std::uint32_t segment) const;

    std::span<const std::uint8_t> headers_;
    L4Head head_;
    std::uint16_t piece_;
    std::uint32_t payload_, count_;
    bool has_checksum_ = true;
    std::uint16_t ip_sum_ = 0;      // of the IPv4 header without length and id
    std::uint16_t pseudo_sum_ = 0;  // of the pseudo-header without length
    std::uint16_t l4_sum_ = 0;      // of the L4 header without what write_tcp or write_udp adds
};

}  // namespace sealane::wire
