// What is measured: a frame of adapters for each case, as the text of a configuration.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace sealane::app {

struct BenchCase {
    std::string name;
    std::string receiver;          ///< The adapter whose sent frames are counted.
    bool knows_addresses = false;  ///< The receiver's addresses are in the table beforehand.
    std::string text;              ///< Configuration.
};

/// Those whose name is `wanted`, or all if it is empty; of a source of `macs` frames at `path`.
[[nodiscard]] std::vector<BenchCase> bench_cases(const std::string& wanted,
                                                 const std::string& path,
                                                 std::size_t macs);

}  // namespace sealane::app
