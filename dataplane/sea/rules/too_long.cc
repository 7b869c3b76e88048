#include "dataplane/sea/rules/too_long.h"

#include "dataplane/wire/fragment.h"
#include "dataplane/wire/too_big.h"

namespace sealane::sea {
namespace {

bool may_be_cut(const std::uint8_t* ip) {
    constexpr std::uint16_t kDontFragment = 0x4000;
    return (wire::load_be16(ip + 6) & kDontFragment) == 0;
}

}  // namespace

TooLong judge_too_long(std::span<const std::uint8_t> bytes,
                       std::size_t length,
                       bool large,
                       std::uint32_t most) {
    TooLong verdict{.head = wire::parse_l3(bytes, length)};
    const wire::L4Head& head = verdict.head;
    if (head.fault != wire::L4Head::Fault::None || most < head.l2_length) return verdict;
    verdict.mtu = most - head.l2_length;
    if (verdict.mtu < wire::kLeastIpv4Mtu || head.ip_length <= verdict.mtu) return verdict;

    const std::uint8_t* const ip = bytes.data() + head.l2_length;
    if (head.ip_version == 4) {
        if (!wire::has_right_checksum(ip, head.l3_length)) return verdict;
        if (may_be_cut(ip)) {
            if (wire::ends_beyond_a_packet(ip, head)) {
                verdict.why = Drop::Malformed;
                return verdict;
            }
            verdict.way = large ? TooLong::Way::Segment : TooLong::Way::Fragment;
            return verdict;
        }
    }
    verdict.why = Drop::PacketTooBig;
    if (wire::may_be_answered(bytes, head)) verdict.way = TooLong::Way::Answer;
    return verdict;
}

}  // namespace sealane::sea
