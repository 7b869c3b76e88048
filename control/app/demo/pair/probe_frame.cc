#include "control/app/demo/pair/probe_frame.h"

#include "dataplane/wire/bytes.h"
#include "dataplane/wire/head.h"
#include "dataplane/wire/tag.h"

namespace sealane::app {
namespace {

constexpr std::uint16_t kProbeType = 0x88b6;  // local experimental 2 (802-2014, 9.2.3)
constexpr std::uint32_t kProbeMagic = 0x64656d6f;
constexpr std::size_t kShortest = 60;
constexpr std::size_t kMarkLength = 4 + 4 + 8;

}  // namespace

ProbeFrame write_probe(MacAddress dst,
                       MacAddress src,
                       std::optional<VlanId> tag,
                       const Mark& mark) {
    ProbeFrame frame;
    frame.size = kShortest + (tag ? wire::kTagLength : 0);
    std::uint8_t* at = frame.bytes.data();
    wire::store_mac(at, dst);
    wire::store_mac(at + 6, src);
    at += wire::kAddressesLength;
    if (tag) {
        wire::store_be16(at, wire::kTpidCustomer);
        wire::store_be16(at + 2, wire::make_tci(*tag, 0).value);
        at += wire::kTagLength;
    }
    wire::store_be16(at, kProbeType);
    wire::store_be32(at + 2, kProbeMagic);
    wire::store_be32(at + 6, mark.stream);
    wire::store_be64(at + 10, mark.number);
    return frame;
}

std::optional<Mark> read_probe(std::span<const std::uint8_t> frame) {
    const wire::FrameHead head = wire::parse(frame.data(), frame.size());
    if (head.fault != Drop::None || head.ether_type != kProbeType) return {};
    const std::size_t payload = wire::kHeaderLength + (head.is_tagged() ? wire::kTagLength : 0);
    if (frame.size() < payload + kMarkLength) return {};
    const std::uint8_t* const at = frame.data() + payload;
    if (wire::load_be32(at) != kProbeMagic) return {};
    return Mark{.stream = wire::load_be32(at + 4), .number = wire::load_be64(at + 8)};
}

}  // namespace sealane::app
