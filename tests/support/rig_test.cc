#include "tests/support/rig_test.h"

#include <algorithm>
#include <map>
#include <tuple>

namespace sealane::test {
namespace {

/// Drops as text, so that a difference reads well: "acc10 in runt" -> frames.
using DropTable = std::map<std::string, std::uint64_t>;

std::string label(const Rig& rig, AdapterId at, Direction direction, Drop why) {
    return rig.name(at) + " " + std::string(name_of(direction)) + " " + std::string(name_of(why));
}

DropTable since(const Rig& rig, const std::vector<AdapterTotals>& before) {
    DropTable drops;
    for (std::uint16_t i = 0; i < rig.adapters(); ++i) {
        const AdapterTotals now = rig.totals({i});
        for (std::size_t direction = 0; direction < kDirectionCount; ++direction) {
            for (std::size_t why = 0; why < kDropCount; ++why) {
                const std::uint64_t frames =
                    now.drops[direction][why] - before[i].drops[direction][why];
                if (frames == 0) continue;
                drops[label(rig, {i}, static_cast<Direction>(direction), static_cast<Drop>(why))] =
                    frames;
            }
        }
    }
    return drops;
}

void expect_same(const std::string& where,
                 const std::vector<Bytes>& expected,
                 const std::vector<Bytes>& actual) {
    EXPECT_EQ(actual.size(), expected.size()) << "frames out of " << where;
    for (std::size_t i = 0; i < std::max(expected.size(), actual.size()); ++i) {
        if (i < expected.size() && i < actual.size() && expected[i] == actual[i]) continue;
        ADD_FAILURE() << where << ", frame " << i << "\n  expected: "
                      << (i < expected.size() ? describe(expected[i]) : "nothing")
                      << "\n  came out: " << (i < actual.size() ? describe(actual[i]) : "nothing");
        return;
    }
}

}  // namespace

void RigTest::make(const RigSpec& spec) {
    rig_ = std::make_unique<Rig>(spec);
    before_.assign(rig_->adapters(), {});
}

void RigTest::expect(AdapterId from, const FrameSpec& in, const Outcome& outcome) {
    for (const Cuts& cuts : usual_cuts()) {
        for (const std::size_t count : kCounts) {
            rig().forget_learned();
            expect_so_many(count, cuts, from, in, outcome);
            if (HasFailure()) return;
        }
    }
}

void RigTest::expect_now(AdapterId from, const FrameSpec& in, const Outcome& outcome) {
    for (const std::size_t count : kCounts) {
        expect_so_many(count, {}, from, in, outcome);
        if (HasFailure()) return;
    }
}

void RigTest::expect_so_many(std::size_t count,
                             const Cuts& cuts,
                             AdapterId from,
                             const FrameSpec& in,
                             const Outcome& outcome) {
    SCOPED_TRACE(std::to_string(count) + " frames in " + std::to_string(cuts.size() + 1) +
                 " pieces each into " + rig().name(from) + ", " + describe(in.bytes()));
    for (const Bytes& frame : numbered_frames(in, count)) {
        rig().inject(from, frame, cuts);
    }
    rig().run();

    WholeOutcome whole{.drops = outcome.drops};
    for (const auto& [to, spec] : outcome.out) {
        whole.out.emplace_back(to, numbered_frames(spec, count));
    }
    for (DropCount& drop : whole.drops) {
        drop.frames *= count;
    }
    expect_exactly(whole);
}

void RigTest::expect_once(AdapterId from, const FrameSpec& in, const Outcome& outcome) {
    SCOPED_TRACE("into " + rig().name(from) + ", " + describe(in.bytes()));
    rig().inject(from, in.bytes());
    rig().run();
    WholeOutcome whole{.drops = outcome.drops};
    for (const auto& [to, spec] : outcome.out) {
        whole.out.emplace_back(to, std::vector<Bytes>{spec.bytes()});
    }
    expect_exactly(whole);
}

void RigTest::expect_exactly(const WholeOutcome& outcome) {
    expect_frames(outcome);
    expect_drops(outcome.drops);
    for (std::uint16_t i = 0; i < rig().adapters(); ++i) {
        before_[i] = rig().totals({i});
    }
}

void RigTest::TearDown() {
    if (!rig_) return;
    for (std::uint16_t i = 0; i < rig().adapters(); ++i) {
        rig().hold({i}, false);
    }
    rig().run();
    EXPECT_EQ(rig().broken_laws(), "");
    EXPECT_EQ(rig().pools().in_use(), 0U) << "buffers that are not back in their pools";
}

void RigTest::expect_frames(const WholeOutcome& outcome) {
    std::vector<std::vector<Bytes>> expected(rig().adapters());
    for (const auto& [to, frames] : outcome.out) {
        auto& all = expected[to.index];
        all.insert(all.end(), frames.begin(), frames.end());
    }
    for (std::uint16_t i = 0; i < rig().adapters(); ++i) {
        expect_same(rig().name({i}), expected[i], rig().take({i}));
    }
}

void RigTest::expect_drops(const std::vector<DropCount>& expected) {
    DropTable wanted;
    for (const DropCount& drop : expected) {
        wanted[label(rig(), drop.at, drop.direction, drop.why)] += drop.frames;
    }
    EXPECT_EQ(since(rig(), before_), wanted);
}

}  // namespace sealane::test
