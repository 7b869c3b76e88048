// For our own mistakes only: a frame that is wrong is a Drop, a setting that is wrong is an Error.
#pragma once

namespace sealane {

/// Prints "file:line: what" on standard error and aborts.
[[noreturn]] void fail_check(const char* file, int line, const char* what);

}  // namespace sealane

/// Always on; for cold paths.
#define SEALANE_CHECK(condition, what)                         \
    do {                                                       \
        if (!(condition)) [[unlikely]]                         \
            ::sealane::fail_check(__FILE__, __LINE__, (what)); \
    } while (false)

/// On in debug builds; for hot paths.
#ifdef NDEBUG
#define SEALANE_ASSERT(condition, what) static_cast<void>(0)
#else
#define SEALANE_ASSERT(condition, what) SEALANE_CHECK(condition, what)
#endif
