// Two clients behind one trunk adapter, one of which sends large frames as fast as it can.
#include <algorithm>

#include "dataplane/sea/pollers.h"
#include "tests/component/sea/one_sea.h"
#include "tests/support/claims.h"

namespace sealane::test {
namespace {

class LinkShare : public RigTest {
  protected:
    void SetUp() override {
        RigSpec spec;
        spec.adapters = {{.name = "bulk", .rules = member_of(1)},
                         {.name = "small", .rules = member_of(1)},
                         {.name = "trunk", .rules = trunk_of(1), .slot = {0}}};
        for (std::uint16_t i = 0; i < 2; ++i) {
            spec.adapters[i].rules.mac = mac_of({i});
        }
        spec.slots = 1;
        spec.seas = {{.name = "sea", .trunks = {kTrunk}}};
        spec.heads = 32768;
        make(spec);
    }
    void inject_large(std::size_t payload, std::uint16_t mss) {
        Packet sent = large_packet(payload);
        const Bytes addresses = frame(outside(1), mac_of(kBulk)).bytes();
        std::copy_n(addresses.begin(), 12, sent.addresses.begin());
        rte_mbuf* const made = make_frame(rig().pools().frames.get(), sent.bytes());
        ASSERT_NE(made, nullptr);
        rig().inject(kBulk, claim(made, sent, mss));
    }
    /// `bulk` has 64 such frames ready in each of its turns, `turns` times; `small` always 32.
    /// Returns what of the latter does not leave.
    std::size_t lost_by_small(std::size_t payload, std::uint16_t mss, int bursts) {
        const Bytes small = frame(outside(1), mac_of(kSmall)).bytes();
        sea::TrunkSide trunk_side(rig().bridge(0), 0);
        std::size_t arrived = 0;
        unsigned waiting = 0;
        for (int turn = 0; turn < kTurns; ++turn) {
            for (; bursts > 0 && waiting < port::kBurst; ++waiting) {
                inject_large(payload, mss);
            }
            for (int i = 0; i < 32; ++i) {
                rig().inject(kSmall, small);
            }
            const unsigned taken = rig().forward(kBulk);
            waiting -= taken;
            if (taken > 0) --bursts;
            EXPECT_EQ(rig().forward(kSmall), 32U) << turn;
            trunk_side.poll(kNow);
            rig().drain();
            for (const Bytes& out : rig().take(kWire)) {
                arrived += out == small ? 1 : 0;
            }
        }
        rig().run();
        for (const Bytes& out : rig().take(kWire)) {
            arrived += out == small ? 1 : 0;
        }
        EXPECT_EQ(rig().totals(kTrunk).dropped(Direction::Out), 0U);
        return 32U * kTurns - arrived;
    }

    static constexpr int kTurns = 200;
    static constexpr Instant kNow{std::chrono::hours{1}};
    static constexpr AdapterId kBulk{0}, kSmall{1}, kTrunk{2}, kWire{3};
};

TEST_F(LinkShare, LargeFramesOfOneClientLoseNothingOfAnother) {
    EXPECT_EQ(lost_by_small(60000, 1448, kTurns), 0U);
}

TEST_F(LinkShare, OneBurstOfLargeFramesLosesNothingOfAnotherClient) {
    EXPECT_EQ(lost_by_small(60000, 1448, 1), 0U);
}

TEST_F(LinkShare, OneBurstOfTheShortestSegmentsCostsAnotherClientNoMoreThanATurn) {
    EXPECT_LE(lost_by_small(49152, 48, 1), 32U);  // which find the wire's queue full
}

TEST_F(LinkShare, SegmentsThatTheSeaWouldMakeAreBoundedAtTheirSender) {
    for (int i = 0; i < 9; ++i) {
        inject_large(49152, 48);  // 1,024
    }
    EXPECT_EQ(rig().forward(kBulk), 9U);
    EXPECT_EQ(rig().totals(kBulk).dropped(Direction::Between, Drop::TooManySegments), 1U);
    EXPECT_EQ(rig().totals(kTrunk).offered, 8U);
    for (int missed = 0; missed < 7; ++missed) {
        inject_large(100, 48);
        EXPECT_EQ(rig().forward(kBulk), 0U);
    }
    EXPECT_EQ(rig().forward(kBulk), 1U) << "as many as a turn pays of what it brought last";
    EXPECT_EQ(rig().forward(kBulk), 6U);
    rig().run();
    (void)rig().take(kWire);
}

}  // namespace
}  // namespace sealane::test
