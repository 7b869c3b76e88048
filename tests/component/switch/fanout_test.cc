// Copies: V31, exhausted pools, full rings, and as many receivers as there can be.
#include <algorithm>
#include <array>

#include "tests/component/switch/t_sw.h"

namespace sealane::test {
namespace {

const FrameSpec kTagged = kToAll.tag({.vid = 10});

class Fanout : public RigTest {
  protected:
    AdapterTotals sum() {
        AdapterTotals all;
        for (std::uint16_t i = 0; i < rig().adapters(); ++i) {
            all.add(rig().totals({i}));
        }
        return all;
    }
};

class Headroom : public TSw {
  protected:
    void inject_with_headroom(const std::vector<Bytes>& frames,
                              const Cuts& cuts,
                              std::uint16_t headroom) {
        for (const Bytes& bytes : frames) {
            rig().inject(kAcc10, make_frame(rig().pools().frames.get(), bytes, cuts, headroom));
        }
    }
};

TEST_F(Headroom, V31TagIsPutInFrontOfAFrameWithoutHeadroomAndNoOtherCopyHasIt) {
    const Outcome outcome{
        .out = {{kAcc10b, kToAll}, {kHyb, kToAll}, {kTrk, kTagged}, {kProm, kTagged}}};
    for (const Cuts& cuts : usual_cuts()) {
        for (const std::uint16_t headroom : std::array<std::uint16_t, 5>{0, 1, 3, 4, 128}) {
            for (const std::size_t count : kCounts) {
                WholeOutcome whole;
                for (const auto& [to, spec] : outcome.out) {
                    whole.out.emplace_back(to, numbered_frames(spec, count));
                }
                inject_with_headroom(numbered_frames(kToAll, count), cuts, headroom);
                rig().run();
                expect_exactly(whole);
            }
        }
    }
}

TEST_F(Headroom, V31TagIsPutInFrontOfAnUnsharedFrameWithoutHeadroom) {
    const FrameSpec sent = kToAll.to(mac_of(kTrk));
    for (const std::uint16_t headroom : std::array<std::uint16_t, 5>{0, 1, 3, 4, 128}) {
        for (const std::size_t count : kCounts) {
            inject_with_headroom(numbered_frames(sent, count), {}, headroom);
            rig().run();
            expect_exactly({.out = {{kTrk, numbered_frames(sent.tag({.vid = 10}), count)}}});
        }
    }
}

TEST_F(TSw, V31BytesThatSomebodyElseRefersToAreNeverWritten) {
    rte_mempool* const pool = rig().pools().frames.get();
    for (const Cuts& cuts : usual_cuts()) {
        // The client keeps the frame and sends a clone of it; or sends it and keeps a reference.
        rte_mbuf* const kept = make_frame(pool, kTagged.bytes(), cuts);
        rig().inject(kTrk, rte_pktmbuf_clone(kept, pool));
        rte_pktmbuf_refcnt_update(kept, 1);
        rig().inject(kTrk, kept);
        const std::vector<Bytes> two(2, kToAll.bytes());
        rig().run();
        expect_exactly({.out = {{kAcc10, two},
                                {kAcc10b, two},
                                {kHyb, two},
                                {kProm, {kTagged.bytes(), kTagged.bytes()}}}});
        // Its own offsets may have moved, its bytes may not: they are compared where they were.
        const auto* const begin =
            static_cast<const std::uint8_t*>(kept->buf_addr) + RTE_PKTMBUF_HEADROOM;
        const Bytes expected = kTagged.bytes();
        EXPECT_TRUE(std::equal(
            expected.begin(), expected.begin() + (cuts.empty() ? 64 : cuts.front()), begin));
        for (rte_mbuf* piece = kept; piece != nullptr;) {
            rte_mbuf* const next = piece->next;
            rte_pktmbuf_free_seg(piece);
            piece = next;
        }
    }
}

TEST_F(Fanout, CopiesAreChargedToTheAdapterThatTheFrameCameFrom) {
    make(t_sw());
    expect(kAcc10,
           kToAll,
           {.out = {{kAcc10b, kToAll}, {kHyb, kToAll}, {kTrk, kTagged}, {kProm, kTagged}}});
    const AdapterTotals from = rig().totals(kAcc10);
    EXPECT_EQ(from.copies, 3 * from.admitted);
    EXPECT_EQ(sum().copies, from.copies);
    EXPECT_EQ(rig().totals(kTrk).offered, from.admitted);
}

TEST_F(Fanout, ExhaustedPoolCostsCopiesAndEachIsCounted) {
    RigSpec spec = t_sw();
    spec.heads = 40;
    make(spec);
    for (const Bytes& bytes : numbered_frames(kToAll, 64)) {
        rig().inject(kAcc10, bytes);
    }
    rig().run();
    const AdapterTotals all = sum();
    EXPECT_EQ(all.admitted, 64U);
    EXPECT_EQ(all.copies, 64U * 3);
    EXPECT_EQ(all.offered + all.dropped(Direction::Between, Drop::NoBuffer), 64U * 4);
    EXPECT_GT(all.dropped(Direction::Between, Drop::NoBuffer), 0U);
    EXPECT_EQ(all.dropped(Direction::Between),
              rig().totals(kAcc10).dropped(Direction::Between, Drop::NoBuffer));
    EXPECT_EQ(all.dropped(Direction::Out), all.dropped(Direction::Out, Drop::NoBuffer));

    // With buffers back, all is as before.
    for (std::uint16_t i = 0; i < rig().adapters(); ++i) {
        static_cast<void>(rig().take({i}));
    }
    const std::uint64_t dropped = sum().dropped(Direction::Between) + sum().dropped(Direction::Out);
    rig().inject(kAcc10, kToAll.bytes());
    rig().run();
    EXPECT_EQ(rig().take(kProm), std::vector<Bytes>{kTagged.bytes()});
    EXPECT_EQ(sum().dropped(Direction::Between) + sum().dropped(Direction::Out), dropped);
}

TEST_F(Fanout, TagThatCannotBeTakenOutForWantOfABufferCostsThatFrame) {
    RigSpec spec = t_sw();
    spec.heads = 8;
    make(spec);
    std::vector<rte_mbuf*> hostages;
    while (rte_mbuf* const one = rte_pktmbuf_alloc(rig().pools().heads.get())) {
        hostages.push_back(one);
    }
    const Cuts in_the_tag{13, 15};
    rig().inject(kTrk, kTagged.to(mac_of(kAcc10)).bytes(), in_the_tag);
    rig().run();
    for (rte_mbuf* const one : hostages) {
        rte_pktmbuf_free(one);
    }
    expect_exactly({.drops = {{.at = kTrk, .why = Drop::NoBuffer}}});
}

TEST_F(Fanout, FullReceiverLosesItsOwnFramesAndNobodyElseDoes) {
    RigSpec spec = t_sw();
    spec.adapters[kAcc10b.index].ring = 32;  // takes 31
    make(spec);
    rig().hold(kAcc10b, true);
    const std::vector<Bytes> untagged = numbered_frames(kToAll, 100);
    const std::vector<Bytes> tagged = numbered_frames(kTagged, 100);
    for (const Bytes& bytes : untagged) {
        rig().inject(kAcc10, bytes);
    }
    rig().run();
    rig().hold(kAcc10b, false);
    rig().drain();
    const std::vector<Bytes> first(untagged.begin(), untagged.begin() + 31);
    expect_exactly(
        {.out = {{kAcc10b, first}, {kHyb, untagged}, {kTrk, tagged}, {kProm, tagged}},
         .drops = {
             {.at = kAcc10b, .direction = Direction::Out, .why = Drop::QueueFull, .frames = 69}}});
}

TEST_F(Fanout, BroadcastReachesEachOf256Adapters) {
    RigSpec spec;
    for (std::uint16_t i = 0; i < 256; ++i) {
        const bool tagged = i % 4 == 3;
        spec.adapters.push_back({.name = "a" + std::to_string(i),
                                 .rules = tagged ? member_of(0, {10}) : member_of(10),
                                 .ring = 256});
    }
    spec.heads = 49152;  // 64 frames x 255 receivers, a fourth of them with a tag
    make(spec);
    for (const std::size_t count : {1, 31, 32, 33, 64}) {
        WholeOutcome outcome;
        for (std::uint16_t i = 1; i < 256; ++i) {
            outcome.out.emplace_back(AdapterId{i},
                                     numbered_frames(i % 4 == 3 ? kTagged : kToAll, count));
        }
        for (const Bytes& bytes : numbered_frames(kToAll, count)) {
            rig().inject({0}, bytes);
        }
        rig().run();
        expect_exactly(outcome);
    }
    EXPECT_EQ(rig().totals({0}).copies, (1U + 31 + 32 + 33 + 64) * 254);
}

}  // namespace
}  // namespace sealane::test
