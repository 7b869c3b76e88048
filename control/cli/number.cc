#include "control/cli/number.h"

#include <charconv>
#include <fmt/format.h>

namespace sealane::cli {

std::string fault_of_count(const std::string& text, std::uint32_t least, std::uint32_t most) {
    std::uint32_t value = 0;
    const char* end = text.data() + text.size();
    const auto [rest, fault] = std::from_chars(text.data(), end, value);
    const bool whole = fault == std::errc{} && rest == end && text != "-0";
    const bool octal = text.size() > 1 && text.front() == '0';
    if (whole && !octal && value >= least && value <= most) return "";
    return fmt::format("'{}' is no number from {} to {} in decimal digits", text, least, most);
}

std::string fault_of_seconds(const std::string& text, double least, double most) {
    double value = 0;
    const char* end = text.data() + text.size();
    const auto [rest, fault] = std::from_chars(text.data(), end, value, std::chars_format::fixed);
    // Written so that a value which is no number passes no comparison.
    if (fault == std::errc{} && rest == end && value >= least && value <= most) return "";
    return fmt::format("'{}' is no number of seconds from {} to {}", text, least, most);
}

}  // namespace sealane::cli
