// What one adapter may take from the others: bytes a poll, and frames to many.
#include "dataplane/port/allowance.h"
#include "tests/component/switch/t_sw.h"
#include "tests/support/claims.h"

namespace sealane::test {
namespace {

using port::Allowance;
using std::chrono::milliseconds;
using std::chrono::nanoseconds;

/// Frames of `length` bytes, each to so many receivers.
port::Spending poll_of(std::uint16_t frames, std::uint64_t length, std::uint64_t receivers = 1) {
    return {.frames = frames,
            .bytes = frames * length,
            .copies = frames * receivers,
            .made = frames * receivers};
}

TEST(Allowance, BurstOfSmallFramesIsFull) {
    Allowance allowance;
    EXPECT_EQ(allowance.room(), port::kBurst);
    allowance.spent(poll_of(64, Allowance::kBytes / 64));
    EXPECT_EQ(allowance.room(), port::kBurst);
}

TEST(Allowance, OneByteMoreThanTheBudgetCostsAFrame) {
    Allowance allowance;
    allowance.spent({.frames = 64, .bytes = Allowance::kBytes + 1, .copies = 64, .made = 64});
    EXPECT_EQ(allowance.room(), 63);
}

TEST(Allowance, LargestFramesComeByFoursForAsLongAsTheyCome) {
    Allowance allowance;
    allowance.spent(poll_of(64, 65408));
    for (int i = 0; i < 100; ++i) {
        EXPECT_EQ(allowance.room(), 4);
        allowance.spent(poll_of(4, 65408));
    }
}

TEST(Allowance, RoomComesBackAfterAsManyBytesOfSmallFramesAsWereTooMany) {
    Allowance allowance;
    allowance.spent(poll_of(64, 65408));
    const std::uint64_t debt = std::uint64_t{64} * 65408 - Allowance::kBytes;
    for (std::uint64_t paid = 0; paid < debt; paid += std::uint64_t{4} * 64) {
        ASSERT_EQ(allowance.room(), 4) << paid;
        allowance.spent(poll_of(4, 64));
    }
    EXPECT_EQ(allowance.room(), port::kBurst);
}

TEST(Allowance, FrameToManyCountsForEach) {
    Allowance allowance;
    allowance.spent(poll_of(64, 64, 16));
    EXPECT_EQ(allowance.room(), 64);
    allowance.spent(poll_of(64, 64, 17));
    EXPECT_EQ(allowance.room(), 60);
    Allowance bytes;
    bytes.spent(poll_of(2, 60000, 3));
    EXPECT_EQ(bytes.room(), 1);
}

TEST(Allowance, FrameThatBecomesManyCountsAsMany) {
    Allowance allowance;
    allowance.spent({.frames = 64, .bytes = 64 * 3000, .copies = 64, .made = 64 * 64});
    EXPECT_EQ(allowance.room(), 16);
    allowance.spent({.frames = 1, .bytes = 65000, .copies = 1, .made = 1024});
    EXPECT_EQ(allowance.room(), 16);
    allowance.spent({.frames = 1, .bytes = 65000, .copies = 3, .made = 3 * 1024});
    EXPECT_EQ(allowance.room(), 1);
}

TEST(Allowance, DebtEnds) {
    Allowance allowance;
    for (int i = 0; i < 1000; ++i) {
        allowance.spent(poll_of(1, 65408, 10000));
    }
    for (std::uint64_t paid = 0; paid < Allowance::kMostDebt; paid += 1500) {
        ASSERT_EQ(allowance.room(), 1);
        allowance.spent(poll_of(1, 1500));
    }
    EXPECT_EQ(allowance.room(), port::kBurst);
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

TEST_F(Fairness, LargeFramesOfOneAdapterEndItsPoll) {
    make_with({});
    const FrameSpec large = frame(mac_of(kKnown), mac_of(kSender)).sized(60000);
    const auto poll = [&] {
        const unsigned taken = rig().forward(kSender);
        rig().drain();
        return taken;
    };
    inject(large, 40);
    EXPECT_EQ(poll(), 40U);
    // A few small frames don't make it forgotten.
    inject(large.sized(60), 100);
    for (int i = 0; i < 25; ++i) {
        EXPECT_EQ(poll(), 4U);
    }
    inject(large, 10);
    EXPECT_EQ(poll(), 4U);
    EXPECT_EQ(poll(), 4U);
    EXPECT_EQ(poll(), 2U);
    // 2.4 MB are: in ordinary frames ...
    for (int paid = 0; paid < 40 * 60000; paid += 4 * 1500) {
        inject(large.sized(1500), 4);
        EXPECT_EQ(poll(), 4U);
    }
    // ... and then a burst is full.
    inject(large.sized(60), 64);
    EXPECT_EQ(poll(), 64U);
    EXPECT_EQ(rig().take(kKnown).size(), 1814U);
}

/// A large frame to everybody, to be cut into pieces of that size.
class LargeToMany : public Fairness {
  protected:
    void SetUp() override { make_with({}); }
    void inject_large(std::size_t payload, std::uint16_t piece) {
        Packet packet = large_packet(payload);
        const Bytes addresses = broadcast_.bytes();
        packet.addresses.assign(addresses.begin(), addresses.begin() + 12);
        rig().inject(kSender,
                     claim(make_frame(rig().pools().frames.get(), packet.bytes()), packet, piece));
    }
};

TEST_F(LargeToMany, IsNotMadeForThoseWhoAreNotThere) {
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

TEST_F(LargeToMany, EndsThePollOfItsSender) {
    // 3 x 10 segments each, so that 64 are 1,920; and there is room for 34.
    for (int i = 0; i < 64; ++i) {
        inject_large(1000, 100);
    }
    EXPECT_EQ(rig().forward(kSender), 64U);
    rig().drain();
    inject(broadcast_, 64);
    EXPECT_EQ(rig().forward(kSender), 34U);
    rig().run();
    for (const AdapterId to : {kFirst, kSecond, kKnown}) {
        EXPECT_EQ(rig().take(to).size(), 64U * 11);
    }
}

TEST_F(LargeToMany, IsRefusedBeyondFourThousandPieces) {
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
