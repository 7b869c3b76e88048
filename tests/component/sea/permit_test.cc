// A trunk's frames at a SEA that has lost the slot since the hypervisor sent them (design 5).
#include <atomic>

#include "tests/component/sea/one_sea.h"

namespace sealane::test {
namespace {

/// A client, and two SEAs with one trunk each, of which A has the slot.
class Permitted : public RigTest {
  protected:
    void SetUp() override {
        RigSpec spec;
        spec.adapters = {{.name = "client", .rules = member_of(1)},
                         {.name = "trunkA", .rules = trunk_of(1, {10}), .slot = {0}},
                         {.name = "trunkB", .rules = trunk_of(1, {10}), .slot = {0}}};
        for (std::uint16_t i = 0; i < spec.adapters.size(); ++i) {
            spec.adapters[i].rules.mac = mac_of({i});
        }
        spec.slots = 1;
        spec.seas = {{.name = "seaA", .trunks = {{1}}}, {.name = "seaB", .trunks = {{2}}}};
        make(spec);
    }
    /// So many frames of the client go as far as the link of the SEA that has the slot.
    void send_into_link(unsigned count, const FrameSpec& frame) {
        for (unsigned i = 0; i < count; ++i) {
            rig().inject(client, frame.bytes());
        }
        unsigned moved = 0;
        while (moved < count) {
            const unsigned some = rig().forward(client);
            ASSERT_GT(some, 0U);
            moved += some;
        }
    }
    /// One burst of A's link.
    unsigned carry() { return rig().bridge(0).from_trunk(0, Instant{}).taken; }

    const AdapterId client{0}, trunk_a{1}, trunk_b{2}, wire_a{3}, sea_a{4}, wire_b{5};
    const FrameSpec out = frame(outside(1), mac_of({0}));
};

TEST_F(Permitted, WhatWaitsInTheLinkWhenAnotherGetsTheSlotIsDropped) {
    send_into_link(3, out);
    rig().shared().slots().give({0}, trunk_b);
    rig().run();
    expect_exactly({.drops = {{.at = sea_a, .why = Drop::NotActive, .frames = 3}}});
    EXPECT_EQ(rig().totals(sea_a).rx_bytes, 3 * out.bytes().size());
    expect_once(client, out, {.out = {{wire_b, out}}});
}

TEST_F(Permitted, WhatWaitsInTheLinkWhenNobodyHasTheSlotIsDropped) {
    send_into_link(3, out);
    rig().shared().slots().take_away({0});
    rig().run();
    expect_exactly({.drops = {{.at = sea_a, .why = Drop::NotActive, .frames = 3}}});
}

TEST_F(Permitted, AChangeCountsFromTheNextBurstOn) {
    send_into_link(3 * port::kBurst, out);
    EXPECT_EQ(carry(), port::kBurst);
    rig().shared().slots().give({0}, trunk_b);
    EXPECT_EQ(carry(), port::kBurst);
    rig().shared().slots().give({0}, trunk_a);  // another epoch, the same owner
    EXPECT_EQ(carry(), port::kBurst);
    rig().run();
    const std::vector<Bytes> sent(2 * port::kBurst, out.bytes());
    expect_exactly({.out = {{wire_a, sent}},
                    .drops = {{.at = sea_a, .why = Drop::NotActive, .frames = port::kBurst}}});
}

TEST_F(Permitted, WhoHasNoPermitAnswersNobodyWhoseFramesAreTooLong) {
    send_into_link(1, out.sized(3000));
    rig().shared().slots().take_away({0});
    rig().run();
    expect_exactly({.drops = {{.at = sea_a, .why = Drop::NotActive}}});
}

/// A host outside calls everybody: both SEAs of the pair get it.
TEST_F(Permitted, H42_ABroadcastFromOutsideComesInThroughTheOwnerAlone) {
    const FrameSpec call = frame(kBroadcast, outside(1));
    rig().inject(wire_a, call.bytes());
    rig().inject(wire_b, call.bytes());
    rig().run();
    expect_exactly(
        {.out = {{client, {call.bytes()}}}, .drops = {{.at = wire_b, .why = Drop::NotActive}}});
}

TEST_F(Permitted, WhatCameBeforeTheSlotDidIsNotBroughtInASecondTime) {
    const FrameSpec call = frame(kBroadcast, outside(1));
    rig().inject(wire_a, call.bytes());
    rig().run();
    rig().inject(wire_b, call.bytes());  // waits there while the slot changes hands
    rig().shared().slots().give({0}, trunk_b);
    rig().run();
    rig().inject(wire_b, call.bytes());
    rig().run();
    expect_exactly({.out = {{client, {call.bytes(), call.bytes()}}},
                    .drops = {{.at = wire_b, .why = Drop::NotActive}}});
}

/// Its worker stood still, and its wire had been looked at last while it was the owner.
TEST_F(Permitted, WhatCameWhileTheSlotWentAndCameBackUnseenIsNotBroughtInASecondTime) {
    const FrameSpec call = frame(kBroadcast, outside(1));
    rig().run();
    rig().inject(wire_a, call.bytes());  // waits there
    rig().shared().slots().give({0}, trunk_b);
    rig().bridge(1).from_wire();
    rig().inject(wire_b, call.bytes());
    rig().bridge(1).from_wire();
    EXPECT_EQ(rig().forward(trunk_b), 1U);
    rig().shared().slots().give({0}, trunk_a);
    rig().run();
    expect_exactly(
        {.out = {{client, {call.bytes()}}}, .drops = {{.at = wire_a, .why = Drop::NotActive}}});
    rig().inject(wire_a, call.bytes());
    rig().run();
    expect_exactly({.out = {{client, {call.bytes()}}}});
}

TEST(Inlet, IsClosedForWhatCameBeforeEachEpochAndOpenThroughAllPhasesOfOne) {
    const AdapterId me{7}, other{8};
    std::atomic<std::uint64_t> word{0};
    sea::Inlet inlet({.word = &word, .mine = SlotWord::held_by(me)});
    const auto is_open = [&](const SlotWord& said) {
        word = said.bits();
        inlet.came(1, 64);
        return inlet.is_open();
    };
    for (const std::uint32_t epoch : {5U, 6U, 9U, 0U}) {
        EXPECT_FALSE(is_open({.epoch = epoch, .owner = me})) << epoch;
        EXPECT_TRUE(is_open({.epoch = epoch, .owner = me})) << epoch;
        for (const SlotPhase phase :
             {SlotPhase::Noting, SlotPhase::Turning, SlotPhase::Turned, SlotPhase::Settled}) {
            EXPECT_TRUE(is_open({.epoch = epoch, .owner = me, .phase = phase, .other = other}));
        }
    }
    const SlotWord lingering{
        .epoch = 20, .owner = me, .phase = SlotPhase::Lingering, .other = other};
    EXPECT_FALSE(is_open(lingering));
    EXPECT_FALSE(inlet.is_fresh());
    EXPECT_FALSE(is_open(lingering)) << "the former owner brings in";
    EXPECT_TRUE(inlet.is_fresh());
    EXPECT_TRUE(is_open({.epoch = 20, .owner = me}));
}

TEST(Inlet, OfAnHeirThatHasLookedAtItsWireTheFirstThatComesIsKept) {
    const AdapterId me{7}, other{8};
    constexpr std::uint32_t kEpoch = 20;
    const auto turning = [&](SlotPhase phase) {
        return SlotWord{.epoch = kEpoch, .owner = other, .phase = phase, .other = me};
    };
    const auto lingering = [&](std::uint32_t epoch) {
        return SlotWord{.epoch = epoch, .owner = me, .phase = SlotPhase::Lingering, .other = other};
    };
    const SlotWord others{.epoch = kEpoch, .owner = other};
    const auto keeps_after = [&](const std::vector<SlotWord>& words, unsigned count) {
        std::atomic<std::uint64_t> word{0};
        sea::Inlet inlet({.word = &word, .mine = SlotWord::held_by(me)});
        for (const SlotWord& said : words) {
            word = said.bits();
            inlet.came(count, 64);
            EXPECT_FALSE(inlet.is_open());
        }
        return inlet.keeps();
    };
    using enum SlotPhase;
    const SlotWord first = turning(Turning), second = turning(Turned), ours = lingering(kEpoch + 1);
    EXPECT_TRUE(keeps_after({others, first, second, ours}, 1));
    EXPECT_TRUE(keeps_after({first, first, ours}, 1));
    EXPECT_FALSE(keeps_after({others, ours}, 1)) << "it has not looked since";
    EXPECT_FALSE(keeps_after({others, first, ours}, 1)) << "the look may have been before";
    EXPECT_FALSE(keeps_after({first, second, ours}, 64)) << "its wire was never empty";
    EXPECT_FALSE(keeps_after({first, second, lingering(kEpoch + 2)}, 1)) << "another hand-over";
    EXPECT_FALSE(keeps_after({first, second, others, ours}, 1)) << "that came to nothing";
}

TEST(Inlet, AWireThatIsAlwaysFullIsBelievedInTheEnd) {
    std::atomic<std::uint64_t> word{1};
    sea::Inlet inlet({.word = &word, .mine = 1});
    unsigned refused = 0;
    for (inlet.came(64, 64); !inlet.is_open() && refused < 10'000; inlet.came(64, 64)) {
        refused += 64;
    }
    EXPECT_EQ(refused, sea::Inlet::kMostStale);
    word = 2;
    inlet.came(64, 64);
    EXPECT_FALSE(inlet.is_open());
    word = 1;
    inlet.came(64, 64);
    EXPECT_FALSE(inlet.is_open());
    inlet.came(3, 64);  // the last of the old ones
    EXPECT_FALSE(inlet.is_open());
    inlet.came(64, 64);
    EXPECT_TRUE(inlet.is_open());
}

TEST(Inlet, WithoutAPairIsAlwaysOpen) {
    sea::Inlet inlet(sea::Permit{});
    inlet.came(64, 64);
    EXPECT_TRUE(inlet.is_open());
}

TEST(Permit, IsTheOwnersWhileTheLowerHalfSaysSoAndAlwaysWithoutAPair) {
    EXPECT_EQ(sea::Permit{}.right(sea::Permit{}.look()), sea::Right::Owner);
    constexpr std::uint32_t kMine = 0x1'0007;
    std::atomic<std::uint64_t> word{0};
    const sea::Permit permit{.word = &word, .mine = kMine};
    const auto right = [&](std::uint64_t bits) {
        word = bits;
        return permit.right(permit.look());
    };
    EXPECT_EQ(right(0), sea::Right::None);
    EXPECT_EQ(right(kMine), sea::Right::Owner);
    EXPECT_EQ(right(std::uint64_t{9} << 32 | kMine), sea::Right::Owner);
    EXPECT_EQ(right(std::uint64_t{9} << 32 | 0x1'0006), sea::Right::None);
    EXPECT_EQ(right(std::uint64_t{kMine} << 32), sea::Right::None);
}

TEST(Permit, InEachPhaseOfAHandOverTheTwoHaveRightsThatGoTogetherAndAThirdHasNone) {
    using enum sea::Right;
    const AdapterId owner{7}, other{4095}, third{8};
    const auto right = [&](AdapterId mine, SlotPhase phase) {
        const sea::Permit permit{.mine = SlotWord::held_by(mine)};
        const SlotWord word{.epoch = 3, .owner = owner, .phase = phase, .other = other};
        return permit.right(word.bits());
    };
    struct Row {
        SlotPhase phase;
        sea::Right owners, others;
    };
    for (const Row& row : {Row{SlotPhase::Settled, Owner, None},
                           Row{SlotPhase::Noting, Owner, None},
                           Row{SlotPhase::Turning, Owner, Heir},
                           Row{SlotPhase::Turned, Draining, Heir},
                           Row{SlotPhase::Lingering, Successor, Former},
                           Row{SlotPhase::Closing, Successor, Closing}}) {
        EXPECT_EQ(right(owner, row.phase), row.owners);
        EXPECT_EQ(right(other, row.phase), row.others);
        EXPECT_EQ(right(third, row.phase), None);
    }
}

}  // namespace
}  // namespace sealane::test
