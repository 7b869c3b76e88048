#include "bench/load/shape.h"

#include "bench/load/stamp.h"
#include "dataplane/wire/bytes.h"
#include "dataplane/wire/checksum.h"

namespace sealane::load {
namespace {

constexpr std::size_t kTag = 4;
constexpr std::uint16_t kTpid = 0x8100;
constexpr std::uint8_t kTcp = 6, kUdp = 17;
constexpr std::uint16_t kPort = 9;  // discard

void put_ip4(std::uint8_t* at, std::size_t length, std::uint8_t protocol) {
    at[0] = 0x45;
    wire::store_be16(at + 2, static_cast<std::uint16_t>(length));
    wire::store_be16(at + 6, 0x4000);  // don't fragment
    at[8] = 64;
    at[9] = protocol;
    wire::store_be32(at + 12, 0x0a00'0001);
    wire::store_be32(at + 16, 0x0a00'0002);
    wire::store_be16(at + 10, static_cast<std::uint16_t>(~wire::sum_of(at, 20)));
}

void put_ip6(std::uint8_t* at, std::size_t payload, std::uint8_t protocol) {
    at[0] = 0x60;
    wire::store_be16(at + 4, static_cast<std::uint16_t>(payload));
    at[6] = protocol;
    at[7] = 64;
    at[8] = at[24] = 0xfd;
    at[23] = 1;
    at[39] = 2;
}

/// Of the pseudo header: `addresses` are both of them.
std::uint16_t pseudo_sum(const std::uint8_t* addresses, std::size_t length, std::size_t payload) {
    return wire::fold(std::uint64_t{wire::sum_of(addresses, length)} + kTcp + payload);
}

}  // namespace

Headers headers_of(const Shape& shape) {
    return {.ethernet = 14 + (shape.vlan ? kTag : 0),
            .ip = shape.ip == 4 ? std::size_t{20} : std::size_t{40},
            .transport = shape.mss != 0 ? std::size_t{20} : std::size_t{8}};
}

bool is_possible(const Shape& shape) {
    const std::size_t tag = shape.vlan ? kTag : 0;
    return shape.size + tag >= headers_of(shape).all() + kStampSize && shape.size <= 65'300;
}

std::vector<std::uint8_t> make_frame(const Shape& shape, MacAddress dst, MacAddress src) {
    const Headers headers = headers_of(shape);
    std::vector<std::uint8_t> frame(shape.size + (shape.vlan ? kTag : 0));
    wire::store_mac(frame.data(), dst);
    wire::store_mac(frame.data() + 6, src);
    std::uint8_t* const ip = frame.data() + headers.ethernet;
    wire::store_be16(ip - 2, shape.ip == 4 ? 0x0800 : 0x86dd);
    if (shape.vlan) {
        wire::store_be16(frame.data() + 12, kTpid);
        wire::store_be16(frame.data() + 14, shape.vlan->value);
    }
    const std::size_t payload = frame.size() - headers.ethernet - headers.ip;
    const std::uint8_t protocol = shape.mss != 0 ? kTcp : kUdp;
    std::uint8_t* const transport = ip + headers.ip;
    if (shape.ip == 4) {
        put_ip4(ip, headers.ip + payload, protocol);
    } else {
        put_ip6(ip, payload, protocol);
    }
    wire::store_be16(transport, 1024);
    wire::store_be16(transport + 2, kPort);
    if (shape.mss == 0) {
        wire::store_be16(transport + 4, static_cast<std::uint16_t>(payload));
        return frame;
    }
    transport[12] = 0x50;  // 20 bytes of header
    transport[13] = 0x10;  // ACK
    wire::store_be16(transport + 14, 0xffff);
    const std::uint16_t sum =
        shape.ip == 4 ? pseudo_sum(ip + 12, 8, payload) : pseudo_sum(ip + 8, 32, payload);
    wire::store_be16(transport + 16, sum);
    return frame;
}

std::optional<std::size_t> stamp_offset(const std::uint8_t* bytes,
                                        std::size_t length,
                                        const Shape& shape) {
    if (length < 14) return std::nullopt;
    const Headers headers = headers_of(shape);
    const bool tagged = wire::load_be16(bytes + 12) == kTpid;
    const std::size_t at = 14 + (tagged ? kTag : 0) + headers.ip + headers.transport;
    if (length < at + kStampSize) return std::nullopt;
    return at;
}

}  // namespace sealane::load
