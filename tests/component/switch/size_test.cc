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

/// Larger frames come one at a time: 257 of them would take half a gigabyte.
class LargestFrames : public Sizes {
  protected:
    void expect_in_pieces(AdapterId from,
                          const FrameSpec& sent,
                          AdapterId to,
                          const FrameSpec& got) {
        for (std::size_t pieces = 32; pieces <= 45; ++pieces) {
            SCOPED_TRACE(std::to_string(pieces) + " pieces");
            const Bytes bytes = sent.bytes();
            rig().inject(from, bytes, even_cuts(bytes.size(), pieces));
            rig().run();
            expect_exactly({.out = {{to, {got.bytes()}}}});
        }
    }
};

TEST_F(LargestFrames, M06Frame65408PassesBetweenClientsUntaggedAndTagged) {
    expect_in_pieces(kHuge, untagged(kHugeTagged, 65404), kHugeTagged, tagged(kHugeTagged, 65408));
    expect_in_pieces(kHugeTagged, tagged(kHuge, 65408), kHuge, untagged(kHuge, 65404));
}

TEST_F(LargestFrames, M06Frame65408UntaggedFitsAnUntaggedReceiverAndNoTag) {
    const FrameSpec sent = frame(kBroadcast, host(1)).sized(65408);
    // The receivers of MTU 1500 and 9000, and the tagged one: with its tag it would be 65 412.
    WholeOutcome outcome;
    for (const AdapterId at : {kSmall, kSmallTagged, kJumbo, kJumboTagged, kHugeTagged}) {
        outcome.drops.push_back({.at = at, .direction = Direction::Out, .why = Drop::Oversize});
    }
    rig().inject(kHuge, sent.bytes());
    rig().run();
    expect_exactly(outcome);
    rig().inject(kJumbo, sent.to(mac_of(kHuge)).bytes());
    rig().run();
    expect_exactly({.out = {{kHuge, {sent.to(mac_of(kHuge)).bytes()}}}});
}

TEST_F(LargestFrames, M06Frame65409IsRefusedAtItsSource) {
    for (const FrameSpec& sent : {untagged(kHugeTagged, 65409), tagged(kHuge, 65409)}) {
        const AdapterId from = sent.bytes()[12] == 0x81 ? kHugeTagged : kHuge;
        rig().inject(from, sent.bytes());
        rig().run();
        expect_exactly({.drops = {{.at = from, .why = Drop::Oversize}}});
    }
}

TEST_F(LargestFrames, M10OneBufferOf65408BytesIsAsGoodAsAChain) {
    Result<port::PoolPointer> pool = port::make_pool("whole_frames", 15, 65407);
    ASSERT_TRUE(pool.ok()) << pool.error().text;
    const Bytes in = tagged(kHuge, 65408).bytes();
    rig().inject(kHugeTagged, make_frame(pool.value().get(), in, {}, 64));
    rig().run();
    expect_exactly({.out = {{kHuge, {untagged(kHuge, 65404).bytes()}}}});
    const Bytes back = untagged(kHugeTagged, 65404).bytes();
    rig().inject(kHuge, make_frame(pool.value().get(), back, {}, 64));
    rig().run();
    expect_exactly({.out = {{kHugeTagged, {tagged(kHugeTagged, 65408).bytes()}}}});
    EXPECT_EQ(rte_mempool_in_use_count(pool.value().get()), 0U);
}

TEST_F(LargestFrames, JumboBroadcastIsCopiedWholeAndTaggedWhereItMustBe) {
    const FrameSpec sent = frame(kBroadcast, host(1)).sized(9014);
    const FrameSpec with_tag = frame(kBroadcast, host(1)).tag({.vid = 10}).sized(9018);
    for (const Cuts& cuts : {Cuts{}, Cuts{5, 13, 15, 24}, even_cuts(9014, 45)}) {
        const std::vector<Bytes> frames = numbered_frames(sent, 33);
        for (const Bytes& one : frames) {
            rig().inject(kHuge, one, cuts);
        }
        rig().run();
        const std::vector<Bytes> tagged_frames = numbered_frames(with_tag, 33);
        expect_exactly(
            {.out = {{kJumbo, frames}, {kJumboTagged, tagged_frames}, {kHugeTagged, tagged_frames}},
             .drops = {
                 {.at = kSmall, .direction = Direction::Out, .why = Drop::Oversize, .frames = 33},
                 {.at = kSmallTagged,
                  .direction = Direction::Out,
                  .why = Drop::Oversize,
                  .frames = 33}}});
    }
}

TEST_F(Sizes, M09RuntsBelow14BytesAreDroppedAndTheRestPasses) {
    const Bytes whole = untagged(kSmall, 60).bytes();
    for (const std::size_t length : {0, 1, 5, 12, 13, 14, 59, 60}) {
        const Bytes sent(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(length));
        for (const Cuts& cuts : usual_cuts()) {
            for (int i = 0; i < 33; ++i) {
                rig().inject(kHuge, sent, cuts);
            }
            rig().run();
            WholeOutcome outcome;
            if (length < 14) {
                outcome.drops = {{.at = kHuge, .why = Drop::Runt, .frames = 33}};
            } else {
                outcome.out = {{kSmall, std::vector<Bytes>(33, sent)}};
            }
            expect_exactly(outcome);
        }
    }
}

}  // namespace
}  // namespace sealane::test
