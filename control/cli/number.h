// Numbers as people write them on a command line: plain decimal, nothing guessed.
#pragma once

#include <cstdint>
#include <string>

namespace sealane::cli {

/// What is wrong with `text` as a whole number of that range; empty if nothing is.  Digits only,
/// and none of them a leading zero: strtol() would take 010 for 8.
[[nodiscard]] std::string fault_of_count(const std::string& text,
                                         std::uint32_t least,
                                         std::uint32_t most);

/// The same of a time in seconds, which may have a decimal point.  "nan" and "inf" are no times.
[[nodiscard]] std::string fault_of_seconds(const std::string& text, double least, double most);

}  // namespace sealane::cli
