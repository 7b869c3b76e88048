// How long a frame may be: M01 to M10 of the cases.  Sizes are of the Ethernet frame without FCS.
#include <string>

#include "tests/component/switch/t_sw.h"

namespace sealane::test {
namespace {

constexpr AdapterId kSmall{0}, kSmallTagged{1}, kJumbo{2}, kJumboTagged{3}, kHuge{4},
    kHugeTagged{5};

/// VLAN 10, untagged and tagged, at MTU 1500, 9000 and the largest.
class Sizes : public RigTest {
  protected:
    void SetUp() override {
        RigSpec spec;
        spec.adapters = {{.name = "small", .rules = member_of(10), .mtu = 1500},
                         {.name = "small_tagged", .rules = member_of(0, {10}), .mtu = 1500},
                         {.name = "jumbo", .rules = member_of(10), .mtu = 9000},
                         {.name = "jumbo_tagged", .rules = member_of(0, {10}), .mtu = 9000},
                         {.name = "huge", .rules = member_of(10)},
                         {.name = "huge_tagged", .rules = member_of(0, {10})}};
        for (std::uint16_t i = 0; i < spec.adapters.size(); ++i) {
            spec.adapters[i].rules.mac = mac_of({i});
        }
        spec.frames = 12288;
        spec.heads = 24576;
        make(spec);
    }
    void expect_too_long(AdapterId from, const FrameSpec& sent, AdapterId at) {
        expect(from,
               sent,
               {.drops = {{.at = at, .direction = Direction::Out, .why = Drop::Oversize}}});
    }
    /// Below an Ethernet header it's a runt; from there on it passes to kSmall.
    void expect_runts(const Bytes& sent, std::size_t count, const Cuts& cuts) {
        SCOPED_TRACE(std::to_string(count) + " frames of " + std::to_string(sent.size()));
        for (std::size_t i = 0; i < count; ++i) {
            rig().inject(kHuge, sent, cuts);
        }
        rig().run();
        WholeOutcome outcome;
        if (sent.size() < 14) {
            outcome.drops = {{.at = kHuge, .why = Drop::Runt, .frames = count}};
        } else {
            outcome.out = {{kSmall, std::vector<Bytes>(count, sent)}};
        }
        expect_exactly(outcome);
    }
};

FrameSpec untagged(AdapterId to, std::size_t length) {
    return frame(mac_of(to), host(1)).sized(length);
}
FrameSpec tagged(AdapterId to, std::size_t length) {
    return frame(mac_of(to), host(1)).tag({.vid = 10}).sized(length);
}

TEST_F(Sizes, M01Mtu1500Carries1514UntaggedAnd1518Tagged) {
    expect(kHuge, untagged(kSmall, 1514), {.out = {{kSmall, untagged(kSmall, 1514)}}});
    expect(kHugeTagged,
           tagged(kSmallTagged, 1518),
           {.out = {{kSmallTagged, tagged(kSmallTagged, 1518)}}});
}

TEST_F(Sizes, M02OneByteMoreIsDroppedAtTheSmallerReceiver) {
    expect_too_long(kHuge, untagged(kSmall, 1515), kSmall);
    expect_too_long(kHugeTagged, tagged(kSmallTagged, 1519), kSmallTagged);
    // Each receiver of a broadcast by its own measure.
    const FrameSpec all = frame(kBroadcast, host(1)).sized(1515);
    const FrameSpec all_tagged = frame(kBroadcast, host(1)).tag({.vid = 10}).sized(1519);
    expect(kHuge,
           all,
           {.out = {{kJumbo, all}, {kJumboTagged, all_tagged}, {kHugeTagged, all_tagged}},
            .drops = {{.at = kSmall, .direction = Direction::Out, .why = Drop::Oversize},
                      {.at = kSmallTagged, .direction = Direction::Out, .why = Drop::Oversize}}});
}

TEST_F(Sizes, M02MtuIsOfWhatGoesOutToAnAdapterAndNotOfWhatItSends) {
    expect(kSmall, untagged(kHuge, 1515), {.out = {{kHuge, untagged(kHuge, 1515)}}});
    expect(kSmall, untagged(kJumbo, 9014), {.out = {{kJumbo, untagged(kJumbo, 9014)}}});
    expect_too_long(kSmall, untagged(kJumbo, 9015), kJumbo);
}

TEST_F(Sizes, M03TagNeverEatsPayload) {
    expect(kSmallTagged, tagged(kSmall, 1518), {.out = {{kSmall, untagged(kSmall, 1514)}}});
    expect(kSmall,
           untagged(kSmallTagged, 1514),
           {.out = {{kSmallTagged, tagged(kSmallTagged, 1518)}}});
}

TEST_F(Sizes, M05Mtu9000Carries9014UntaggedAnd9018Tagged) {
    expect(kHuge, untagged(kJumbo, 9014), {.out = {{kJumbo, untagged(kJumbo, 9014)}}});
    expect(
        kHuge, untagged(kJumboTagged, 9014), {.out = {{kJumboTagged, tagged(kJumboTagged, 9018)}}});
    expect_too_long(kHuge, untagged(kJumbo, 9015), kJumbo);
    expect_too_long(kHugeTagged, tagged(kJumboTagged, 9019), kJumboTagged);
}

/// The largest frames, so many at once.
class LargestFrames : public Sizes, public testing::WithParamInterface<std::size_t> {
  protected:
    static std::vector<Bytes> all(const FrameSpec& spec) {
        return numbered_frames(spec, GetParam());
    }
    static DropCount all_dropped(AdapterId at, Direction direction) {
        return {.at = at, .direction = direction, .why = Drop::Oversize, .frames = GetParam()};
    }
    void send_all(AdapterId from, const FrameSpec& spec, const Cuts& cuts = {}) {
        for (const Bytes& one : all(spec)) {
            rig().inject(from, one, cuts);
        }
        rig().run();
    }
    void expect_in_pieces(AdapterId from,
                          const FrameSpec& sent,
                          AdapterId to,
                          const FrameSpec& got) {
        const std::size_t step = GetParam() == 1 ? 1 : 13;  // the fewest and the most
        for (std::size_t pieces = 32; pieces <= 45; pieces += step) {
            SCOPED_TRACE(std::to_string(pieces) + " pieces");
            send_all(from, sent, even_cuts(sent.bytes().size(), pieces));
            expect_exactly({.out = {{to, all(got)}}});
        }
    }
};

INSTANTIATE_TEST_SUITE_P(Frames,
                         LargestFrames,
                         testing::ValuesIn(kCounts),
                         testing::PrintToStringParamName());

TEST_P(LargestFrames, M06Frame65408PassesBetweenClientsUntaggedAndTagged) {
    expect_in_pieces(kHuge, untagged(kHugeTagged, 65404), kHugeTagged, tagged(kHugeTagged, 65408));
    expect_in_pieces(kHugeTagged, tagged(kHuge, 65408), kHuge, untagged(kHuge, 65404));
}

TEST_P(LargestFrames, M06Frame65408UntaggedFitsAnUntaggedReceiverAndNoTag) {
    const FrameSpec sent = frame(kBroadcast, host(1)).sized(65408);
    // The receivers of MTU 1500 and 9000, and the tagged one: with its tag it would be 65 412.
    WholeOutcome outcome;
    for (const AdapterId at : {kSmall, kSmallTagged, kJumbo, kJumboTagged, kHugeTagged}) {
        outcome.drops.push_back(all_dropped(at, Direction::Out));
    }
    send_all(kHuge, sent);
    expect_exactly(outcome);
    send_all(kJumbo, sent.to(mac_of(kHuge)));
    expect_exactly({.out = {{kHuge, all(sent.to(mac_of(kHuge)))}}});
}

TEST_P(LargestFrames, M06Frame65409IsRefusedAtItsSource) {
    send_all(kHuge, untagged(kHugeTagged, 65409));
    expect_exactly({.drops = {all_dropped(kHuge, Direction::In)}});
    send_all(kHugeTagged, tagged(kHuge, 65409));
    expect_exactly({.drops = {all_dropped(kHugeTagged, Direction::In)}});
}

TEST_P(LargestFrames, M06Frame65409IsRefusedThoughItsSenderHasJustSentAnother) {
    const FrameSpec good = untagged(kSmall, 60);
    for (std::size_t i = 0; i < GetParam(); ++i) {
        rig().inject(kHuge, good.bytes());
        rig().inject(kHuge, untagged(kHugeTagged, 65409).bytes());
    }
    rig().run();
    expect_exactly({.out = {{kSmall, std::vector<Bytes>(GetParam(), good.bytes())}},
                    .drops = {all_dropped(kHuge, Direction::In)}});
}

TEST_P(LargestFrames, M10OneBufferOf65408BytesIsAsGoodAsAChain) {
    Result<port::PoolPointer> pool = port::make_pool("whole_frames", 511, 65407);
    ASSERT_TRUE(pool.ok()) << pool.error().text;
    const auto send_whole = [&](AdapterId from, const FrameSpec& spec) {
        for (const Bytes& one : all(spec)) {
            rig().inject(from, make_frame(pool.value().get(), one, {}, 64));
        }
        rig().run();
    };
    send_whole(kHugeTagged, tagged(kHuge, 65408));
    expect_exactly({.out = {{kHuge, all(untagged(kHuge, 65404))}}});
    send_whole(kHuge, untagged(kHugeTagged, 65404));
    expect_exactly({.out = {{kHugeTagged, all(tagged(kHugeTagged, 65408))}}});
    EXPECT_EQ(rte_mempool_in_use_count(pool.value().get()), 0U);
}

TEST_P(LargestFrames, JumboBroadcastIsCopiedWholeAndTaggedWhereItMustBe) {
    const FrameSpec sent = frame(kBroadcast, host(1)).sized(9014);
    const std::vector<Bytes> with_tag =
        all(frame(kBroadcast, host(1)).tag({.vid = 10}).sized(9018));
    for (const Cuts& cuts : {Cuts{}, Cuts{5, 13, 15, 24}, even_cuts(9014, 45)}) {
        send_all(kHuge, sent, cuts);
        expect_exactly(
            {.out = {{kJumbo, all(sent)}, {kJumboTagged, with_tag}, {kHugeTagged, with_tag}},
             .drops = {all_dropped(kSmall, Direction::Out),
                       all_dropped(kSmallTagged, Direction::Out)}});
    }
}

TEST_F(Sizes, M09RuntsBelow14BytesAreDroppedAndTheRestPasses) {
    const Bytes whole = untagged(kSmall, 60).bytes();
    for (const std::size_t length : {0, 1, 5, 12, 13, 14, 59, 60}) {
        const Bytes sent(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(length));
        for (const std::size_t count : kCounts) {
            for (const Cuts& cuts : usual_cuts()) {
                expect_runts(sent, count, cuts);
            }
        }
    }
}

}  // namespace
}  // namespace sealane::test
