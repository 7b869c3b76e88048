#include "dataplane/wire/flow.h"

#include "dataplane/wire/l4_head.h"

namespace sealane::wire {
namespace {

class Mixer {
  public:
    /// Takes `words` words of 32 bits.
    void take(const std::uint8_t* at, std::size_t words) {
        constexpr std::uint64_t kGolden = 0x9e37'79b9'7f4a'7c15;  // 2^64 / phi, odd
        for (; words > 0; --words, at += sizeof(std::uint32_t)) {
            sum_ = (sum_ ^ load_be32(at)) * kGolden;
            sum_ ^= sum_ >> 32;
        }
    }
    [[nodiscard]] std::uint32_t value() const { return static_cast<std::uint32_t>(sum_); }

  private:
    std::uint64_t sum_ = 0;
};

}  // namespace

std::uint32_t flow_of(std::span<const std::uint8_t> bytes, std::size_t length) {
    Mixer mixer;
    const L4Head head = parse_l4(bytes, length);
    if (head.fault != L4Head::Fault::None) {
        if (bytes.size() >= kAddressesLength) mixer.take(bytes.data(), kAddressesLength / 4);
        return mixer.value();
    }
    const std::uint8_t* const ip = bytes.data() + head.l2_length;
    if (head.ip_version == 4) {
        mixer.take(ip + 12, 2);
    } else {
        mixer.take(ip + 8, 8);
    }
    if (head.l4_length > 0) mixer.take(ip + head.l3_length, 1);
    return mixer.value();
}

}  // namespace sealane::wire
