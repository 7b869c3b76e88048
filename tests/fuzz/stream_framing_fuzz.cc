// Bytes from a peer of a qemu-stream port, cut into frames.  The first says how long one may be.
#include <array>
#include <span>

#include "dataplane/base/check.h"
#include "dataplane/wire/head.h"
#include "dataplane/wire/stream_framing.h"
#include "tests/fuzz/entry.h"

namespace sealane::wire {
namespace {

using Kind = StreamUnit::Kind;

/// A unit is the same whatever follows it, and is found as soon as it is whole and no sooner.
void check_unit(const StreamUnit& unit, std::span<const std::uint8_t> bytes, std::uint32_t most) {
    const std::size_t size = unit.kind == Kind::Lost ? kStreamLengthWord : unit.size();
    SEALANE_CHECK(size <= bytes.size(), "a unit reaches beyond what there is");
    SEALANE_CHECK(first_unit(bytes.first(size), most) == unit, "what follows changes a unit");
    SEALANE_CHECK(first_unit(bytes.first(size - 1), most).kind == Kind::Incomplete,
                  "a unit is found before it is whole");
    const bool fits = unit.length >= kHeaderLength && unit.length <= most;
    SEALANE_CHECK((unit.kind == Kind::Frame) == (fits && unit.kind != Kind::Lost),
                  "a frame's length is none, or one that is");
    SEALANE_CHECK((unit.kind == Kind::Frame) == (unit.why == Drop::None), "no reason, or one");
}

void check_stream(std::span<const std::uint8_t> bytes, std::uint32_t most) {
    for (;;) {
        const StreamUnit unit = first_unit(bytes, most);
        if (unit.kind == Kind::Incomplete) {
            SEALANE_CHECK(bytes.size() < kStreamLengthWord + kStreamFrameLimit,
                          "it waits for more than its caller can keep");
            return;
        }
        check_unit(unit, bytes, most);
        if (unit.kind == Kind::Lost) return;
        bytes = bytes.subspan(unit.size());
    }
}

}  // namespace
}  // namespace sealane::wire

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    constexpr std::array<std::uint32_t, 4> kMost{14, 60, 1'518, sealane::wire::kMaxStreamFrame};
    if (size == 0) return 0;
    sealane::wire::check_stream({data + 1, size - 1}, kMost[data[0] % kMost.size()]);
    return 0;
}
