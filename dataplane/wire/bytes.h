// Reading and writing numbers in network byte order.  The one place that touches bytes by address.
#pragma once

#include <bit>
#include <cstdint>
#include <cstring>

#include "dataplane/base/mac.h"

namespace sealane::wire {

static_assert(std::endian::native == std::endian::little, "Sealane runs on little-endian hosts");

[[nodiscard]] inline std::uint16_t load_be16(const std::uint8_t* at) {
    std::uint16_t raw = 0;
    std::memcpy(&raw, at, sizeof raw);
    return __builtin_bswap16(raw);
}

[[nodiscard]] inline std::uint32_t load_be32(const std::uint8_t* at) {
    std::uint32_t raw = 0;
    std::memcpy(&raw, at, sizeof raw);
    return __builtin_bswap32(raw);
}

[[nodiscard]] inline std::uint64_t load_be64(const std::uint8_t* at) {
    std::uint64_t raw = 0;
    std::memcpy(&raw, at, sizeof raw);
    return __builtin_bswap64(raw);
}

inline void store_be16(std::uint8_t* at, std::uint16_t value) {
    const std::uint16_t raw = __builtin_bswap16(value);
    std::memcpy(at, &raw, sizeof raw);
}

inline void store_be32(std::uint8_t* at, std::uint32_t value) {
    const std::uint32_t raw = __builtin_bswap32(value);
    std::memcpy(at, &raw, sizeof raw);
}

inline void store_be64(std::uint8_t* at, std::uint64_t value) {
    const std::uint64_t raw = __builtin_bswap64(value);
    std::memcpy(at, &raw, sizeof raw);
}

/// Reads 6 bytes; `at` must have them.
[[nodiscard]] inline MacAddress load_mac(const std::uint8_t* at) {
    return {std::uint64_t{load_be32(at)} << 16 | load_be16(at + 4)};
}

inline void store_mac(std::uint8_t* at, MacAddress mac) {
    store_be32(at, static_cast<std::uint32_t>(mac.bits >> 16));
    store_be16(at + 4, static_cast<std::uint16_t>(mac.bits));
}

}  // namespace sealane::wire
