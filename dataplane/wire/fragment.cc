#include "dataplane/wire/fragment.h"

#include <cstring>

#include "dataplane/wire/checksum.h"

namespace sealane::wire {
namespace {

constexpr std::uint16_t kFixedHeader = 20;
constexpr std::size_t kLengthAt = 2, kFragmentAt = 6, kChecksumAt = 10;
constexpr std::uint16_t kMoreFragments = 0x2000, kOffsetMask = 0x1fff;
constexpr std::uint32_t kUnit = 8;  // of the fragment offset

constexpr std::uint8_t kEndOfOptions = 0, kNoOperation = 1, kCopied = 0x80;

std::uint16_t word(std::uint32_t value) { return static_cast<std::uint16_t>(value); }

constexpr std::uint32_t whole_units(std::uint32_t length) { return length / kUnit * kUnit; }

}  // namespace

Fragmentation::Fragmentation(std::span<const std::uint8_t> headers,
                             const L4Head& head,
                             std::uint32_t mtu)
    : headers_(headers), head_(head) {
    keep_copied_options();
    first_ = whole_units(mtu - head.l3_length);
    later_ = whole_units(mtu - later_header_);
    count_ = 1;
    if (head.ip_length <= mtu) return;
    // The last one need not end at a whole unit, so it may take a few bytes more.
    const std::uint32_t rest = head.payload() - first_;
    const std::uint32_t last = mtu - later_header_;
    count_ += rest <= last ? 1 : 1 + (rest - last + later_ - 1) / later_;
}

std::uint16_t Fragmentation::headers(std::uint32_t fragment) const {
    return word(std::uint32_t{head_.l2_length} + (fragment == 0 ? head_.l3_length : later_header_));
}

/// RFC 791 3.1: options whose copied flag is set are in all fragments, others in the first only.
void Fragmentation::keep_copied_options() {
    const auto options = headers_.subspan(std::size_t{head_.l2_length} + kFixedHeader);
    std::size_t kept = 0;
    for (std::size_t at = 0; at < options.size() && options[at] != kEndOfOptions;) {
        if (options[at] == kNoOperation) {
            ++at;
            continue;
        }
        const std::size_t length = at + 1 < options.size() ? options[at + 1] : 0;
        if (length < 2 || at + length > options.size()) break;  // what follows can't be read
        if ((options[at] & kCopied) != 0) {
            std::memcpy(options_.data() + kept, options.data() + at, length);
            kept += length;
        }
        at += length;
    }
    later_header_ = word(static_cast<std::uint32_t>(kFixedHeader + (kept + 3) / 4 * 4));
}

void Fragmentation::write(std::uint8_t* to, std::uint32_t fragment) const {
    std::uint8_t* const ip = to + head_.l2_length;
    const std::uint16_t header = word(std::uint32_t{headers(fragment)} - head_.l2_length);
    if (fragment == 0) {
        std::memcpy(to, headers_.data(), headers_.size());
    } else {
        std::memcpy(to, headers_.data(), std::size_t{head_.l2_length} + kFixedHeader);
        std::memcpy(ip + kFixedHeader, options_.data(), header - std::size_t{kFixedHeader});
        ip[0] = static_cast<std::uint8_t>(0x40 | header / 4);
    }
    store_be16(ip + kLengthAt, word(header + length(fragment)));

    const std::uint16_t was = load_be16(ip + kFragmentAt);
    std::uint16_t more = was & kMoreFragments;
    if (fragment + 1 < count_) more = kMoreFragments;
    const std::uint32_t units = (was & kOffsetMask) + offset(fragment) / kUnit;
    store_be16(ip + kFragmentAt, word(more | units));

    store_be16(ip + kChecksumAt, 0);
    store_be16(ip + kChecksumAt, word(~std::uint32_t{sum_of(ip, header)}));
}

bool ends_beyond_a_packet(const std::uint8_t* ip, const L4Head& head) {
    constexpr std::uint32_t kLongestPacket = 65535;
    const std::uint32_t units = load_be16(ip + kFragmentAt) & kOffsetMask;
    return units * kUnit + head.payload() > kLongestPacket;
}

bool has_right_checksum(const std::uint8_t* ip, std::size_t header_length) {
    return sum_of(ip, header_length) == 0xffff;
}

}  // namespace sealane::wire
