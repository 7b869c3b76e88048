// The seal of a control message: HMAC-SHA256 (RFC 2104) over all of the frame before it, with one
// of at most two keys.
//
// Keys change while a pair runs: the old one, both, the new one, on each side when it suits.  A
// side that holds both believes either and seals with the one that its partner holds too, the newer
// if it can be; each message names all keys that its sender holds.  See hearing.h.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "control/ha/message.h"

namespace sealane::ha {

inline constexpr std::size_t kMinKeyLength = 16;  ///< Bytes.
inline constexpr std::size_t kMaxKeyLength = 64;  ///< HMAC would only hash a longer one.

struct Key {
    KeyId id;
    std::vector<std::uint8_t> secret;  ///< kMinKeyLength to kMaxKeyLength bytes.

    bool operator==(const Key&) const = default;
};

/// The keys that live: none (`insecure`), one, or the older and the newer.  A value; keys.h makes
/// it.
class Keyring {
  public:
    Keyring() = default;
    explicit Keyring(Key only) : keys_{std::move(only)} {}
    Keyring(Key older, Key newer) : keys_{std::move(older), std::move(newer)} {}

    [[nodiscard]] bool empty() const { return keys_.empty(); }
    [[nodiscard]] const Key* find(KeyId id) const;
    /// The ids, {} where there is no key.
    [[nodiscard]] KeyId older() const { return keys_.empty() ? KeyId{} : keys_.front().id; }
    [[nodiscard]] KeyId newer() const { return keys_.empty() ? KeyId{} : keys_.back().id; }
    /// The one of two that is not `id`; {} if there is no other.
    [[nodiscard]] KeyId other_than(KeyId id) const;

  private:
    std::vector<Key> keys_;
};

/// Puts the seal of `key` into the frame.  The key's id belongs into the message before.
void seal(Frame& frame, const Key& key);

/// Whether the seal is that of `key`.  Takes the same time however much of it is right.
/// `frame` has kFrameLength bytes.
[[nodiscard]] bool is_sealed(std::span<const std::uint8_t> frame, const Key& key);

}  // namespace sealane::ha
