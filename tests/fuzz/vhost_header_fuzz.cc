// What a guest says in its virtio-net header, held against its frame: eight bytes of claim, then
// the frame.
#include <algorithm>
#include <memory>
#include <span>

#include "dataplane/base/check.h"
#include "dataplane/wire/bytes.h"
#include "dataplane/wire/claim.h"
#include "dataplane/wire/segment.h"
#include "tests/fuzz/entry.h"

namespace sealane::wire {
namespace {

constexpr std::size_t kClaimBytes = 8;

Claim claim_of(const std::uint8_t* bytes) {
    const auto says = [flags = bytes[0]](unsigned bit) { return (flags >> bit & 1U) != 0; };
    return {.tcp = says(0),
            .udp = says(1),
            .tcp_large = says(2),
            .udp_large = says(3),
            .piece = load_be16(bytes + 2),
            .ipv4 = says(4),
            .ipv6 = says(5),
            .other = says(6),
            .l4_offset = load_be16(bytes + 4)};
}

void check_head(const L4Head& head, std::size_t length) {
    SEALANE_CHECK(head.ip_version == 4 || head.ip_version == 6, "no IP, and nobody said so");
    SEALANE_CHECK(head.l3_length >= (head.ip_version == 4 ? 20 : 40), "an IP header too short");
    SEALANE_CHECK(head.headers() <= kL4ParseLength, "headers that nobody has looked at");
    SEALANE_CHECK(head.l2_length + std::size_t{head.ip_length} <= length, "beyond the frame");
    SEALANE_CHECK(std::uint32_t{head.l3_length} + head.l4_length <= head.ip_length,
                  "headers beyond the packet");
}

/// Every segment's place, and the headers of the first and the last.
void check_cuts(const CheckedClaim& checked,
                const Claim& claim,
                std::span<const std::uint8_t> seen) {
    const std::size_t headers = checked.head.headers();
    const Segmentation made(seen.first(headers), checked.head, claim.piece);
    SEALANE_CHECK(made.count() >= 2 && made.count() <= kMostSegments, "too few or too many");
    std::uint32_t at = 0;
    for (std::uint32_t i = 0; i < made.count(); ++i) {
        SEALANE_CHECK(made.offset(i) == at && made.length(i) > 0, "a gap between segments");
        at += made.length(i);
    }
    SEALANE_CHECK(at == checked.head.payload(), "segments that are not the payload");
    for (const std::uint32_t segment : {0U, made.count() - 1}) {
        const auto to = std::make_unique<std::uint8_t[]>(headers);
        made.write(to.get(), segment, std::uint16_t{0x1234});
        const L4Head own = parse_l4({to.get(), headers}, headers + made.length(segment));
        SEALANE_CHECK(own.fault == L4Head::Fault::None && own.headers() == headers &&
                          own.payload() == made.length(segment),
                      "a segment is no packet of its length");
    }
}

void check(const Claim& claim, std::span<const std::uint8_t> seen, std::size_t length) {
    const L4Head head = parse_l4(seen, length);
    if (head.fault == L4Head::Fault::None) check_head(head, length);
    const CheckedClaim checked = check_claim(claim, seen, length);
    if (checked.drop != Drop::None) return;
    if (!checked.checksum) {
        SEALANE_CHECK(!checked.large, "large without a checksum");
        return;
    }
    SEALANE_CHECK(checked.head == head, "a claim changed where the headers are");
    SEALANE_CHECK(head.fault == L4Head::Fault::None && head.l4_length > 0 && !head.fragment,
                  "a checksum where none can be");
    if (checked.large) check_cuts(checked, claim, seen);
}

}  // namespace
}  // namespace sealane::wire

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace sealane::wire;
    if (size < kClaimBytes) return 0;
    std::size_t length = size - kClaimBytes;
    const std::size_t seen = std::min(length, kL4ParseLength);
    // As in a frame of several pieces: its end is further off than what is looked at.
    if (length >= kL4ParseLength) length += load_be16(data + 6);
    check(claim_of(data), {data + kClaimBytes, seen}, length);
    return 0;
}
