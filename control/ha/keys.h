// The key file of a SEA pair: one or two lines `id hex-key`, the older key first.
//
//     # made with: echo "1 $(openssl rand -hex 32)"
//     1 8f3c...
//
// An id is 1 to 255, a key 16 to 64 bytes in hexadecimal.  Empty lines and lines that start with
// '#' are nothing.  No sentence here ever quotes a key.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "control/ha/seal.h"
#include "dataplane/base/result.h"

namespace sealane::ha {

/// `name` stands in the Error's sentence.
[[nodiscard]] Result<Keyring> parse_keys(std::string_view text, const std::string& name);

/// Reads the file, which must belong to us or root and be nobody else's to read or write (0600 or
/// less).
[[nodiscard]] Result<Keyring> load_keys(const std::string& path);

/// What a SEA's settings mean: the keys of its `key_file`, or none at all, which takes an explicit
/// `insecure: true`.  Both at once is a contradiction.
[[nodiscard]] Result<Keyring> choose_keys(const std::optional<std::string>& key_file,
                                          bool insecure);

}  // namespace sealane::ha
