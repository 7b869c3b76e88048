#include "tests/fuzz/codec_fuzz.h"

#include <algorithm>

#include "control/ha/hearing.h"
#include "control/ha/message.h"
#include "dataplane/base/check.h"

namespace sealane::ha::test {

void expect_ignored(std::span<const std::uint8_t> frame, const Key& held) {
    if (const Decoded decoded = decode(frame); decoded.why == Reject::None) {
        const Frame again = encode(decoded.message);
        SEALANE_CHECK(
            std::ranges::equal(frame.first(kSealOffset), std::span(again).first(kSealOffset)),
            "a frame's meaning has other bytes");
    }
    Hearing hearing({.source = {0x0200'0000'0001},
                     .node = {1},
                     .boot = {11},
                     .pair = {.vswitch = 0x0102'0304, .pvid = {100}}},
                    Keyring(held));
    const Verdict verdict = hearing.hear(frame, Instant{}, 7);
    SEALANE_CHECK(!verdict.is_believed() && !hearing.partner(), "a frame was believed");
    SEALANE_CHECK(!verdict.challenge && !verdict.response, "a frame was answered");
    SEALANE_CHECK(!verdict.is_alarming(), "a frame raised an alarm");
}

}  // namespace sealane::ha::test

/// With a key that no sender has.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const sealane::ha::Key of_nobody{.id = {1},
                                            .secret = std::vector<std::uint8_t>(32, 0x5c)};
    sealane::ha::test::expect_ignored({data, size}, of_nobody);
    return 0;
}
