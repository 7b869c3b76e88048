// What a verb left behind.
#pragma once

#include <string>

namespace sealane::cli {

struct Outcome {
    int code = 0;
    std::string out, err;
};

}  // namespace sealane::cli
