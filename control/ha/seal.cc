#include "control/ha/seal.h"

#include <algorithm>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "dataplane/base/check.h"

namespace sealane::ha {
namespace {

Seal seal_of(std::span<const std::uint8_t> bytes, const Key& key) {
    Seal seal{};
    unsigned length = 0;
    const unsigned char* made = HMAC(EVP_sha256(),
                                     key.secret.data(),
                                     static_cast<int>(key.secret.size()),
                                     bytes.data(),
                                     bytes.size(),
                                     seal.data(),
                                     &length);
    // libcrypto without SHA-256 or memory: to go on would be to send unsealed, or to believe all.
    SEALANE_CHECK(made != nullptr && length == kSealLength, "libcrypto made no HMAC-SHA256");
    return seal;
}

}  // namespace

const Key* Keyring::find(KeyId id) const {
    const auto found = std::ranges::find(keys_, id, &Key::id);
    return found == keys_.end() ? nullptr : &*found;
}

KeyId Keyring::other_than(KeyId id) const {
    const auto found = std::ranges::find_if(keys_, [id](const Key& key) { return key.id != id; });
    return found == keys_.end() ? KeyId{} : found->id;
}

void seal(Frame& frame, const Key& key) {
    const Seal made = seal_of(std::span(frame).first(kSealOffset), key);
    std::ranges::copy(made, frame.begin() + kSealOffset);
}

bool is_sealed(std::span<const std::uint8_t> frame, const Key& key) {
    SEALANE_CHECK(frame.size() == kFrameLength, "asked for the seal of what is no control frame");
    const Seal right = seal_of(frame.first(kSealOffset), key);
    return CRYPTO_memcmp(right.data(), frame.data() + kSealOffset, kSealLength) == 0;
}

}  // namespace sealane::ha
