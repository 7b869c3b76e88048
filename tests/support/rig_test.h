// The fixture of tests that move frames through a Rig.  Every expectation is closed-world: what is
// not named must not have happened, at any adapter, to any frame, under any drop reason.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "tests/support/rig.h"

namespace sealane::test {

/// As many frames at once as each case is run with: one, and the edges of bursts.
inline constexpr std::size_t kCounts[] = {1, 31, 32, 33, 257};

struct DropCount {
    AdapterId at;
    Direction direction = Direction::In;
    Drop why = Drop::None;
    std::uint64_t frames = 1;

    bool operator==(const DropCount&) const = default;
};

/// What comes of one injected frame.
struct Outcome {
    std::vector<std::pair<AdapterId, FrameSpec>> out;
    std::vector<DropCount> drops;  ///< Per injected frame.
};

/// What comes of a whole step.
struct WholeOutcome {
    std::vector<std::pair<AdapterId, std::vector<Bytes>>> out;
    std::vector<DropCount> drops;
};

class RigTest : public testing::Test {
  protected:
    /// Makes the rig of this test.
    void make(const RigSpec& spec);
    [[nodiscard]] Rig& rig() { return *rig_; }

    /// The case as it is always run: in each of kCounts, each frame in every way of usual_cuts(),
    /// and nothing learned before.
    void expect(AdapterId from, const FrameSpec& in, const Outcome& outcome);

    /// The same in whole frames, now, with all that was learned before.
    void expect_now(AdapterId from, const FrameSpec& in, const Outcome& outcome);

    /// One frame, now, with all that was learned before.
    void expect_once(AdapterId from, const FrameSpec& in, const Outcome& outcome);

    /// Nothing else came out, and nothing else was dropped, since the last expectation.
    void expect_exactly(const WholeOutcome& outcome);

    /// Asserts the three laws and that all buffers are back.
    void TearDown() override;

  private:
    void expect_so_many(std::size_t count,
                        const Cuts& cuts,
                        AdapterId from,
                        const FrameSpec& in,
                        const Outcome& outcome);
    void expect_frames(const WholeOutcome& outcome);
    void expect_drops(const std::vector<DropCount>& expected);

    std::unique_ptr<Rig> rig_;
    std::vector<AdapterTotals> before_;  // at the last expectation
};

}  // namespace sealane::test
