// A million bad control messages a second: how many seals are looked at, and who is believed
// (reliability.md 2.4).
#include <gtest/gtest.h>

#include "control/ha/hearing.h"
#include "tests/unit/ha/talker.h"

namespace sealane::ha {
namespace {

using namespace std::chrono_literals;
using test::at;
using test::meet;
using test::Talker;

/// `milliseconds` in which `bad` comes each microsecond, and from b a heartbeat each 10 ms.
/// Returns how many of these were not believed.
int lost_in_flood(Talker& a, Talker& b, const Frame& bad, int milliseconds) {
    int lost = 0;
    for (int i = 0; i < milliseconds * 1'000; ++i) {
        const Instant now = at(1s + i * 1us);
        EXPECT_FALSE(a.hear(bad, now).is_believed());
        if (i % 10'000 == 0) lost += a.hear(b.boast(), now).is_believed() ? 0 : 1;
    }
    return lost;
}

/// Seals that one bucket lets be looked at in so many milliseconds.
std::uint64_t most(const SealRate& rate, std::uint64_t milliseconds) {
    return rate.depth + rate.per_second * milliseconds / 1'000;
}

/// As b would say it, but for its boot and its seal.
Frame forged(Talker& b, std::uint64_t boot) {
    Message message = decode(b.boast()).message;
    message.boot = {boot};
    message.sequence += 1'000;
    Frame frame = encode(message);
    frame[kSealOffset] = 1;
    return frame;
}

TEST(Flood, OfWrongSealsCostsFewLooksAndNoHeartbeat) {
    Talker a(1, 11);
    Talker b(2, 22);
    meet(a, b);
    EXPECT_EQ(lost_in_flood(a, b, forged(b, 99), 1'000), 0);
    const HearingCounters& counters = a.hearing.counters();
    EXPECT_LE(counters.of(Reject::BadSeal), most(kStrangerRate, 1'000));
    EXPECT_GE(counters.of(Reject::BadSeal), kStrangerRate.per_second);
    EXPECT_EQ(counters.of(Reject::BadSeal) + counters.of(Reject::Flood), 1'000'000U);
}

TEST(Flood, OfReplaysCostsNoLookAtAll) {
    Talker a(1, 11);
    Talker b(2, 22);
    meet(a, b);
    const Frame recorded = b.boast();
    EXPECT_TRUE(a.hear(recorded).is_believed());
    EXPECT_EQ(lost_in_flood(a, b, recorded, 200), 0);
    EXPECT_EQ(a.hearing.counters().of(Reject::Replay), 200'000U);
}

TEST(Flood, OfOurOwnMessagesIsALoopAndCostsNoHeartbeat) {
    Talker a(1, 11);
    Talker b(2, 22);
    meet(a, b);
    EXPECT_EQ(lost_in_flood(a, b, a.boast(), 200), 0);
    EXPECT_LE(a.hearing.counters().of(Reject::OwnMessage), most(kStrangerRate, 200));
    EXPECT_GE(a.hearing.counters().of(Reject::OwnMessage), 1U);
}

TEST(Flood, OfTheRightBootByOneWhoReadsTheChannelIsBoundedToo) {
    Talker a(1, 11);
    Talker b(2, 22);
    meet(a, b);
    const auto before = a.hearing.partner();
    const Frame bad = forged(b, 22);
    for (int i = 0; i < 200'000; ++i) {
        ASSERT_FALSE(a.hear(bad, at(1s + i * 1us)).is_believed());
    }
    EXPECT_LE(a.hearing.counters().of(Reject::BadSeal), most(kFamiliarRate, 200));
    EXPECT_EQ(a.hearing.partner(), before);
    EXPECT_TRUE(a.hear(b.boast(), at(2s)).is_believed());  // when it is over, all is well
}

TEST(Flood, OfChallengesIsAnsweredRarely) {
    Talker a(1, 11);
    Talker b(2, 22);
    const Frame challenge = b.say(MessageType::Challenge, 7);
    std::uint64_t responses = 0;
    for (int i = 0; i < 200'000; ++i) {
        responses += a.hear(challenge, at(i * 1us)).response ? 1 : 0;
    }
    EXPECT_LE(responses, most(kStrangerRate, 200));
}

TEST(Flood, EndsAndANewBootIsMet) {
    Talker a(1, 11);
    Talker b(2, 22);
    meet(a, b);
    EXPECT_EQ(lost_in_flood(a, b, forged(b, 99), 100), 0);
    Talker again(2, 23);
    meet(again, a, at(1100ms + 10ms));
}

}  // namespace
}  // namespace sealane::ha
