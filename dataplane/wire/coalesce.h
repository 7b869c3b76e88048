// TCP segments that follow each other made into one large frame: which may, and its headers.
//
// The inverse of segment.h, to the byte: what Segmentation makes of the large frame's headers are
// the headers that came.  Whatever could not be told from them afterwards is not merged.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "dataplane/wire/l4_head.h"
#include "dataplane/wire/tag.h"

namespace sealane::wire {

/// What a frame is to large receive.
enum class Part : std::uint8_t {
    Foreign,  ///< Not TCP: no train's business.
    Unclear,  ///< It may belong to any flow: nothing of any may overtake it.
    Alone,    ///< TCP that goes as it is: nothing of its flow may overtake it.
    Segment,  ///< May begin a train, and join one.
};

/// A frame's headers.  Ownership: borrows the bytes.
struct SegmentHeaders {
    const std::uint8_t* bytes = nullptr;  ///< head.headers() of them.
    L4Head head;
    std::optional<Tci> tag_beside;

    [[nodiscard]] const std::uint8_t* ip() const { return bytes + head.l2_length; }
    [[nodiscard]] const std::uint8_t* tcp() const { return ip() + head.l3_length; }
    [[nodiscard]] std::uint32_t sequence() const { return load_be32(tcp() + 4); }
};

/// What the frame of `length` bytes is.  Whether its checksums are right is not looked at.
[[nodiscard]] Part part_of(const SegmentHeaders& frame, std::size_t length);

/// Both are TCP between the same addresses and ports.
[[nodiscard]] bool is_same_flow(const SegmentHeaders& one, const SegmentHeaders& other);

/// The IPv4 header's checksum is right; of an IPv6 header, which has none, always.
[[nodiscard]] bool is_ip_header_right(const SegmentHeaders& frame);

/// The sum of the TCP pseudo-header for `l4_length` bytes of TCP.
[[nodiscard]] std::uint16_t pseudo_sum(const SegmentHeaders& frame, std::uint32_t l4_length);

/// Segments of one flow, each the next one's predecessor.
///
/// Ownership: borrows the first one's headers.
class Train {
  public:
    /// `first` is a Part::Segment.  `most` bounds the packet, IP header included, in bytes; no
    /// packet is longer than 65535.
    Train(const SegmentHeaders& first, std::uint32_t most);

    /// `next`, a Part::Segment of the same flow, may be the next one, if its checksums and those of
    /// the first one are right.
    [[nodiscard]] bool takes(const SegmentHeaders& next) const;
    void take(const SegmentHeaders& next);

    [[nodiscard]] const SegmentHeaders& first() const { return first_; }
    [[nodiscard]] std::uint32_t count() const { return count_; }
    /// Payload bytes of each but the last.
    [[nodiscard]] std::uint16_t piece() const { return static_cast<std::uint16_t>(piece_); }

    /// Makes the first one's headers, at `headers`, those of the large frame.  Its TCP checksum
    /// is partial.
    void write(std::uint8_t* headers) const;

  private:
    SegmentHeaders first_;
    std::uint32_t most_;
    std::uint32_t piece_;
    std::uint32_t count_ = 1;
    std::uint32_t payload_;
    bool pushed_;  // by the last one
    bool ended_;   // by a push, or by a smaller piece
};

}  // namespace sealane::wire
