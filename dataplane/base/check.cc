#include "dataplane/base/check.h"

#include <cstdio>
#include <cstdlib>

namespace sealane {

void fail_check(const char* file, int line, const char* what) {
    std::fprintf(stderr, "%s:%d: broken promise: %s\n", file, line, what);
    std::abort();
}

}  // namespace sealane
