// Bad files, each written as one edit of a good one, and what the loader must say about it.
#pragma once

#include <ostream>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace sealane::config {

/// `sample` (a file in good/) with `from`, which stands once in that line, replaced by `to`, must
/// give exactly `faults`: a line each, without the file's name.
struct BadFile {
    std::string name;  ///< A fact.
    std::string sample;
    std::size_t line;
    std::string from;
    std::string to;
    std::vector<std::string> faults;
};

inline void PrintTo(const BadFile& bad, std::ostream* out) { *out << bad.name; }

/// The text of a file in good/.
[[nodiscard]] std::string sample(const std::string& name);

/// A sample with the edit done.
[[nodiscard]] std::string edited(const BadFile& bad);

class BadFileIsRefused : public testing::TestWithParam<BadFile> {};

inline std::string name_of_case(const testing::TestParamInfo<BadFile>& info) {
    return info.param.name;
}

}  // namespace sealane::config
