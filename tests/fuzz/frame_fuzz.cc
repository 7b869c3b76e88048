// A frame from anybody, to all that parses one.  The first two bytes are an MTU.
#include <algorithm>
#include <array>
#include <memory>
#include <span>

#include "dataplane/base/check.h"
#include "dataplane/wire/arp.h"
#include "dataplane/wire/bytes.h"
#include "dataplane/wire/flow.h"
#include "dataplane/wire/fragment.h"
#include "dataplane/wire/head.h"
#include "dataplane/wire/icmp_echo.h"
#include "dataplane/wire/l4_head.h"
#include "dataplane/wire/too_big.h"
#include "tests/fuzz/entry.h"

namespace sealane::wire {
namespace {

using Bytes = std::span<const std::uint8_t>;

void check_tags(Bytes frame) {
    const FrameHead head = parse(frame.data(), frame.size());
    SEALANE_CHECK((head.fault == Drop::Runt) == (frame.size() < kHeaderLength), "a runt or none");
    if (head.fault != Drop::None) return;
    SEALANE_CHECK(head.tag_in_bytes == head.is_tagged(), "a tag that is nowhere");
    SEALANE_CHECK(!head.is_tagged() || frame.size() >= kHeaderLength + kTagLength,
                  "a tag beyond the frame");
    const FrameHead beside = parse(frame.data(), frame.size(), Tci{0x1001});
    SEALANE_CHECK(beside.fault == Drop::None && beside.is_tagged() && !beside.tag_in_bytes,
                  "a tag beside the bytes is not the outer one");
}

void check_messages(Bytes frame) {
    if (const auto arp = parse_arp(frame)) {
        SEALANE_CHECK(parse_arp(make_arp(*arp)) == arp, "an ARP packet says something else");
    }
    if (const auto echo = parse_echo(frame)) {
        const auto again = make_echo(*echo, MacAddress{2}, MacAddress{4});
        SEALANE_CHECK(parse_echo(again) == echo, "an echo says something else");
    }
}

void check_fragments(Bytes frame, const L4Head& head, std::uint32_t mtu) {
    const std::size_t headers = std::size_t{head.l2_length} + head.l3_length;
    if (head.ip_version != 4 || ends_beyond_a_packet(frame.data() + head.l2_length, head)) return;
    const Fragmentation made(frame.first(headers), head, mtu);
    std::uint32_t at = 0;
    for (std::uint32_t i = 0; i < made.count(); ++i) {
        SEALANE_CHECK(made.offset(i) == at, "a gap between fragments");
        at += made.length(i);
        SEALANE_CHECK(made.headers(i) - head.l2_length + made.length(i) <= mtu || made.count() == 1,
                      "a fragment that does not fit");
        const auto to = std::make_unique<std::uint8_t[]>(made.headers(i));
        made.write(to.get(), i);
    }
    SEALANE_CHECK(at == head.payload(), "fragments that are not the payload");
}

void check_answer(Bytes seen, Bytes frame, const L4Head& head, std::uint32_t mtu) {
    if (!may_be_answered(seen, head)) return;
    std::array<std::uint8_t, kMostTooBig> to{};
    const std::size_t length = write_too_big(frame, head, MacAddress{0x0200'0000'0001}, mtu, to);
    SEALANE_CHECK(length <= to.size() && length >= kHeaderLength + 28, "an answer of no length");
    const L4Head own = parse_l3({to.data(), std::min(length, kL4ParseLength)}, length);
    SEALANE_CHECK(own.fault == L4Head::Fault::None, "an answer that is no packet");
}

void check(Bytes frame, std::uint32_t mtu) {
    check_tags(frame);
    check_messages(frame);
    const Bytes seen = frame.first(std::min(frame.size(), kL4ParseLength));
    SEALANE_CHECK(flow_of(seen, frame.size()) == flow_of(seen, frame.size()), "a flow of two");
    const L4Head head = parse_l3(seen, frame.size());
    if (head.fault != L4Head::Fault::None) return;
    check_fragments(frame, head, mtu);
    check_answer(seen, frame, head, mtu);
}

}  // namespace
}  // namespace sealane::wire

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace sealane::wire;
    if (size < 2) return 0;
    check({data + 2, size - 2}, std::max<std::uint32_t>(kLeastIpv4Mtu, load_be16(data)));
    return 0;
}
