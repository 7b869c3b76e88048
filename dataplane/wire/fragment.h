// An IPv4 packet's headers made into those of its fragments (RFC 791).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "dataplane/wire/l4_head.h"

namespace sealane::wire {

/// What every link carries (RFC 791 3.2): the longest IPv4 header and 8 bytes.
inline constexpr std::uint32_t kLeastIpv4Mtu = 68;

/// One packet, cut into fragments of at most `mtu` bytes.  A packet that is itself a fragment is
/// cut into fragments of the packet that it is of.
///
/// Ownership: borrows the headers.
class Fragmentation {
  public:
    /// `headers` are the frame's first l2_length + l3_length bytes; `head` is parse_l3()'s of an
    /// IPv4 packet that does not end beyond one.  `mtu` is at least kLeastIpv4Mtu.
    Fragmentation(std::span<const std::uint8_t> headers, const L4Head& head, std::uint32_t mtu);

    [[nodiscard]] std::uint32_t count() const { return count_; }
    /// Of the fragment's payload, in the packet's.
    [[nodiscard]] std::uint32_t offset(std::uint32_t fragment) const {
        return fragment == 0 ? 0 : first_ + (fragment - 1) * later_;
    }
    [[nodiscard]] std::uint32_t length(std::uint32_t fragment) const {
        const std::uint32_t end = fragment + 1 < count_ ? offset(fragment + 1) : head_.payload();
        return end - offset(fragment);
    }
    /// Bytes that write() writes.
    [[nodiscard]] std::uint16_t headers(std::uint32_t fragment) const;

    /// Writes the headers of `fragment` to `to`, which has room for them.
    void write(std::uint8_t* to, std::uint32_t fragment) const;

  private:
    void keep_copied_options();

    std::span<const std::uint8_t> headers_;
    L4Head head_;
    std::array<std::uint8_t, 40> options_{};  // of all fragments but the first
    std::uint16_t later_header_ = 0;          // their IP header's length
    std::uint32_t first_, later_, count_;     // payload of the first, and of others but the last
};

/// A fragment that ends beyond what a packet can be (RFC 791 3.1): its fragments would have no
/// offsets to be told by.
[[nodiscard]] bool ends_beyond_a_packet(const std::uint8_t* ip, const L4Head& head);

/// The IPv4 header's own checksum is right.
[[nodiscard]] bool has_right_checksum(const std::uint8_t* ip, std::size_t header_length);

}  // namespace sealane::wire
