#include "control/hypercall/reject.h"

#include <array>

namespace sealane::hypercall {

const char* name_of(Reject why) {
    static constexpr std::array<const char*, kRejectCount> kNames{
        "none",  "too-short", "too-long",  "magic",   "version",     "type",       "sea",
        "place", "call",      "partition", "key",     "counters",    "owner",      "client",
        "flag",  "padding",   "direction", "not-now", "foreign-sea", "descriptors"};
    static_assert(static_cast<std::size_t>(Reject::Descriptors) + 1 == kRejectCount);
    return kNames[static_cast<std::size_t>(why)];
}

}  // namespace sealane::hypercall
