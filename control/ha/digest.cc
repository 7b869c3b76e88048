#include "control/ha/digest.h"

#include <algorithm>
#include <array>
#include <openssl/sha.h>
#include <span>

#include "dataplane/wire/bytes.h"

namespace sealane::ha {
namespace {

using Sha256 = std::array<std::uint8_t, SHA256_DIGEST_LENGTH>;

Sha256 sha256_of(std::span<const std::uint8_t> bytes) {
    Sha256 made{};
    SHA256(bytes.data(), bytes.size(), made.data());
    return made;
}

void append(std::vector<std::uint8_t>& bytes, std::size_t number) {
    std::array<std::uint8_t, 2> two{};
    wire::store_be16(two.data(), static_cast<std::uint16_t>(number));
    bytes.insert(bytes.end(), two.begin(), two.end());
}

}  // namespace

std::uint64_t trunk_digest(std::vector<TrunkVlans> trunks) {
    std::ranges::sort(trunks, {}, &TrunkVlans::pvid);
    std::vector<std::uint8_t> form;
    append(form, trunks.size());
    for (TrunkVlans& trunk : trunks) {
        std::ranges::sort(trunk.vids);
        append(form, trunk.pvid.value);
        append(form, trunk.vids.size());
        for (const VlanId vid : trunk.vids) {
            append(form, vid.value);
        }
    }
    return wire::load_be64(sha256_of(form).data());
}

std::uint32_t vswitch_digest(std::string_view name) {
    return wire::load_be32(content_digest(name).data());
}

std::array<std::uint8_t, 32> content_digest(std::string_view text) {
    return sha256_of({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()});
}

}  // namespace sealane::ha
