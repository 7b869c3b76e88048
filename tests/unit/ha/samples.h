// Keys and bytes that several tests use.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "control/ha/seal.h"

namespace sealane::ha::test {

/// Of 32 bytes that count up.
[[nodiscard]] Key make_key(std::uint8_t id, std::uint8_t first_byte);
inline const Key kOld = make_key(1, 0);
inline const Key kNew = make_key(2, 0xa0);

/// Bytes of a text of hexadecimal digits.
[[nodiscard]] std::vector<std::uint8_t> from_hex(std::string_view hex);

}  // namespace sealane::ha::test
