#include "dataplane/base/slot_word.h"

#include <gtest/gtest.h>

namespace sealane {
namespace {

constexpr AdapterId kOne{0}, kTwo{kMaxAdapters - 1}, kThree{5};

TEST(SlotWord, IsTheSameAfterBeingTakenApart) {
    for (const auto phase : {SlotPhase::Noting,
                             SlotPhase::Turning,
                             SlotPhase::Turned,
                             SlotPhase::Lingering,
                             SlotPhase::Closing}) {
        const SlotWord word{.epoch = 0xffff'fffe, .owner = kOne, .phase = phase, .other = kTwo};
        EXPECT_EQ(SlotWord::of(word.bits()), word);
        EXPECT_FALSE(SlotWord::is_settled(word.bits()));
    }
    const SlotWord settled{.epoch = 9, .owner = kTwo};
    EXPECT_EQ(SlotWord::of(settled.bits()), settled);
    EXPECT_TRUE(SlotWord::is_settled(settled.bits()));
    EXPECT_EQ(SlotWord::of(SlotWord{.epoch = 9}.bits()), SlotWord{.epoch = 9});
    EXPECT_EQ(SlotWord::of(0), SlotWord{});
}

TEST(SlotWord, SettledHasTheHoldersLowerHalfAndInAHandOverNobodys) {
    EXPECT_EQ(static_cast<std::uint32_t>(SlotWord{.epoch = 3, .owner = kTwo}.bits()),
              SlotWord::held_by(kTwo));
    const SlotWord turning{.epoch = 3, .owner = kTwo, .phase = SlotPhase::Turning, .other = kThree};
    EXPECT_NE(static_cast<std::uint32_t>(turning.bits()), SlotWord::held_by(kTwo));
    EXPECT_NE(static_cast<std::uint32_t>(turning.bits()), SlotWord::held_by(kThree));
}

struct Ways {
    SlotPhase phase;
    AdapterId outward;
    bool other_brings_in;
};

TEST(SlotWord, OutwardFramesTurnFirstAndInwardOnesLinger) {
    for (const Ways& row : {Ways{SlotPhase::Settled, kOne, false},
                            Ways{SlotPhase::Noting, kOne, false},
                            Ways{SlotPhase::Turning, kTwo, false},
                            Ways{SlotPhase::Turned, kTwo, false},
                            Ways{SlotPhase::Lingering, kOne, true},
                            Ways{SlotPhase::Closing, kOne, true}}) {
        const SlotWord word{.epoch = 1, .owner = kOne, .phase = row.phase, .other = kTwo};
        EXPECT_EQ(word.outward(), row.outward);
        EXPECT_TRUE(word.may_bring_in(kOne));
        EXPECT_EQ(word.may_bring_in(kTwo), row.other_brings_in);
        EXPECT_FALSE(word.may_bring_in(kThree));
        EXPECT_FALSE(word.may_bring_in(kNoAdapter));
    }
    EXPECT_EQ(SlotWord{}.outward(), kNoAdapter);
    EXPECT_FALSE(SlotWord{}.may_bring_in(kNoAdapter));
}

}  // namespace
}  // namespace sealane
