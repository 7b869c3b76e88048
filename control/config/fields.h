// Strict reading of one map of the file into one object of the model.  Every reader leaves its
// target alone where the key is absent (so defaults stand in model.h only) or where the value is
// wrong, which it reports.  Internal to this folder.
#pragma once

#include <array>
#include <concepts>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "control/config/words.h"
#include "control/config/yaml.h"

namespace sealane::config {

class Fields {
  public:
    using Words = std::span<const std::string_view>;

    /// Refuses what is no map, and keys that are not in `keys` or come twice.  `who` begins every
    /// message; `what` is the kind of thing, for "a SEA has name, ...".
    Fields(
        Source& source, const YamlValue& map, std::string who, std::string_view what, Words keys);

    [[nodiscard]] const YamlValue* find(std::string_view key) const;
    [[nodiscard]] bool has(std::string_view key) const { return find(key) != nullptr; }
    /// Reports that `key` is missing if it is; `right` says what to write.
    bool require(std::string_view key, std::string_view right);

    void read(std::string_view key, bool& into);
    void read(std::string_view key, std::string& into, std::string_view right);
    template <std::unsigned_integral Number>
    void read(std::string_view key, Number& into, std::uint64_t min, std::uint64_t max);
    template <typename Enum, std::size_t N>
    void read(std::string_view key,
              Enum& into,
              const std::array<Word<Enum>, N>& words,
              Words unbuilt = {});
    /// A usable VLAN; `word` is "PVID" or "VID".
    void read(std::string_view key, VlanId& into, std::string_view word);
    void read(std::string_view key, std::vector<VlanId>& into, std::string_view word);

    /// The elements of a list, none where there is no list.
    [[nodiscard]] std::span<const YamlValue> list(std::string_view key, std::string_view of_what);
    /// The text of a scalar (of `key`, or an element of it), quoted or not.
    [[nodiscard]] std::optional<std::string> text(std::string_view key,
                                                  const YamlValue& value,
                                                  std::string_view right);
    [[nodiscard]] std::optional<std::uint64_t> number(std::string_view key,
                                                      const YamlValue& value,
                                                      std::uint64_t min,
                                                      std::uint64_t max);

    /// The value of `key` is wrong: report it, and let no rule build on it.
    void fault(std::string_view key, Place place, const std::string& what);
    void fault(std::string_view key, const std::string& what);

    [[nodiscard]] Source& source() { return source_; }
    [[nodiscard]] const std::string& who() const { return who_; }
    [[nodiscard]] Place place() const { return map_.place; }

  private:
    /// A number written in plain decimal digits, called `name` in messages; one that is too large
    /// for its type reads as the largest.
    std::optional<std::uint64_t> decimal(std::string_view key,
                                         const YamlValue& value,
                                         std::string_view name,
                                         const std::string& use);
    void refuse_kind(std::string_view key, const YamlValue& value, std::string_view right);
    void refuse_unknown(const YamlMember& member, Words keys);
    std::optional<VlanId> vlan(std::string_view key, const YamlValue& value, std::string_view word);
    std::optional<std::string> word_of(std::string_view key, const YamlValue& value, Words words);
    void refuse_word(std::string_view key, const std::string& word, Words words, Words unbuilt);

    Source& source_;
    const YamlValue& map_;
    std::vector<const YamlMember*> known_;  // the first of each key, so few
    std::string who_;
    std::string_view what_;
};

template <std::unsigned_integral Number>
void Fields::read(std::string_view key, Number& into, std::uint64_t min, std::uint64_t max) {
    const YamlValue* value = find(key);
    if (value == nullptr) return;
    static_assert(sizeof(Number) <= sizeof(std::uint64_t));
    if (const auto read = number(key, *value, min, max)) into = static_cast<Number>(*read);
}

template <typename Enum, std::size_t N>
void Fields::read(std::string_view key,
                  Enum& into,
                  const std::array<Word<Enum>, N>& words,
                  Words unbuilt) {
    const YamlValue* value = find(key);
    if (value == nullptr) return;
    std::array<std::string_view, N> texts;
    for (std::size_t i = 0; i < N; ++i) {
        texts[i] = words[i].text;
    }
    const auto text = word_of(key, *value, texts);
    if (!text) return;
    for (const Word<Enum>& word : words) {
        if (word.text == *text) {
            into = word.value;
            return;
        }
    }
    refuse_word(key, *text, texts, unbuilt);
}

}  // namespace sealane::config
