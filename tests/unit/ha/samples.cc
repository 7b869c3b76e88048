#include "tests/unit/ha/samples.h"

#include <numeric>
#include <string>

namespace sealane::ha::test {

Key make_key(std::uint8_t id, std::uint8_t first_byte) {
    Key key{.id = {id}, .secret = std::vector<std::uint8_t>(32)};
    std::iota(key.secret.begin(), key.secret.end(), first_byte);
    return key;
}

std::vector<std::uint8_t> from_hex(std::string_view hex) {
    std::vector<std::uint8_t> bytes;
    for (; hex.size() >= 2; hex.remove_prefix(2)) {
        bytes.push_back(
            static_cast<std::uint8_t>(std::stoi(std::string(hex.substr(0, 2)), nullptr, 16)));
    }
    return bytes;
}

}  // namespace sealane::ha::test
