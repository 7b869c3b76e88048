// What one adapter may take from the others: bytes a poll, and frames to many.
#include "dataplane/port/allowance.h"
#include "tests/component/switch/t_sw.h"

namespace sealane::test {
namespace {

using port::Allowance;
using std::chrono::milliseconds;
using std::chrono::nanoseconds;

TEST(Allowance, BurstOfSmallFramesIsFull) {
    Allowance allowance;
    EXPECT_EQ(allowance.room(), port::kBurst);
    allowance.spent(64, Allowance::kBytes);
    EXPECT_EQ(allowance.room(), port::kBurst);
}

TEST(Allowance, OneByteMoreThanTheBudgetCostsAFrame) {
    Allowance allowance;
    allowance.spent(64, Allowance::kBytes + 1);
    EXPECT_EQ(allowance.room(), 63);
}

TEST(Allowance, LargestFramesComeByFours) {
    Allowance allowance;
    allowance.spent(64, 64 * 65408);
    EXPECT_EQ(allowance.room(), 4);
    allowance.spent(4, 4 * 65408);
    EXPECT_EQ(allowance.room(), 4);
}

TEST(Allowance, RoomComesBackByDoubling) {
    Allowance allowance;
    allowance.spent(1, 1 << 20);
    for (const unsigned room : {1U, 2U, 4U, 8U, 16U, 32U, 64U, 64U}) {
        EXPECT_EQ(allowance.room(), room);
        allowance.spent(1, 60);
    }
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
    inject(large, 10);
    EXPECT_EQ(poll(), 4U);
    EXPECT_EQ(poll(), 4U);
    EXPECT_EQ(poll(), 2U);
    inject(large.sized(60), 100);
    for (const unsigned taken : {4U, 8U, 16U, 32U, 40U}) {
        EXPECT_EQ(poll(), taken);
    }
    EXPECT_EQ(rig().take(kKnown).size(), 150U);
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
