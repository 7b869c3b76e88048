#include "control/config/fields.h"

#include <algorithm>
#include <charconv>

#include "control/config/text.h"

namespace sealane::config {
namespace {

std::string range(std::uint64_t min, std::uint64_t max) {
    return std::to_string(min) + " to " + std::to_string(max);
}

bool is_digits(std::string_view text) {
    return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

std::string without_leading_zeros(std::string_view digits) {
    const std::size_t first = std::min(digits.find_first_not_of('0'), digits.size() - 1);
    return std::string(digits.substr(first));
}

/// A number for a message, the end of a very long one left out.
std::string shown(const std::string& digits) {
    constexpr std::size_t kEnough = 24;
    return digits.size() <= kEnough ? digits : digits.substr(0, kEnough) + "...";
}

}  // namespace

Fields::Fields(
    Source& source, const YamlValue& map, std::string who, std::string_view what, Words keys)
    : source_(source), map_(map), who_(std::move(who)), what_(what) {
    if (map.kind == YamlValue::Kind::Refused) return;
    if (map.kind != YamlValue::Kind::Map) {
        const std::string it = who_.empty() ? "the file" : who_;
        source.fault(map.place,
                     it + " " + std::string(found_as(map.kind)) + "; " + std::string(what) +
                         " is a map of " + join(keys));
        return;
    }
    for (const YamlMember& member : map.members) {
        if (std::find(keys.begin(), keys.end(), member.key) == keys.end()) {
            refuse_unknown(member, keys);
        } else if (find(member.key) != nullptr) {
            fault(member.key,
                  member.place,
                  "key " + quote(member.key) +
                      " is given twice; keep this one or the one in line " +
                      std::to_string(source.at(map.place, member.key).line));
        } else {
            known_.push_back(&member);
            source.note(map.place, member.key, member.value.place);
        }
    }
}

const YamlValue* Fields::find(std::string_view key) const {
    const auto found = std::find_if(known_.begin(), known_.end(), [key](const YamlMember* member) {
        return member->key == key;
    });
    return found == known_.end() ? nullptr : &(*found)->value;
}

bool Fields::require(std::string_view key, std::string_view right) {
    if (has(key)) return true;
    const bool misspelt = source_.is_spoilt(map_.place, key);
    if (map_.kind == YamlValue::Kind::Map && !misspelt) {
        fault(key, map_.place, quote(key) + " is missing; " + std::string(right));
    }
    return false;
}

void Fields::read(std::string_view key, bool& into) {
    const YamlValue* value = find(key);
    if (value == nullptr) return;
    const auto word = text(key, *value, "use true or false");
    if (!word) return;
    const bool is_boolean = *word == "true" || *word == "false";
    if (is_boolean && !value->quoted) {
        into = *word == "true";
    } else {
        fault(key,
              std::string(key) + " " + quote(*word) +
                  (is_boolean ? " is text; write it without quotes"
                              : " is no boolean; use true or false"));
    }
}

void Fields::read(std::string_view key, std::string& into, std::string_view right) {
    const YamlValue* value = find(key);
    if (value == nullptr) return;
    if (auto read = text(key, *value, right)) into = *std::move(read);
}

void Fields::read(std::string_view key, VlanId& into, std::string_view word) {
    const YamlValue* value = find(key);
    if (value == nullptr) return;
    if (const auto read = vlan(key, *value, word)) into = *read;
}

void Fields::read(std::string_view key, std::vector<VlanId>& into, std::string_view word) {
    const auto items = list(key, "VLAN ids");
    if (items.size() > kVlanCount) {
        fault(key,
              std::string(key) + " lists " + std::to_string(items.size()) +
                  " VLANs, more than there are; list each once");
        return;
    }
    for (const YamlValue& item : items) {
        if (const auto read = vlan(key, item, word)) {
            source_.note(map_.place, key, item.place, into.size());
            into.push_back(*read);
        }
    }
}

std::span<const YamlValue> Fields::list(std::string_view key, std::string_view of_what) {
    const YamlValue* value = find(key);
    if (value == nullptr) return {};
    if (value->kind == YamlValue::Kind::List) return value->items;
    refuse_kind(key, *value, "write a list of " + std::string(of_what));
    return {};
}

std::optional<std::string> Fields::text(std::string_view key,
                                        const YamlValue& value,
                                        std::string_view right) {
    if (value.kind == YamlValue::Kind::Scalar) return value.text;
    refuse_kind(key, value, right);
    return std::nullopt;
}

std::optional<std::uint64_t> Fields::number(std::string_view key,
                                            const YamlValue& value,
                                            std::uint64_t min,
                                            std::uint64_t max) {
    const std::string use = "use " + range(min, max);
    const auto read = decimal(key, value, key, use);
    if (!read || (*read >= min && *read <= max)) return read;
    fault(
        key, value.place, std::string(key) + " " + shown(value.text) + " is out of range; " + use);
    return std::nullopt;
}

std::optional<std::uint64_t> Fields::decimal(std::string_view key,
                                             const YamlValue& value,
                                             std::string_view name,
                                             const std::string& use) {
    const auto digits = text(key, value, use);
    if (!digits) return std::nullopt;
    const std::string found = std::string(name) + " " + quote(*digits);
    if (value.quoted) {
        fault(key, value.place, found + " is text; write it without quotes");
    } else if (!is_digits(*digits)) {
        fault(key, value.place, found + " is no plain number; " + use);
    } else if (digits->size() > 1 && digits->front() == '0') {
        fault(key,
              value.place,
              found + " begins with 0, which YAML takes for octal; write " +
                  without_leading_zeros(*digits));
    } else {
        std::uint64_t read = 0;
        const auto end = digits->data() + digits->size();
        const bool fits = std::from_chars(digits->data(), end, read).ec == std::errc();
        return fits ? read : std::numeric_limits<std::uint64_t>::max();
    }
    return std::nullopt;
}

void Fields::fault(std::string_view key, Place place, const std::string& what) {
    source_.spoil(map_.place, key);
    source_.fault(place, who_.empty() ? what : who_ + ": " + what);
}

void Fields::fault(std::string_view key, const std::string& what) {
    fault(key, source_.at(map_.place, key), what);
}

void Fields::refuse_kind(std::string_view key, const YamlValue& value, std::string_view right) {
    if (value.kind == YamlValue::Kind::Refused) {
        source_.spoil(map_.place, key);
        return;
    }
    fault(key,
          value.place,
          std::string(key) + " " + std::string(found_as(value.kind)) + "; " + std::string(right));
}

void Fields::refuse_unknown(const YamlMember& member, Words keys) {
    const std::string_view meant = closest(member.key, keys);
    std::string right = std::string(what_) + " has " + join(keys);
    if (!meant.empty()) {
        right = "did you mean " + quote(meant) + "? (" + right + ")";
        source_.spoil(map_.place, meant);
    }
    fault(member.key, member.place, "unknown key " + quote(member.key) + "; " + right);
}

std::optional<VlanId> Fields::vlan(std::string_view key,
                                   const YamlValue& value,
                                   std::string_view word) {
    const std::string use = "use 1 to 4094 without 3358";
    const auto read = decimal(key, value, word, use);
    if (!read) return std::nullopt;
    std::string why;
    if (*read == 0) why = "means no VLAN";
    if (*read == kVlanCount - 1 || *read == kPlatformVlan.value)
        why = "is reserved by the platform";
    if (*read >= kVlanCount) why = "is out of range";
    if (why.empty()) return VlanId{static_cast<std::uint16_t>(*read)};
    fault(key, value.place, std::string(word) + " " + shown(value.text) + " " + why + "; " + use);
    return std::nullopt;
}

std::optional<std::string> Fields::word_of(std::string_view key,
                                           const YamlValue& value,
                                           Words words) {
    return text(key, value, "use " + either(words));
}

void Fields::refuse_word(std::string_view key,
                         const std::string& word,
                         Words words,
                         Words unbuilt) {
    const bool known = std::find(unbuilt.begin(), unbuilt.end(), word) != unbuilt.end();
    fault(key,
          std::string(key) + " " + quote(word) + (known ? " is not built yet" : " is unknown") +
              "; use " + either(words));
}

}  // namespace sealane::config
