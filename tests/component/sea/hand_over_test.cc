// A slot that goes from one SEA to the other while frames are on their way (design 6).
#include "dataplane/sea/pollers.h"
#include "tests/component/sea/one_sea.h"

namespace sealane::test {
namespace {

/// A client, and two SEAs with one trunk each, of which A has the slot and hands it over to B.
class HandOver : public RigTest {
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
        spec.frames = 2 * sea::Hold::kMostBuffers;
        spec.seas = {{.name = "seaA", .trunks = {{1}}}, {.name = "seaB", .trunks = {{2}}}};
        make(spec);
        settle_at(trunk_a);
        rig().run();
    }

    /// What the hypervisor shows; returns the word.
    std::uint64_t show(SlotPhase phase) {
        const bool turned = phase == SlotPhase::Lingering || phase == SlotPhase::Closing;
        const SlotWord word{.epoch = turned ? 11U : 10U,
                            .owner = turned ? trunk_b : trunk_a,
                            .phase = phase,
                            .other = turned ? trunk_a : trunk_b};
        rig().shared().slots().put({0}, word);
        return word.bits();
    }
    /// The epoch is raised by a change of owner alone.
    void settle_at(AdapterId owner) {
        rig().shared().slots().put({0}, {.epoch = owner == trunk_b ? 11U : 10U, .owner = owner});
    }
    /// So many numbered frames of the client go as far as a link.
    std::vector<Bytes> send_into_link(std::uint32_t first, std::uint32_t count) {
        std::vector<Bytes> sent;
        for (std::uint32_t i = 0; i < count; ++i) {
            sent.push_back(out.numbered(first + i).bytes());
            rig().inject(client, sent.back());
            EXPECT_EQ(rig().forward(client), 1U);
        }
        return sent;
    }
    std::vector<Bytes> inject(AdapterId at, const FrameSpec& spec, std::uint32_t first, int count) {
        std::vector<Bytes> sent;
        for (int i = 0; i < count; ++i) {
            sent.push_back(spec.numbered(first + static_cast<std::uint32_t>(i)).bytes());
            rig().inject(at, sent.back());
        }
        return sent;
    }
    static std::vector<Bytes> joined(std::vector<Bytes> first, const std::vector<Bytes>& second) {
        first.insert(first.end(), second.begin(), second.end());
        return first;
    }

    const AdapterId client{0}, trunk_a{1}, trunk_b{2}, wire_a{3}, sea_a{4}, wire_b{5}, sea_b{6};
    const FrameSpec out = frame(outside(1), mac_of({0}));
    const FrameSpec in = frame(mac_of({0}), outside(1));
    const FrameSpec call = frame(kBroadcast, outside(1));
};

TEST_F(HandOver, WhatTheHeirGetsWaitsUntilTheOldOwnersFramesAreOut) {
    const std::vector<Bytes> old = send_into_link(0, 3);
    show(SlotPhase::Turning);
    const std::vector<Bytes> fresh = send_into_link(3, 100);
    rig().run();
    expect_exactly({.out = {{wire_a, old}}});
    EXPECT_TRUE(rig().bridge(1).keeps_frames());

    show(SlotPhase::Turned);
    rig().run();
    expect_exactly({});
    show(SlotPhase::Lingering);
    const std::vector<Bytes> newest = send_into_link(103, 5);
    rig().run();
    expect_exactly({.out = {{wire_b, joined(fresh, newest)}}});
    EXPECT_FALSE(rig().bridge(1).keeps_frames());
}

TEST_F(HandOver, TheOldOwnerAnswersOnceItsLinkWasFoundEmptyAfterNothingNewCame) {
    const std::vector<Bytes> first = send_into_link(0, 2);
    show(SlotPhase::Turning);
    for (int i = 0; i < 3; ++i) {
        rig().run();
    }
    EXPECT_EQ(rig().answer(trunk_a), 0U) << "the switch may still send";
    rig().shared().slots().put({0}, {.epoch = 9, .owner = trunk_a});
    const std::vector<Bytes> last = send_into_link(2, 1);
    const std::uint64_t turned = show(SlotPhase::Turned);
    rig().bridge(0).from_trunk(0, Instant{});  // carries it
    EXPECT_EQ(rig().answer(trunk_a), 0U);
    rig().bridge(0).from_trunk(0, Instant{});  // may have looked before the switch turned
    EXPECT_EQ(rig().answer(trunk_a), 0U);
    rig().bridge(0).from_trunk(0, Instant{});
    EXPECT_EQ(rig().answer(trunk_a), turned);
    EXPECT_EQ(rig().answer(trunk_b), 0U) << "nobody asked it";
    rig().run();
    expect_exactly({.out = {{wire_a, joined(first, last)}}});
}

TEST_F(HandOver, AnAnswerOfATryThatCameToNothingIsForgotten) {
    const std::uint64_t turned = show(SlotPhase::Turned);
    rig().run();
    rig().run();
    ASSERT_EQ(rig().answer(trunk_a), turned);
    settle_at(trunk_a);
    rig().run();
    EXPECT_EQ(rig().answer(trunk_a), 0U);
    const std::vector<Bytes> sent = send_into_link(0, 1);
    ASSERT_EQ(show(SlotPhase::Turned), turned);
    rig().bridge(0).from_trunk(0, Instant{});
    rig().bridge(0).from_trunk(0, Instant{});
    EXPECT_EQ(rig().answer(trunk_a), 0U) << "one empty look, as the first time";
    rig().run();
    expect_exactly({.out = {{wire_a, sent}}});
}

TEST_F(HandOver, UnicastOfTheNewOwnersWireWaitsForThatOfTheOldOnes) {
    show(SlotPhase::Lingering);
    rig().run();
    const std::vector<Bytes> late = inject(wire_b, in, 10, 70);
    rig().run();
    const std::vector<Bytes> old = inject(wire_a, in, 0, 5);
    rig().run();
    expect_exactly({.out = {{client, old}}});
    EXPECT_TRUE(rig().bridge(1).keeps_frames());

    show(SlotPhase::Closing);
    rig().run();
    expect_exactly({});
    settle_at(trunk_b);
    const std::vector<Bytes> newest = inject(wire_b, in, 80, 3);
    rig().run();
    expect_exactly({.out = {{client, joined(late, newest)}}});
}

TEST_F(HandOver, AGroupAddressComesInByTheOwnerWhileOutwardFramesTurn) {
    for (const auto phase : {SlotPhase::Turning, SlotPhase::Turned}) {
        show(phase);
        inject(wire_b, call, 0, 1);
        const std::vector<Bytes> called = inject(wire_a, call, 0, 1);
        rig().run();
        expect_exactly(
            {.out = {{client, called}}, .drops = {{.at = wire_b, .why = Drop::NotActive}}});
    }
}

TEST_F(HandOver, AGroupAddressThatBothOwnersGetComesInOnceAndInOrder) {
    show(SlotPhase::Lingering);
    rig().run();
    const std::vector<Bytes> old = inject(wire_a, call, 0, 3);
    const std::vector<Bytes> all = inject(wire_b, call, 0, 5);  // two came to the former too late
    rig().run();
    expect_exactly({.out = {{client, old}}});
    show(SlotPhase::Closing);
    rig().run();
    inject(wire_a, call, 3, 2);
    rig().run();
    expect_exactly({.drops = {{.at = wire_a, .why = Drop::NotActive, .frames = 2}}});
    settle_at(trunk_b);
    const std::vector<Bytes> newest = inject(wire_b, call, 5, 1);
    rig().run();
    expect_exactly({.out = {{client, joined({all[3], all[4]}, newest)}},
                    .drops = {{.at = trunk_b, .why = Drop::BroughtTwice, .frames = 3}}});
}

TEST_F(HandOver, WhatTheOwnerBroughtInBeforeItWasFormerIsLeftOutToo) {
    show(SlotPhase::Turned);
    const std::vector<Bytes> called = inject(wire_a, call, 0, 1);
    rig().run();
    show(SlotPhase::Lingering);
    rig().run();
    inject(wire_b, call, 0, 1);  // its wire is the slower one
    rig().run();
    settle_at(trunk_b);
    rig().run();
    expect_exactly(
        {.out = {{client, called}}, .drops = {{.at = trunk_b, .why = Drop::BroughtTwice}}});
}

TEST_F(HandOver, OfGroupFramesThatAreAlikeAsManyComeInAsCameToTheNewOwner) {
    show(SlotPhase::Lingering);
    rig().run();
    inject(wire_a, call, 7, 1);
    for (int i = 0; i < 3; ++i) {
        inject(wire_b, call, 7, 1);
    }
    rig().run();
    settle_at(trunk_b);
    rig().run();
    const std::vector<Bytes> thrice(3, Bytes(call.numbered(7).bytes()));
    expect_exactly(
        {.out = {{client, thrice}}, .drops = {{.at = trunk_b, .why = Drop::BroughtTwice}}});
}

TEST_F(HandOver, GroupFramesOfAnotherVlanOrLengthAreNotTakenForThoseThatCameBefore) {
    show(SlotPhase::Lingering);
    rig().run();
    inject(wire_a, call.sized(100), 0, 1);
    inject(wire_b, call.sized(101), 0, 1);
    inject(wire_b, call.sized(100).tag({.vid = 10}), 0, 1);
    rig().run();
    rig().drain();
    settle_at(trunk_b);
    rig().run();
    EXPECT_EQ(rig().totals(trunk_b).drops[static_cast<std::size_t>(Direction::In)]
                                         [static_cast<std::size_t>(Drop::BroughtTwice)],
              0U);
}

TEST_F(HandOver, TheFormerOwnerStopsWhenItsWireIsEmptyAndSaysSo) {
    show(SlotPhase::Lingering);
    const std::vector<Bytes> old = inject(wire_a, in, 0, 130);
    const std::uint64_t closing = show(SlotPhase::Closing);
    EXPECT_EQ(rig().bridge(0).from_wire(), port::kBurst);
    EXPECT_EQ(rig().bridge(0).from_wire(), port::kBurst);
    EXPECT_EQ(rig().answer(trunk_a), 0U);
    EXPECT_EQ(rig().bridge(0).from_wire(), 2U);
    EXPECT_EQ(rig().answer(trunk_a), closing);
    inject(wire_a, in, 130, 1);
    rig().run();
    expect_exactly({.out = {{client, old}}, .drops = {{.at = wire_a, .why = Drop::NotActive}}});
}

TEST_F(HandOver, ClientsFramesLeaveByTheNewOwnerAloneThoughTheFormerStillBringsIn) {
    show(SlotPhase::Lingering);
    rig().run();
    expect_once(client, out, {.out = {{wire_b, out}}});
    const FrameSpec hello = frame(kBroadcast, mac_of(client));
    expect_once(client, hello, {.out = {{wire_b, hello}}});
    // The outside sends it to the former owner, too; and so what is for somebody it does not know.
    expect_once(wire_a, hello, {.drops = {{.at = trunk_a, .why = Drop::LocalSource}}});
    expect_once(wire_a, out, {.drops = {{.at = trunk_a, .why = Drop::LocalSource}}});
}

TEST_F(HandOver, AnHeirThatDoesNotGetTheSlotDropsWhatItKept) {
    show(SlotPhase::Turning);
    send_into_link(0, 3);
    rig().run();
    settle_at(trunk_a);
    rig().run();
    expect_exactly({.drops = {{.at = sea_b, .why = Drop::NotActive, .frames = 3}}});
}

TEST_F(HandOver, AnOwnerThatStoodStillUntilItIsOverPassesNothingOn) {
    send_into_link(0, 2);
    inject(wire_a, in, 0, 2);
    settle_at(trunk_b);
    rig().run();
    expect_exactly({.drops = {{.at = sea_a, .why = Drop::NotActive, .frames = 2},
                              {.at = wire_a, .why = Drop::NotActive, .frames = 2}}});
}

TEST_F(HandOver, WhatIsKeptIsBoundedAndTheRestIsCounted) {
    constexpr std::uint32_t kMost = sea::Hold::kMostBuffers;
    show(SlotPhase::Turning);
    std::vector<Bytes> sent;
    for (std::uint32_t i = 0; i < kMost + 10; i += 10) {
        const std::vector<Bytes> some = send_into_link(i, 10);
        sent.insert(sent.end(), some.begin(), some.end());
        rig().run();
    }
    const auto dropped = static_cast<std::uint64_t>(sent.size() - kMost);
    expect_exactly({.drops = {{.at = sea_b, .why = Drop::HandOverFull, .frames = dropped}}});
    sent.resize(kMost);
    settle_at(trunk_b);
    while (rig().bridge(1).from_trunk(0, Instant{}).taken > 0) {
        rig().drain();  // its ring has no place for all of them at once
    }
    expect_exactly({.out = {{wire_b, sent}}});
}

TEST_F(HandOver, InwardTooWhatIsKeptIsBounded) {
    constexpr std::uint32_t kMost = sea::Hold::kMostBuffers;
    show(SlotPhase::Lingering);
    rig().run();
    std::vector<Bytes> sent;
    for (std::uint32_t i = 0; i < kMost + 10; i += 10) {
        sent = joined(std::move(sent), inject(wire_b, in, i, 10));
        rig().run();
    }
    const auto dropped = static_cast<std::uint64_t>(sent.size() - kMost);
    expect_exactly({.drops = {{.at = wire_b, .why = Drop::HandOverFull, .frames = dropped}}});
    sent.resize(kMost);
    settle_at(trunk_b);
    while (rig().bridge(1).from_wire() > 0) {
        while (rig().forward(trunk_b) > 0) {
        }
        rig().drain();  // rings have no place for all of them at once
    }
    expect_exactly({.out = {{client, sent}}});
}

/// Of 8 KiB frames a turn pays for 32.  Those that are kept behind what goes in cost nothing yet.
TEST_F(HandOver, WhatIsKeptIsPaidForWhenItGoesInAndOnlyThen) {
    const FrameSpec large = in.sized(8192);
    constexpr unsigned kOfATurn = 32;
    show(SlotPhase::Lingering);
    rig().run();
    std::vector<Bytes> sent = inject(wire_b, large, 0, 2 * port::kBurst + 2);
    rig().run();
    settle_at(trunk_b);
    sent = joined(std::move(sent), inject(wire_b, large, 1000, 2 * port::kBurst));
    EXPECT_EQ(rig().bridge(1).from_wire(), 2U * port::kBurst) << "the first that were kept";
    EXPECT_EQ(rig().bridge(1).from_wire(), 2 + port::kBurst + kOfATurn) << "the others, and newer";
    rig().run();
    expect_exactly({.out = {{client, sent}}});
}

TEST_F(HandOver, AWorkerDoesNotSleepOverWhatItsSeaKeeps) {
    sea::RealSide side(rig().bridge(1));
    EXPECT_TRUE(side.prepare_to_sleep());
    side.awake();
    show(SlotPhase::Turning);
    const std::vector<Bytes> kept = send_into_link(0, 1);
    rig().run();
    EXPECT_FALSE(side.prepare_to_sleep());
    side.awake();
    settle_at(trunk_b);
    rig().run();
    expect_exactly({.out = {{wire_b, kept}}});
    EXPECT_TRUE(side.prepare_to_sleep());
    side.awake();
}

}  // namespace
}  // namespace sealane::test
