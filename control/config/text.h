// Words for messages, and the bytes that a file may hold.  Pure functions, internal to this folder.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "control/config/model.h"

namespace sealane::config {

/// In double quotes, for a message: shortened if long, what can't be printed as '?'.
[[nodiscard]] std::string quote(std::string_view text);

/// "a, b, c".
[[nodiscard]] std::string join(std::span<const std::string_view> words);

/// "a", "a or b", "a, b or c".
[[nodiscard]] std::string either(std::span<const std::string_view> words);

/// "1 core", "2 cores".
[[nodiscard]] std::string count_of(std::size_t number, std::string_view thing);

/// The word of `known` that `word` is most likely a slip of; empty if none is near.
[[nodiscard]] std::string_view closest(std::string_view word,
                                       std::span<const std::string_view> known);

/// A name that a person may give: a letter, then up to 31 letters, digits, '_', '.' and '-'.
[[nodiscard]] bool is_name(std::string_view text);

/// "ent0" to "ent65535", as adapters and SEAs are called.
[[nodiscard]] bool is_adapter_name(std::string_view text);

/// A byte that no configuration holds.
struct StrayByte {
    Place place;
    std::string what;
};

/// The first byte that is not UTF-8, is a control character, or is a tab that indents.
[[nodiscard]] std::optional<StrayByte> find_stray_byte(std::string_view text);

/// The number of bytes of the UTF-8 character at the start of `text`; 0 if there is none.
[[nodiscard]] std::size_t utf8_length(std::string_view text);

}  // namespace sealane::config
