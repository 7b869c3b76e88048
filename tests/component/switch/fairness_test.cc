// What one adapter may take from the others: bytes and segments a turn, and frames to many.
#include "dataplane/port/allowance.h"
#include "hvswitch/pollers.h"
#include "tests/component/switch/t_sw.h"
#include "tests/support/claims.h"

namespace sealane::test {
namespace {

using port::Allowance;
using std::chrono::milliseconds;
using std::chrono::nanoseconds;

/// Turns until it may be polled again.
std::uint64_t turns_missed(Allowance& allowance) {
    std::uint64_t missed = 0;
    while (!allowance.takes_turn()) {
        ++missed;
    }
    return missed;
}

TEST(Allowance, WhoSpendsWhatATurnPaysIsNeverPassedOver) {
    Allowance allowance;
    for (int i = 0; i < 1000; ++i) {
        ASSERT_TRUE(allowance.takes_turn()) << i;
        allowance.spent({.bytes = Allowance::kBytes, .frames = Allowance::kFrames});
    }
}

TEST(Allowance, WhatWasTooMuchIsPaidByTurns) {
    Allowance bytes, frames;
    bytes.spent({.bytes = 16 * Allowance::kBytes, .frames = 64});
    EXPECT_EQ(turns_missed(bytes), 15U);
    frames.spent({.bytes = 64 * 64, .frames = 4 * Allowance::kFrames});
    EXPECT_EQ(turns_missed(frames), 3U);
}

TEST(Allowance, OnAverageAQuantumATurnIsSpent) {
    for (const std::uint64_t cost : {Allowance::kBytes + 1, Allowance::kBytes * 9 / 4}) {
        Allowance allowance;
        std::uint64_t all = 0;
        for (int turn = 0; turn < 10'000; ++turn) {
            if (!allowance.takes_turn()) continue;
            allowance.spent({.bytes = cost, .frames = 64});
            all += cost;
        }
        EXPECT_NEAR(static_cast<double>(all) / Allowance::kBytes, 10'000, 3);
    }
}

TEST(Allowance, OfADebtThatIsPaidNothingIsRemembered) {
    Allowance once, never;
    once.spent({.bytes = 64 * 65408, .frames = 64});
    (void)turns_missed(once);
    once.spent({.bytes = 0, .frames = 0});
    for (int turn = 0; turn < 100; ++turn) {
        const bool takes = never.takes_turn();
        ASSERT_EQ(once.takes_turn(), takes) << turn;
        if (!takes) continue;
        once.spent({.bytes = 64 * 9014, .frames = 64});
        never.spent({.bytes = 64 * 9014, .frames = 64});
    }
}

TEST(Allowance, APollTakesWhatATurnPaysOfTheLastOnesKind) {
    Allowance allowance;
    EXPECT_EQ(allowance.room(), port::kBurst);
    allowance.spent({.bytes = 64 * 65'230, .frames = 64, .taken = 64});
    EXPECT_EQ(allowance.room(), 4);
    allowance.spent({.bytes = 4 * 65'230, .frames = 4, .taken = 4});
    EXPECT_EQ(allowance.room(), 4) << "and stays there without debts";
    allowance.spent({.bytes = 60, .frames = 1, .taken = 1});
    EXPECT_EQ(allowance.room(), port::kBurst) << "nothing older is remembered";
    allowance.spent({.bytes = 2 * 65'230, .frames = 4 * Allowance::kFrames, .taken = 2});
    EXPECT_EQ(allowance.room(), 1);
}

TEST(Allowance, DebtEnds) {
    Allowance allowance;
    for (int i = 0; i < 1000; ++i) {
        allowance.spent({.bytes = std::uint64_t{64} * 65408 * 10000, .frames = 640'000});
    }
    EXPECT_EQ(turns_missed(allowance), Allowance::kMostDebt / Allowance::kBytes);
}

constexpr AdapterId kSender{0}, kFirst{1}, kSecond{2}, kKnown{3};

/// Four clients of VLAN 10, on a vswitch that floods; some limit is on the first.
class Fairness : public RigTest {
  protected:
    void make_with(const hvswitch::StormLimits& storm, bool flood = true) {
        RigSpec spec;
        spec.adapters = {{.name = "sender", .rules = member_of(10)},
                         {.name = "first", .rules = member_of(10)},
                         {.name = "second", .rules = member_of(10)},
                         {.name = "known", .rules = member_of(10)}};
        for (std::uint16_t i = 0; i < spec.adapters.size(); ++i) {
            spec.adapters[i].rules.mac = mac_of({i});
        }
        spec.adapters[kSender.index].rules.storm = storm;
        spec.vswitches[0].flood_unknown = flood;
        make(spec);
    }
    void inject(const FrameSpec& sent, std::size_t frames) {
        for (std::size_t i = 0; i < frames; ++i) {
            rig().inject(kSender, sent.bytes());
        }
    }
    /// `frames` of them at `now`, of which `pass` get through to everybody.
    void expect_passing(const FrameSpec& sent, std::size_t frames, std::size_t pass) {
        inject(sent, frames);
        rig().run();
        const std::vector<Bytes> passed(pass, sent.bytes());
        WholeOutcome outcome;
        if (pass > 0) outcome.out = {{kFirst, passed}, {kSecond, passed}, {kKnown, passed}};
        if (frames > pass)
            outcome.drops = {{kSender, Direction::In, Drop::StormControl, frames - pass}};
        expect_exactly(outcome);
    }
    void at(Duration since_start) { rig().set_time(kStart + since_start); }

    static constexpr Instant kStart{std::chrono::hours{2}};
    const FrameSpec broadcast_ = frame(kBroadcast, mac_of(kSender));
    const FrameSpec group_ = frame(kGroup, mac_of(kSender));
    const FrameSpec stranger_ = frame(host(9), mac_of(kSender));
};

TEST_F(Fairness, LargeFramesCostTheirSenderTurnsAndThenNothing) {
    make_with({});
    const FrameSpec large = frame(mac_of(kKnown), mac_of(kSender)).sized(60000);
    inject(large, 64);
    EXPECT_EQ(rig().forward(kSender), 64U);
    // 3.84 MB are 14.6 times what a turn pays.
    inject(large.sized(60), 64 * 10);
    for (int missed = 0; missed < 13; ++missed) {
        ASSERT_EQ(rig().forward(kSender), 0U) << missed;
    }
    EXPECT_EQ(rig().forward(kSender), 4U) << "as many as a turn pays of what it brought last";
    for (int full = 0; full < 9; ++full) {
        rig().drain();
        ASSERT_EQ(rig().forward(kSender), 64U) << full;
    }
    rig().run();
    EXPECT_EQ(rig().take(kKnown).size(), 64U * 11);
}

TEST_F(Fairness, BroadcastIsNotChargedForTheFramesBesideIt) {
    make_with({});
    for (int poll = 0; poll < 10; ++poll) {
        inject(frame(mac_of(kKnown), mac_of(kSender)).sized(9000), 28);  // nearly what a turn pays
        inject(broadcast_.sized(60), 4);
        ASSERT_EQ(rig().forward(kSender), 32U) << poll;
        rig().drain();
    }
    // To everybody they are three times as much.
    inject(broadcast_.sized(9000), 28);
    EXPECT_EQ(rig().forward(kSender), 28U);
    inject(broadcast_.sized(60), 4);
    EXPECT_EQ(rig().forward(kSender), 0U);
    rig().run();
    for (const AdapterId to : {kFirst, kSecond, kKnown}) {
        (void)rig().take(to);
    }
}

TEST_F(Fairness, OneWhoIsPassedOverIsForgottenByNobody) {
    make_with({});
    hvswitch::AdapterPoller poller(rig().forwarder(0), kSender);
    inject(frame(mac_of(kKnown), mac_of(kSender)).sized(60000), 64);
    EXPECT_EQ(poller.poll(kStart), 64U);
    // A worker that heard of nothing would go to sleep.
    EXPECT_EQ(poller.poll(kStart), worker::Poller::kPassedOver);
    rig().run();
    EXPECT_EQ(poller.poll(kStart), 0U);
    (void)rig().take(kKnown);
}

/// A large frame, to everybody or one, to be cut into pieces of that size.
class Large : public Fairness {
  protected:
    void SetUp() override { make_with({}); }
    void inject_large(std::size_t payload, std::uint16_t piece, MacAddress to = kBroadcast) {
        Packet packet = large_packet(payload);
        const Bytes addresses = broadcast_.to(to).bytes();
        packet.addresses.assign(addresses.begin(), addresses.begin() + 12);
        rig().inject(kSender,
                     claim(make_frame(rig().pools().frames.get(), packet.bytes()), packet, piece));
    }
};

TEST_F(Large, ToManyIsNotMadeForThoseWhoAreNotThere) {
    rig().client(kFirst).set_open(false);
    rig().client(kKnown).set_open(false);
    inject_large(2000, 500);
    rig().run();
    EXPECT_EQ(rig().take(kSecond).size(), 4U);
    for (const AdapterId down : {kFirst, kKnown}) {
        EXPECT_EQ(rig().totals(down).offered, 1U);
        EXPECT_EQ(rig().totals(down).dropped(Direction::Out, Drop::PortDown), 1U);
    }
    rig().client(kSecond).set_open(false);
    inject_large(2000, 500);
    rig().run();
    EXPECT_EQ(rig().totals(kSecond).dropped(Direction::Out, Drop::PortDown), 1U);
}

TEST_F(Large, CostsItsSenderPlacesByItsPieces) {
    // 3 x 10 segments each, so that a turn's 1,024 pay for 34.
    for (int i = 0; i < 128; ++i) {
        inject_large(1000, 100);
    }
    inject(broadcast_, 64);
    EXPECT_EQ(rig().forward(kSender), 64U);
    rig().drain();
    EXPECT_EQ(rig().forward(kSender), 34U);
    rig().drain();
    EXPECT_EQ(rig().forward(kSender), 34U) << "the last 30, and 4 broadcasts";
    rig().drain();
    EXPECT_GT(rig().forward(kSender), 34U);
    rig().run();
    for (const AdapterId to : {kFirst, kSecond, kKnown}) {
        EXPECT_EQ(rig().take(to).size(), 128U * 10 + 64);
    }
}

TEST_F(Large, ToOneIsRefusedBeyondEightThousandSegmentsAPoll) {
    for (int i = 0; i < 8; ++i) {
        inject_large(49152, 48, mac_of(kKnown));  // 1,024
    }
    inject_large(49, 48, mac_of(kKnown));
    inject(frame(mac_of(kFirst), mac_of(kSender)), 1);
    EXPECT_EQ(rig().forward(kSender), 10U);
    EXPECT_EQ(rig().totals(kKnown).offered, 8192U);
    EXPECT_EQ(rig().totals(kSender).dropped(Direction::Between, Drop::TooManySegments), 1U);
    // Each poll has as many anew.
    inject_large(49152, 48, mac_of(kKnown));
    rig().run();
    EXPECT_EQ(rig().totals(kKnown).offered, 9216U);
    EXPECT_EQ(rig().take(kFirst).size(), 1U);
    EXPECT_GT(rig().take(kKnown).size(), 1023U);
}

TEST_F(Large, BurstOfTheLongestWithTheLeastUsualMssPasses) {
    for (int i = 0; i < 64; ++i) {
        inject_large(65000, 536, mac_of(kKnown));
    }
    EXPECT_EQ(rig().forward(kSender), 64U);
    EXPECT_EQ(rig().totals(kKnown).offered, 7808U);
    rig().run();
    (void)rig().take(kKnown);
}

TEST_F(Large, ToManyIsRefusedBeyondFourThousandPieces) {
    for (int i = 0; i < 3; ++i) {
        inject_large(5000, 50);  // 3 x 100
    }
    inject_large(60000, 60);   // 3 x 1000
    inject_large(20000, 100);  // 3 x 200, which together is too many
    EXPECT_EQ(rig().forward(kSender), 5U);
    rig().run();
    EXPECT_EQ(rig().totals(kSender).dropped(Direction::Between, Drop::TooManySegments), 1U);
    for (const AdapterId to : {kFirst, kSecond, kKnown}) {
        EXPECT_GE(rig().take(to).size(), 1000U);
    }
}

TEST_F(Fairness, WithoutALimitAllPass) {
    make_with({});
    at({});
    expect_passing(broadcast_, 300, 300);
}

TEST_F(Fairness, BroadcastIsLimitedToSoManyASecond) {
    make_with({.broadcast = 10});
    at({});
    expect_passing(broadcast_, 25, 10);
    at(milliseconds{100} - nanoseconds{1});
    expect_passing(broadcast_, 3, 0);
    at(milliseconds{100});
    expect_passing(broadcast_, 3, 1);
    at(milliseconds{500});
    expect_passing(broadcast_, 9, 4);
    at(std::chrono::hours{5});
    expect_passing(broadcast_, 100, 10);
}

TEST_F(Fairness, EachKindHasALimitOfItsOwn) {
    make_with({.broadcast = 3, .multicast = 5, .unknown = 7});
    at({});
    expect_passing(broadcast_, 20, 3);
    expect_passing(group_, 20, 5);
    expect_passing(stranger_, 20, 7);
}

TEST_F(Fairness, KindWithoutALimitPasses) {
    make_with({.multicast = 5});
    at({});
    expect_passing(broadcast_, 100, 100);
    expect_passing(stranger_, 100, 100);
    expect_passing(group_, 6, 5);
}

TEST_F(Fairness, UnknownIsLimitedOnlyWhereItIsFlooded) {
    make_with({.unknown = 1}, false);
    at({});
    inject(stranger_, 10);
    rig().run();
    expect_exactly({.drops = {{kSender, Direction::Between, Drop::NoDestination, 10}}});
}

TEST_F(Fairness, OtherFramesOfABurstGoWhereTheyBelong) {
    make_with({.broadcast = 1});
    at({});
    const FrameSpec first = frame(mac_of(kFirst), mac_of(kSender));
    const FrameSpec known = frame(mac_of(kKnown), mac_of(kSender));
    for (const FrameSpec& sent : {first, broadcast_, broadcast_, known, broadcast_, first}) {
        rig().inject(kSender, sent.bytes());
    }
    rig().run();
    expect_exactly({.out = {{kFirst, {first.bytes(), broadcast_.bytes(), first.bytes()}},
                            {kSecond, {broadcast_.bytes()}},
                            {kKnown, {broadcast_.bytes(), known.bytes()}}},
                    .drops = {{kSender, Direction::In, Drop::StormControl, 2}}});
}

TEST_F(Fairness, LimitThatIsPublishedHoldsFromTheNextBurst) {
    make_with({});
    at({});
    expect_passing(broadcast_, 50, 50);
    auto settings = rig().settings();
    settings.ports[kSender.index].storm.broadcast = 2;
    rig().publish(settings);
    expect_passing(broadcast_, 50, 2);
    settings.ports[kSender.index].storm = {};
    rig().publish(settings);
    expect_passing(broadcast_, 50, 50);
}

}  // namespace
}  // namespace sealane::test
