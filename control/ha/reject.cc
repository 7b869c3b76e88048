#include "control/ha/reject.h"

#include <array>

namespace sealane::ha {

static_assert(static_cast<std::size_t>(Reject::Replay) + 1 == kRejectCount);

const char* name_of(Reject why) {
    constexpr std::array<const char*, kRejectCount> kNames{
        "none",        "length",     "ether-type", "destination",   "source",       "protocol",
        "version",     "type",       "role",       "mode",          "priority",     "refusal",
        "node",        "boot",       "sequence",   "echo",          "nonce",        "uplink",
        "keys",        "other-pair", "unsealed",   "unknown-key",   "flood",        "bad-seal",
        "own-message", "own-node",   "third-node", "unproven-boot", "retired-boot", "replay",
    };
    return kNames[static_cast<std::size_t>(why)];
}

}  // namespace sealane::ha
