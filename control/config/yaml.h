// YAML text as a tree of values with places, or faults.  The only file here that knows yaml-cpp.
// Internal to this folder.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "control/config/source.h"

namespace sealane::config {

struct YamlMember;

/// A node of the file.  Scalars are kept as they were written; nobody has guessed their type yet.
struct YamlValue {
    /// Refused: it can't be read, and a fault says so already.
    enum class Kind : std::uint8_t { Null, Scalar, List, Map, Refused };

    Kind kind = Kind::Null;
    Place place;
    std::string text;     ///< Of a scalar.
    bool quoted = false;  ///< Of a scalar: in quotes or as a block, so it can be nothing but text.
    std::vector<YamlValue> items;
    std::vector<YamlMember> members;  ///< In the file's order, repeated keys included.
};

struct YamlMember {
    std::string key;
    Place place;
    YamlValue value;
};

inline constexpr int kMaxYamlDepth = 16;

/// Exactly one document, of at most kMaxFileBytes, in UTF-8, without tabs in its indentation, at
/// most kMaxYamlDepth deep, without what hides repetition: anchors, aliases, merge keys and type
/// tags.  Otherwise faults, and nothing if there is no tree to go on with.
[[nodiscard]] std::optional<YamlValue> parse_yaml(std::string_view text, Source& source);

/// "is a list", "has no value", ...: for messages.
[[nodiscard]] std::string_view found_as(YamlValue::Kind kind);

}  // namespace sealane::config
