// Who is believed: meeting, echoes, the third, and ourselves.
#include "control/ha/hearing.h"

#include <gtest/gtest.h>

#include "tests/unit/ha/talker.h"

namespace sealane::ha {
namespace {

using namespace std::chrono_literals;
using test::at;
using test::converse;
using test::converse_both;
using test::kNew;
using test::kOld;
using test::meet;
using test::Talker;

TEST(Hearing, TwoStrangersMeetInFiveMessages) {
    Talker a(1, 11);
    Talker b(2, 22);
    meet(a, b);
    EXPECT_TRUE(a.hear(b.boast()).is_believed());
    EXPECT_TRUE(b.hear(a.boast()).is_believed());
}

TEST(Hearing, TwoStrangersMeetThoughBothStartAtOnce) {
    Talker a(1, 11);
    Talker b(2, 22);
    EXPECT_EQ(converse_both(a, b, a.say(MessageType::Hello), b.say(MessageType::Hello)), 6);
    EXPECT_TRUE(a.hear(b.boast()).is_believed());
    EXPECT_TRUE(b.hear(a.boast()).is_believed());
}

TEST(Hearing, AMessageLostWhileTheyMeetOnlyDelays) {
    for (int lost = 0; lost < 5; ++lost) {
        Talker a(1, 11);
        Talker b(2, 22);
        // One after another, but for the lost one, which ends it.
        Frame frame = a.say(MessageType::Hello);
        Talker* receiver = &b;
        for (int i = 0; i < lost; ++i) {
            const std::vector<Frame> said = receiver->answer(frame);
            if (said.empty()) break;
            frame = said.back();
            receiver = receiver == &b ? &a : &b;
        }
        converse(a, b, a.boast(), at(kChallengeEvery));
        converse(b, a, b.boast(), at(kChallengeEvery * 2));
        EXPECT_TRUE(a.hear(b.boast(), at(1s)).is_believed()) << lost;
        EXPECT_TRUE(b.hear(a.boast(), at(1s)).is_believed()) << lost;
    }
}

TEST(Hearing, BeforeAnAnswerNothingIsBelieved) {
    Talker a(1, 11);
    Talker b(2, 22);
    const Verdict verdict = a.hear(b.boast());
    EXPECT_EQ(verdict.why, Reject::UnprovenBoot);
    EXPECT_EQ(verdict.message.role, Role::Primary);
    EXPECT_TRUE(verdict.challenge);
    EXPECT_FALSE(verdict.response);
    EXPECT_FALSE(a.hearing.partner());
}

TEST(Hearing, EveryFrameIsCountedOnce) {
    Talker a(1, 11);
    Talker b(2, 22);
    meet(a, b);
    const Frame limbo = a.say(MessageType::Limbo);
    EXPECT_TRUE(b.hear(limbo).is_believed());
    EXPECT_FALSE(b.hear(limbo).is_believed());
    EXPECT_FALSE(b.hear(std::array<std::uint8_t, 3>{}).is_believed());
    const HearingCounters& counters = b.hearing.counters();
    EXPECT_EQ(counters.of(MessageType::Response), 1U);
    EXPECT_EQ(counters.of(MessageType::Challenge), 1U);
    EXPECT_EQ(counters.of(MessageType::Limbo), 1U);
    EXPECT_EQ(counters.of(Reject::UnprovenBoot), 1U);
    EXPECT_EQ(counters.of(Reject::Replay), 1U);
    EXPECT_EQ(counters.of(Reject::Length), 1U);
    EXPECT_EQ(counters.of(Reject::None), 0U);
    EXPECT_EQ(a.speaking.counters()[static_cast<std::size_t>(MessageType::Limbo)], 1U);
}

TEST(Hearing, H20EachSideKnowsOfACutOneWay) {
    Talker a(1, 11);
    Talker b(2, 22);
    meet(a, b, at(0ms));
    EXPECT_TRUE(a.hear(b.boast(), at(100ms)).is_believed());
    EXPECT_TRUE(b.hear(a.boast(), at(100ms)).is_believed());
    EXPECT_TRUE(a.hearing.is_heard());
    EXPECT_TRUE(b.hearing.is_heard());

    // From a to b nothing comes through any more.  b has not heard a since 100 ms.
    EXPECT_NE(b.hearing.echo(at(100ms)), Echo{});
    EXPECT_EQ(b.hearing.echo(at(101ms)), Echo{});
    const Frame deaf =
        b.speaking.say({.echo = b.hearing.echo(at(101ms))}, b.hearing.keys(), KeyId{1});
    EXPECT_TRUE(a.hear(deaf, at(1101ms)).is_believed());
    EXPECT_FALSE(a.hearing.is_heard());  // a knows, and hears b all the same
    EXPECT_NE(a.hearing.echo(at(1101ms)), Echo{});
}

TEST(Hearing, AnEchoOfAnEarlierBootIsNoEcho) {
    Talker a(1, 11);
    Talker b(2, 22);
    meet(a, b);
    Talker again(1, 12);
    const std::vector<Frame> challenges = b.answer(again.say(MessageType::Hello), at(1s));
    ASSERT_EQ(challenges.size(), 1U);  // and says in it that it hears boot 11
    for (const Frame& frame : again.answer(challenges[0], at(1s))) {
        for (const Frame& response : b.answer(frame, at(1s))) {
            EXPECT_TRUE(again.hear(response, at(1s)).is_believed());
        }
    }
    EXPECT_TRUE(again.hearing.is_heard());
    const Frame old =
        b.speaking.say({.echo = {.boot = {11}, .sequence = 5}}, b.hearing.keys(), KeyId{1});
    EXPECT_TRUE(again.hear(old, at(1s)).is_believed());
    EXPECT_FALSE(again.hearing.is_heard());
}

TEST(Hearing, ChallengesAreNeitherManyNorGivenUp) {
    Talker a(1, 11);
    Talker b(2, 22);
    int challenges = 0;
    std::optional<std::uint64_t> nonce;
    for (int ms = 0; ms < 1000; ms += 10) {
        const Verdict verdict = a.hear(b.boast(), at(ms * 1ms));
        if (!verdict.challenge) continue;
        ++challenges;
        EXPECT_TRUE(!nonce || verdict.challenge == nonce);  // its answer may be on a slow way
        nonce = verdict.challenge;
    }
    EXPECT_EQ(challenges, 10);
    EXPECT_NE(a.hear(b.boast(), at(kNonceLife)).challenge, nonce);
}

TEST(Hearing, H32AThirdNodeIsRefusedAndAnAlarm) {
    Talker a(1, 11);
    Talker b(2, 22);
    meet(a, b);
    Talker third(3, 33);
    const auto before = a.hearing.partner();
    const Verdict verdict = a.hear(third.boast());
    EXPECT_EQ(verdict.why, Reject::ThirdNode);
    EXPECT_TRUE(verdict.is_alarming());
    EXPECT_EQ(verdict.message.node, NodeId{3});
    EXPECT_EQ(converse(third, a, third.say(MessageType::Challenge, 5)), 1);  // not even answered
    EXPECT_EQ(a.hearing.partner(), before);
}

TEST(Hearing, H32AThirdNodeWithoutTheKeyIsNoAlarm) {
    Talker a(1, 11);
    Talker b(2, 22);
    meet(a, b);
    Talker third(3, 33, Keyring({.id = {1}, .secret = kNew.secret}));
    const Verdict verdict = a.hear(third.boast());
    EXPECT_EQ(verdict.why, Reject::BadSeal);
    EXPECT_FALSE(verdict.is_alarming());
}

TEST(Hearing, H32WhoIsNotTheNamedPartnerIsAThirdNodeFromTheStart) {
    Talker a(1, 11, Keyring(kOld), NodeId{2});
    Talker third(3, 33);
    EXPECT_EQ(a.hear(third.boast()).why, Reject::ThirdNode);
    Talker b(2, 22);
    meet(a, b);
}

TEST(Hearing, AfterAGoodbyeAnotherNodeMayBeThePartner) {
    Talker a(1, 11);
    Talker b(2, 22);
    meet(a, b);
    EXPECT_TRUE(a.hear(b.say(MessageType::Goodbye)).is_believed());
    EXPECT_EQ(a.hearing.echo(Instant::min()), Echo{});
    Talker next(3, 33);
    meet(next, a, at(1s));
    EXPECT_EQ(a.hear(b.boast(), at(2s)).why, Reject::RetiredBoot);
    Talker b_again(2, 23);
    EXPECT_EQ(a.hear(b_again.boast(), at(2s)).why, Reject::ThirdNode);
}

TEST(Hearing, AForgottenPartnerMustAnswerAnewInAnotherBoot) {
    Talker a(1, 11);
    Talker b(2, 22);
    meet(a, b);
    a.hearing.forget_partner();
    EXPECT_EQ(a.hear(b.boast(), at(1s)).why, Reject::RetiredBoot);
    Talker next(3, 33);
    meet(next, a, at(1s));
}

TEST(Hearing, H32OurOwnMessageReflectedIsRefusedAndAnAlarm) {
    Talker a(1, 11);
    const Frame own = a.boast();
    const Verdict alone = a.hear(own);
    EXPECT_EQ(alone.why, Reject::OwnMessage);
    EXPECT_TRUE(alone.is_alarming());
    EXPECT_FALSE(alone.challenge);
    EXPECT_EQ(a.hear(a.say(MessageType::Challenge, 5)).response, std::nullopt);

    Talker b(2, 22);
    meet(a, b);
    const auto before = a.hearing.partner();
    EXPECT_EQ(a.hear(own).why, Reject::OwnMessage);
    EXPECT_EQ(a.hearing.partner(), before);
}

TEST(Hearing, H32OurNodeIdInAnotherBootIsNoPartner) {
    Talker a(1, 11);
    Talker namesake(1, 12);
    EXPECT_EQ(a.hear(namesake.boast()).why, Reject::OwnNode);
    EXPECT_EQ(converse(namesake, a, namesake.say(MessageType::Hello)), 1);
}

TEST(Hearing, AnotherPairIsNoneOfOurs) {
    Talker a(1, 11);
    Talker b(2, 22);
    meet(a, b);
    for (const PairId pair : {PairId{.vswitch = test::kPair.vswitch, .pvid = {101}},
                              PairId{.vswitch = test::kPair.vswitch + 1, .pvid = {100}}}) {
        Message message = decode(b.boast()).message;
        message.pair = pair;
        Frame frame = encode(message);
        seal(frame, kOld);
        EXPECT_EQ(a.hear(frame).why, Reject::OtherPair);
    }
}

}  // namespace
}  // namespace sealane::ha
