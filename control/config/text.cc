#include "control/config/text.h"

#include <algorithm>
#include <charconv>

namespace sealane::config {
namespace {

constexpr std::size_t kLongestQuoted = 60;
constexpr std::size_t kLongestCompared = 32;

/// How many letters must be put in, left out, changed or swapped with their neighbour to get from
/// one word to the other.
std::size_t edit_distance(std::string_view a, std::string_view b) {
    std::vector<std::vector<std::size_t>> cost(a.size() + 1,
                                               std::vector<std::size_t>(b.size() + 1));
    for (std::size_t i = 0; i <= a.size(); ++i) {
        for (std::size_t j = 0; j <= b.size(); ++j) {
            if (i == 0 || j == 0) {
                cost[i][j] = i + j;
                continue;
            }
            const std::size_t changed = a[i - 1] == b[j - 1] ? 0 : 1;
            cost[i][j] =
                std::min({cost[i - 1][j] + 1, cost[i][j - 1] + 1, cost[i - 1][j - 1] + changed});
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
                cost[i][j] = std::min(cost[i][j], cost[i - 2][j - 2] + 1);
            }
        }
    }
    return cost[a.size()][b.size()];
}

bool is_control(char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte < 0x20 || byte == 0x7f;
}

}  // namespace

std::string quote(std::string_view text) {
    std::string quoted = "\"";
    std::size_t at = 0;
    while (at < text.size() && at < kLongestQuoted) {
        const std::size_t length = utf8_length(text.substr(at));
        if (length == 0 || is_control(text[at])) {
            quoted += '?';
            ++at;
        } else {
            quoted += text.substr(at, length);
            at += length;
        }
    }
    return quoted + (at < text.size() ? "...\"" : "\"");
}

std::string join(std::span<const std::string_view> words) {
    std::string text;
    for (const std::string_view word : words) {
        if (!text.empty()) text += ", ";
        text += word;
    }
    return text;
}

std::string either(std::span<const std::string_view> words) {
    if (words.size() <= 1) return join(words);
    return join(words.first(words.size() - 1)) + " or " + std::string(words.back());
}

std::string count_of(std::size_t number, std::string_view thing) {
    return std::to_string(number) + " " + std::string(thing) + (number == 1 ? "" : "s");
}

std::string_view closest(std::string_view word, std::span<const std::string_view> known) {
    if (word.size() > kLongestCompared) return {};
    std::size_t best = std::min<std::size_t>(2, word.size() / 2) + 1;
    std::string_view found;
    for (const std::string_view candidate : known) {
        if (const std::size_t distance = edit_distance(word, candidate); distance < best) {
            best = distance;
            found = candidate;
        }
    }
    return found;
}

bool is_name(std::string_view text) {
    constexpr std::string_view kLetters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
    constexpr std::string_view kOthers = "0123456789_.-";
    constexpr std::size_t kLongest = 32;
    if (text.empty() || text.size() > kLongest || kLetters.find(text.front()) == kLetters.npos)
        return false;
    return std::all_of(text.begin(), text.end(), [=](char c) {
        return kLetters.find(c) != kLetters.npos || kOthers.find(c) != kOthers.npos;
    });
}

bool is_adapter_name(std::string_view text) {
    if (!text.starts_with("ent")) return false;
    text.remove_prefix(3);
    if (text.size() > 1 && text.front() == '0') return false;
    std::uint16_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    return error == std::errc() && end == text.data() + text.size();
}

std::optional<StrayByte> find_stray_byte(std::string_view text) {
    Place place{1, 1};
    bool indenting = true;
    std::optional<Place> tab;  // the first of an indentation that may turn out to be a blank line
    for (std::size_t at = 0; at < text.size();) {
        const char c = text[at];
        const std::size_t length = utf8_length(text.substr(at));
        if (length == 0) {
            return StrayByte{place, "a byte that is not UTF-8; save the file as UTF-8"};
        }
        if (is_control(c) && c != '\t' && c != '\n' && c != '\r') {
            return StrayByte{place, "a control character; a configuration is plain text"};
        }
        const bool blank = c == ' ' || c == '\t' || c == '\r';
        if (indenting && c == '\t' && !tab) tab = place;
        if (tab && !blank && c != '\n' && c != '#') {
            return StrayByte{*tab, "a tab in the indentation; indent with spaces"};
        }
        if (!blank) {
            indenting = c == '\n';
            tab.reset();
        }
        at += length;
        place = c == '\n' ? Place{place.line + 1, 1}
                          : Place{place.line, place.column + static_cast<int>(length)};
    }
    return std::nullopt;
}

std::size_t utf8_length(std::string_view text) {
    const auto byte = [text](std::size_t i) {
        return i < text.size() ? static_cast<unsigned>(static_cast<unsigned char>(text[i])) : 0U;
    };
    const auto follows = [byte](std::size_t i) { return (byte(i) & 0xc0U) == 0x80U; };
    const unsigned first = byte(0);
    if (text.empty()) return 0;
    if (first < 0x80) return 1;
    if (first >= 0xc2 && first <= 0xdf) return follows(1) ? 2 : 0;
    if (first >= 0xe0 && first <= 0xef) {
        const bool overlong = first == 0xe0 && byte(1) < 0xa0;
        const bool surrogate = first == 0xed && byte(1) > 0x9f;
        return follows(1) && follows(2) && !overlong && !surrogate ? 3 : 0;
    }
    if (first >= 0xf0 && first <= 0xf4) {
        const bool overlong = first == 0xf0 && byte(1) < 0x90;
        const bool too_large = first == 0xf4 && byte(1) > 0x8f;
        return follows(1) && follows(2) && follows(3) && !overlong && !too_large ? 4 : 0;
    }
    return 0;
}

}  // namespace sealane::config
