#include "dataplane/base/mac.h"

#include <array>
#include <charconv>
#include <cstdio>

namespace sealane {

std::optional<MacAddress> parse_mac(std::string_view text) {
    constexpr std::size_t kLength = 17;
    if (text.size() != kLength) return std::nullopt;

    const char separator = text[2];
    if (separator != ':' && separator != '-') return std::nullopt;

    MacAddress mac;
    for (std::size_t at = 0; at < kLength; at += 3) {
        if (at > 0 && text[at - 1] != separator) return std::nullopt;
        std::uint8_t byte = 0;
        const char* const end = text.data() + at + 2;
        const auto [rest, fault] = std::from_chars(text.data() + at, end, byte, 16);
        if (fault != std::errc{} || rest != end) return std::nullopt;
        mac.bits = mac.bits << 8 | byte;
    }
    return mac;
}

std::string to_string(MacAddress mac) {
    std::array<char, 18> text{};
    const auto byte = [&](int shift) { return static_cast<unsigned>(mac.bits >> shift & 0xff); };
    std::snprintf(text.data(),
                  text.size(),
                  "%02x:%02x:%02x:%02x:%02x:%02x",
                  byte(40),
                  byte(32),
                  byte(24),
                  byte(16),
                  byte(8),
                  byte(0));
    return text.data();
}

}  // namespace sealane
