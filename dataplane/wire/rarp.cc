#include "dataplane/wire/rarp.h"

#include "dataplane/wire/bytes.h"

namespace sealane::wire {

std::array<std::uint8_t, kRarpLength> make_rarp(MacAddress client) {
    constexpr std::uint16_t kEthernet = 1;
    constexpr std::uint16_t kIpv4 = 0x0800;
    constexpr std::uint16_t kReverseRequest = 3;
    std::array<std::uint8_t, kRarpLength> frame{};
    store_mac(&frame[0], MacAddress{0xffff'ffff'ffff});
    store_mac(&frame[6], client);
    store_be16(&frame[12], kEtherTypeRarp);
    store_be16(&frame[14], kEthernet);
    store_be16(&frame[16], kIpv4);
    frame[18] = 6;
    frame[19] = 4;
    store_be16(&frame[20], kReverseRequest);
    store_mac(&frame[22], client);  // sender; its and the target's IPv4 addresses stay 0
    store_mac(&frame[32], client);
    return frame;
}

}  // namespace sealane::wire
