// A node that hears and speaks, for tests of both.
#pragma once

#include <optional>
#include <vector>

#include "control/ha/hearing.h"
#include "control/ha/message.h"
#include "control/ha/seal.h"
#include "control/ha/speaking.h"
#include "tests/unit/ha/samples.h"

namespace sealane::ha::test {

inline constexpr PairId kPair{.vswitch = 0x01020304, .pvid = {100}};

[[nodiscard]] inline Instant at(Duration since_start) { return Instant{} + since_start; }

/// Node `node` in its boot `boot`.  Frames are passed from hand to hand; time and chance are the
/// test's.
struct Talker {
    Talker(std::uint64_t node,
           std::uint64_t boot,
           Keyring keys = Keyring(kOld),
           std::optional<NodeId> partner = std::nullopt);

    Self self;
    Hearing hearing;
    Speaking speaking;
    std::uint64_t next_nonce;

    [[nodiscard]] Frame say(MessageType type, std::uint64_t nonce = 0);
    /// As a PRIMARY of the best priority.
    [[nodiscard]] Frame boast();
    Verdict hear(std::span<const std::uint8_t> frame, Instant now = {});
    /// Hears, and says what the verdict wants said.
    std::vector<Frame> answer(std::span<const std::uint8_t> frame, Instant now = {});
};

/// Passes `first`, said by `from`, and all that follows from it in the order in which it is said,
/// until there is silence.  Returns how many frames that were.
int converse(Talker& from, Talker& to, const Frame& first, Instant now = {});

/// The same where both speak first.
int converse_both(Talker& a, Talker& b, const Frame& of_a, const Frame& of_b);

/// Until both believe each other, and no frame more.
void meet(Talker& a, Talker& b, Instant now = {});

}  // namespace sealane::ha::test
