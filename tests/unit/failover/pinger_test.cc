#include "control/failover/pinger.h"

#include <array>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "dataplane/wire/icmp_echo.h"
#include "tests/unit/failover/agents.h"

namespace sealane::failover {
namespace {

using testing::IsEmpty;
using testing::SizeIs;

constexpr MacAddress kOurMac{0x0200'0000'0001}, kTheirMac{0x0200'0000'0099};
constexpr wire::Ipv4Address kOurIp{0xc000'020a}, kTheirIp{0xc000'0201};

/// A pinger, and who it pings.
class Pinging : public testing::Test {
  protected:
    /// The frames that it sends in a period, all answered by one who is there if `there`.
    void period(bool there) {
        for (const Pinger::Frame& frame : pinger.take(now)) {
            if (there) answer(frame);
        }
        now += 1s;
    }
    /// As any host does, until nothing is to be said any more.
    void answer(const Pinger::Frame& frame) {
        if (const auto arp = wire::parse_arp(frame)) {
            ++arps;
            if (arp->kind == wire::Arp::Kind::Request && arp->target_ip == kTheirIp)
                give(wire::make_arp({.kind = wire::Arp::Kind::Reply,
                                     .sender = their_mac,
                                     .sender_ip = kTheirIp,
                                     .target = arp->sender,
                                     .target_ip = arp->sender_ip}));
        } else if (auto echo = wire::parse_echo(frame)) {
            ++echoes;
            std::swap(echo->from, echo->to);
            echo->reply = true;
            give(wire::make_echo(*echo, their_mac, kOurMac));
        }
    }
    template <typename Bytes>
    void give(const Bytes& frame) {
        if (const auto next = pinger.hear(frame)) answer(*next);
    }

    Pinger pinger{{.mac = kOurMac, .own = kOurIp, .target = kTheirIp}};
    Instant now{1h};
    MacAddress their_mac = kTheirMac;
    int arps = 0, echoes = 0;
};

TEST_F(Pinging, AsksForTheAddressOnceAndThenWithEchoesOnly) {
    for (int i = 0; i < 10; ++i) {
        period(true);
    }
    EXPECT_EQ(arps, 1);
    EXPECT_EQ(echoes, 10);
    EXPECT_TRUE(pinger.answers());
}

TEST_F(Pinging, NothingIsSentBeforeItsTime) {
    EXPECT_THAT(pinger.take(now), SizeIs(1));
    EXPECT_EQ(pinger.next(), now + 1s);
    EXPECT_THAT(pinger.take(now + 999ms), IsEmpty());
    EXPECT_THAT(pinger.take(now + 1s), SizeIs(1));
}

TEST_F(Pinging, ThreePeriodsWithoutAnAnswerAreSilence) {
    period(true);
    for (int i = 0; i < 3; ++i) {
        period(false);
        EXPECT_TRUE(pinger.answers()) << i;
    }
    period(false);
    EXPECT_FALSE(pinger.answers());
}

TEST_F(Pinging, OneThatWasNeverThereIsSilentAfterThreePeriods) {
    for (int i = 0; i < 4; ++i) {
        EXPECT_TRUE(pinger.answers()) << i;
        period(false);
    }
    EXPECT_FALSE(pinger.answers());
}

TEST_F(Pinging, OneAnswerEndsTheSilenceEvenFromAnotherMac) {
    period(true);
    for (int i = 0; i < 5; ++i) {
        period(false);
    }
    ASSERT_FALSE(pinger.answers());
    their_mac = {0x0200'0000'0077};
    period(true);
    EXPECT_TRUE(pinger.answers());
    for (int i = 0; i < 3; ++i) {
        period(false);
    }
    EXPECT_TRUE(pinger.answers()) << "what was missed before counts no more";
}

TEST_F(Pinging, AnswersWhoAsksForItsOwnAddress) {
    const wire::Arp request{.kind = wire::Arp::Kind::Request,
                            .sender = kTheirMac,
                            .sender_ip = kTheirIp,
                            .target = {},
                            .target_ip = kOurIp};
    const auto said = pinger.hear(wire::make_arp(request));
    ASSERT_TRUE(said);
    EXPECT_EQ(wire::parse_arp(*said),
              (wire::Arp{.kind = wire::Arp::Kind::Reply,
                         .sender = kOurMac,
                         .sender_ip = kOurIp,
                         .target = kTheirMac,
                         .target_ip = kTheirIp}));
    wire::Arp other = request;
    other.target_ip = kTheirIp;
    EXPECT_FALSE(pinger.hear(wire::make_arp(other)));
}

TEST_F(Pinging, AnswersOfOthersOrToOtherQuestionsDoNotCount) {
    period(true);
    const wire::Echo right{.reply = true, .from = kTheirIp, .to = kOurIp, .id = 1, .sequence = 3};
    const auto changed = [&](auto change) {
        wire::Echo echo = right;
        change(echo);
        return echo;
    };
    const std::array wrong{changed([](wire::Echo& it) { it.reply = false; }),
                           changed([](wire::Echo& it) { it.from = kOurIp; }),
                           changed([](wire::Echo& it) { it.to = kTheirIp; }),
                           changed([](wire::Echo& it) { it.id = 2; }),
                           changed([](wire::Echo& it) { it.sequence = 2; })};
    period(false);
    for (int i = 0; i < 3; ++i) {
        [[maybe_unused]] const auto sent = pinger.take(now);
        now += 1s;
        for (wire::Echo echo : wrong) {
            if (echo.sequence != 2) echo.sequence = static_cast<std::uint16_t>(i + 3);
            give(wire::make_echo(echo, kTheirMac, kOurMac));
        }
    }
    EXPECT_FALSE(pinger.answers());
    wire::Echo last = right;
    last.sequence = 5;
    give(wire::make_echo(last, kTheirMac, kOurMac));
    EXPECT_TRUE(pinger.answers()) << "the one that is right in all of it";
}

}  // namespace
}  // namespace sealane::failover
