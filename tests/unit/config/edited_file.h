// Bad files, each written as one edit of a good one, and what the loader must say about it.
#pragma once

#include <ostream>
#include <string>
#include <string_view>

#include <gtest/gtest.h>

namespace sealane::config {

/// `sample` (a file in good/) with `from`, which stands once in that line, replaced by `to`, must
/// give exactly `faults`: a line each, without the file's name.
struct BadFile {
    std::string_view name;  ///< A fact.
    std::string_view sample;
    std::size_t line;
    std::string_view from;
    std::string_view to;
    std::string_view faults;
};

inline std::ostream& operator<<(std::ostream& out, const BadFile& bad) { return out << bad.name; }

/// The text of a file in good/.
[[nodiscard]] std::string sample(std::string_view name);

/// A sample with the edit done.
[[nodiscard]] std::string edited(const BadFile& bad);

class BadFileIsRefused : public testing::TestWithParam<BadFile> {};

inline std::string name_of_case(const testing::TestParamInfo<BadFile>& info) {
    return std::string(info.param.name);
}

}  // namespace sealane::config
