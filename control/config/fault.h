// What is wrong with a configuration, said to the person who wrote it.
#pragma once

#include <string>
#include <vector>

#include "control/config/model.h"

namespace sealane::config {

/// One thing that is wrong.  `what` says what is wrong and, after a semicolon, what would be right.
struct Fault {
    std::string file;
    Place place;  ///< {0, 0}: the file as a whole.
    std::string what;
};

/// "frame.yaml:12:48: what is wrong; what would be right", ready to print.
[[nodiscard]] std::string to_string(const Fault& fault);

/// All of them, a line each.
[[nodiscard]] std::string to_string(const std::vector<Fault>& faults);

}  // namespace sealane::config
