#include "tests/fuzz/shared_ring_fuzz.h"

#include <algorithm>
#include <cstring>
#include <memory>
#include <vector>

#include "dataplane/base/check.h"
#include "dataplane/wire/shared_ring.h"

namespace sealane::test {
namespace {

using wire::kSharedRecordHead;
using wire::SharedControl;
using wire::SharedReader;
using wire::SharedWriter;

constexpr std::uint64_t kRing = 4096;

/// A turn of the hostile side: an index, and where in the ring which four bytes are written.
struct Stroke {
    std::uint64_t index = 0;
    std::uint16_t at = 0;
    std::uint16_t is_relative = 0;  ///< Odd: the index is counted from the last one.
    std::uint32_t word = 0;
};

/// Sums what it is lent, so that each byte is read, and a sanitizer sees one outside.
void take_all(SharedReader& reader, const std::uint8_t* bytes) {
    std::uint64_t lent = 0;
    [[maybe_unused]] volatile std::uint8_t sum = 0;
    if (!reader.look()) return;
    for (;;) {
        const SharedReader::Record record = reader.next();
        if (record.kind != SharedReader::Record::Kind::Frame) break;
        lent += wire::shared_record(static_cast<std::uint32_t>(record.bytes.size()));
        SEALANE_CHECK(record.bytes.data() >= bytes + kSharedRecordHead &&
                          record.bytes.data() + record.bytes.size() <= bytes + 2 * kRing,
                      "a frame outside the ring was lent");
        SEALANE_CHECK(lent <= kRing, "more was lent than a ring holds");
        for (const std::uint8_t byte : record.bytes) {
            sum = static_cast<std::uint8_t>(sum + byte);
        }
    }
    [[maybe_unused]] const bool wakes = reader.give_back();
}

}  // namespace

void expect_bounded(std::span<const std::uint8_t> script) {
    SharedControl in{}, out{};
    const auto in_bytes = std::make_unique<std::uint8_t[]>(2 * kRing);
    const auto out_bytes = std::make_unique<std::uint8_t[]>(2 * kRing);
    SharedReader reader(in, in_bytes.get(), kRing);
    SharedWriter writer(out, out_bytes.get(), kRing, 16);
    std::uint64_t sent = 0, last = 0;
    SharedWriter::Taken taken;
    for (; script.size() >= sizeof(Stroke); script = script.subspan(sizeof(Stroke))) {
        Stroke stroke;
        std::memcpy(&stroke, script.data(), sizeof stroke);
        last = stroke.is_relative % 2 == 1 ? last + stroke.index % (2 * kRing) : stroke.index;
        in.produced.store(last);
        out.consumed.store(last);
        std::memcpy(in_bytes.get() + stroke.at % kRing / 4 * 4, &stroke.word, sizeof stroke.word);
        take_all(reader, in_bytes.get());

        if (std::uint8_t* const room = writer.reserve(stroke.at % 512U)) {
            std::fill_n(room, stroke.at % 512U, std::uint8_t{0x5c});
            writer.commit(stroke.at % 512U);
            ++sent;
        }
        [[maybe_unused]] const bool wakes = writer.publish();
        [[maybe_unused]] const bool sound = writer.settle(taken);
        SEALANE_CHECK(taken.frames + writer.waiting() == sent, "a frame was counted twice");
    }
}

}  // namespace sealane::test

// NOLINTNEXTLINE(readability-identifier-naming): libFuzzer looks for this name.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    sealane::test::expect_bounded({data, size});
    return 0;
}
