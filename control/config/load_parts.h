// One function for each kind of object in the file.  They judge what can be judged by looking at
// that object's own values one at a time; rules.h has the rest.  Internal to this folder.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "control/config/fields.h"
#include "control/config/model.h"

namespace sealane::config {

[[nodiscard]] System load_system(const YamlValue& root, Source& source);

/// `who` is what messages call the object.
[[nodiscard]] Vswitch load_vswitch(const YamlValue& value, const std::string& who, Source& source);
[[nodiscard]] Partition load_partition(const YamlValue& value,
                                       const std::string& who,
                                       Source& source);
[[nodiscard]] Adapter load_adapter(const YamlValue& value, const std::string& who, Source& source);
[[nodiscard]] Sea load_sea(const YamlValue& value, const std::string& who, Source& source);
[[nodiscard]] Runtime load_runtime(const YamlValue& value, Source& source);

/// The adapter's port; nothing if it can't even be told of which type it is.
[[nodiscard]] std::optional<PortSpec> load_port(const YamlValue& value, Fields& adapter);

/// What the map says under `key`, if that is a single value: to know what something is before
/// reading it.
[[nodiscard]] std::string_view peek(const YamlValue& map, std::string_view key);

/// Reads `name` if it is one that a person may give (is_name).
void read_name(Fields& fields, std::string& into);

/// Reads `key` as the name of an adapter (is_adapter_name); a wrong one is kept, so that what
/// refers to it is not reported as well.
void read_adapter_name(Fields& fields, std::string_view key, std::string& into);

template <typename Unit>
void read_duration(
    Fields& fields, std::string_view key, Unit& into, std::uint64_t min, std::uint64_t max) {
    auto count = static_cast<std::uint64_t>(into.count());
    fields.read(key, count, min, max);
    into = Unit(static_cast<typename Unit::rep>(count));
}

}  // namespace sealane::config
