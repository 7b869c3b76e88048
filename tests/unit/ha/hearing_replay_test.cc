// Duplicates, reordering, and recordings.
#include <algorithm>
#include <random>

#include <gtest/gtest.h>

#include "control/ha/hearing.h"
#include "tests/support/seed.h"
#include "tests/unit/ha/talker.h"

namespace sealane::ha {
namespace {

using namespace std::chrono_literals;
using test::at;
using test::converse;
using test::kOld;
using test::meet;
using test::Talker;

TEST(Replay, H23DuplicatesAreBelievedOnce) {
    Talker a(1, 11);
    Talker b(2, 22);
    meet(a, b);
    for (int message = 0; message < 20; ++message) {
        const Frame frame = b.boast();
        EXPECT_TRUE(a.hear(frame, at(message * 250ms)).is_believed());
        const auto before = a.hearing.partner();
        for (int copy = 1; copy < 50; ++copy) {
            ASSERT_EQ(a.hear(frame, at(message * 250ms + 1ms)).why, Reject::Replay);
        }
        EXPECT_EQ(a.hearing.partner(), before);  // nor is it fresher for it
    }
    EXPECT_EQ(a.hearing.counters().of(Reject::Replay), 20U * 49);
}

TEST(Replay, H23OfMessagesReorderedOnlyNewerOnesAreBelieved) {
    std::mt19937_64 random(sealane::test::seed_of_run());
    Talker a(1, 11);
    Talker b(2, 22);
    meet(a, b);
    constexpr std::size_t kWindow = 16;
    for (int round = 0; round < 200; ++round) {
        std::vector<Frame> window;
        for (std::size_t i = 0; i < kWindow; ++i) {
            window.push_back(b.boast());
        }
        std::ranges::shuffle(window, random);
        std::uint64_t newest = a.hearing.partner()->sequence;
        for (const Frame& frame : window) {
            const std::uint64_t sequence = decode(frame).message.sequence;
            ASSERT_EQ(a.hear(frame, at(round * 1s)).is_believed(), sequence > newest);
            newest = std::max(newest, sequence);
            ASSERT_EQ(a.hearing.partner()->sequence, newest);
        }
    }
}

TEST(Replay, H25AReplayInTheSameBootIsRefused) {
    Talker a(1, 11);
    Talker b(2, 22);
    meet(a, b);
    const Frame primary = b.boast();
    EXPECT_TRUE(a.hear(primary, at(0ms)).is_believed());
    EXPECT_TRUE(a.hear(b.say(MessageType::Limbo), at(1ms)).is_believed());
    const auto before = a.hearing.partner();
    for (int i = 2; i < 5000; ++i) {
        ASSERT_EQ(a.hear(primary, at(i * 1ms)).why, Reject::Replay);
    }
    EXPECT_EQ(a.hearing.partner(), before);
    EXPECT_EQ(a.hearing.echo(at(2ms)), Echo{});  // kept alive by nothing
}

TEST(Replay, H25TheSameSequenceDoesNotKeepASessionAlive) {
    Talker a(1, 11);
    Talker b(2, 22);
    meet(a, b);
    Message message = decode(b.boast()).message;
    Frame first = encode(message);
    seal(first, kOld);
    EXPECT_TRUE(a.hear(first, at(1ms)).is_believed());
    message.role = Role::Limbo;  // another message of the same number, sealed rightly
    Frame second = encode(message);
    seal(second, kOld);
    EXPECT_EQ(a.hear(second, at(2ms)).why, Reject::Replay);
    EXPECT_EQ(a.hearing.partner()->heard, at(1ms));
}

/// a and b meet; b's conversation is recorded; b starts anew as boot 23 and they meet again.
struct Recorded {
    Talker a{1, 11};
    Talker b{2, 23};
    std::vector<Frame> tape;

    Recorded() {
        Talker earlier(2, 22);
        tape.push_back(earlier.say(MessageType::Hello));
        for (const Frame& challenge : a.answer(tape[0])) {
            for (const Frame& frame : earlier.answer(challenge)) {
                tape.push_back(frame);
                for (const Frame& response : a.answer(frame)) {
                    EXPECT_TRUE(earlier.hear(response).is_believed());
                }
            }
        }
        EXPECT_EQ(a.hearing.partner()->boot, BootId{22});
        for (std::size_t type = 0; type < 10; ++type) {
            tape.push_back(earlier.say(static_cast<MessageType>(type)));
        }
        tape.push_back(earlier.boast());
        meet(b, a, at(1s));
    }
};

TEST(Replay, H25AReplayOfAnEarlierBootIsRefused) {
    Recorded world;
    const auto before = world.a.hearing.partner();
    for (int round = 0; round < 100; ++round) {
        for (const Frame& frame : world.tape) {
            const Verdict verdict = world.a.hear(frame, at(2s + round * 1s));
            ASSERT_EQ(verdict.why, Reject::RetiredBoot);
            ASSERT_FALSE(verdict.challenge || verdict.response);
        }
    }
    EXPECT_EQ(world.a.hearing.partner(), before);
    EXPECT_TRUE(world.a.hear(world.b.boast(), at(200s)).is_believed());
}

TEST(Replay, H25ARecordingTellsNothingToANodeThatHasJustStarted) {
    Recorded world;
    Talker fresh(1, 12);  // knows of no boot of b
    for (int round = 0; round < 100; ++round) {
        for (const Frame& frame : world.tape) {
            ASSERT_FALSE(fresh.hear(frame, at(round * 1s)).is_believed());
        }
    }
    EXPECT_FALSE(fresh.hearing.partner());
    EXPECT_EQ(fresh.hearing.counters().of(Reject::UnprovenBoot), 100 * world.tape.size());
}

TEST(Replay, ARecordingDoesNotKeepTheTrueOneFromBeingMet) {
    Recorded world;
    Talker fresh(1, 12);
    // The recording comes first, and between any two messages of the true one.
    Duration now{};
    const auto play = [&] {
        for (const Frame& frame : world.tape) {
            static_cast<void>(fresh.hear(frame, at(now += 1ms)));
        }
    };
    play();
    now += kChallengeEvery;
    const Verdict verdict = fresh.hear(world.b.boast(), at(now));
    ASSERT_TRUE(verdict.challenge);
    play();
    EXPECT_TRUE(
        fresh.hear(world.b.say(MessageType::Response, *verdict.challenge), at(now)).is_believed());
    EXPECT_EQ(fresh.hearing.partner()->boot, BootId{23});
}

TEST(Replay, ANonceIsGoodOnceAndNotForEver) {
    Talker a(1, 11);
    Talker b(2, 22);
    const auto nonce = a.hear(b.boast(), at(0ms)).challenge;
    ASSERT_TRUE(nonce);
    EXPECT_EQ(a.hear(b.say(MessageType::Response, *nonce + 1), at(1ms)).why, Reject::UnprovenBoot);
    const Frame late = b.say(MessageType::Response, *nonce);
    EXPECT_EQ(a.hear(late, at(kNonceLife)).why, Reject::UnprovenBoot);

    Talker c(1, 13);
    const auto used = c.hear(b.boast(), at(0ms)).challenge;
    EXPECT_TRUE(c.hear(b.say(MessageType::Response, *used), at(kNonceLife - 1ns)).is_believed());
    Talker again(2, 23);
    const auto answer = again.say(MessageType::Response, *used);
    EXPECT_EQ(c.hear(answer, at(kNonceLife - 1ns)).why, Reject::UnprovenBoot);
    EXPECT_EQ(c.hearing.partner()->boot, BootId{22});
}

TEST(Replay, ABootThatWasFollowedNeverComesBackThoughItAnswers) {
    Talker a(1, 11);
    Talker zombie(2, 22);
    meet(a, zombie);
    Talker b(2, 23);
    meet(b, a, at(1s));
    // SIGCONT: it is alive, has the key, and would answer.
    EXPECT_EQ(converse(zombie, a, zombie.boast(), at(2s)), 1);
    EXPECT_EQ(a.hearing.counters().of(Reject::RetiredBoot), 1U);
    EXPECT_TRUE(a.hear(b.boast(), at(3s)).is_believed());
}

TEST(Replay, TheSequenceMayLeapAndEnd) {
    Talker a(1, 11);
    Talker b(2, 22);
    meet(a, b);
    Message message = decode(b.boast()).message;
    for (const std::uint64_t sequence : {std::uint64_t{1} << 32, ~std::uint64_t{0}}) {
        message.sequence = sequence;
        Frame frame = encode(message);
        seal(frame, kOld);
        EXPECT_TRUE(a.hear(frame).is_believed());
        EXPECT_EQ(a.hear(frame).why, Reject::Replay);
    }
    // Only another boot comes behind it.
    EXPECT_EQ(a.hear(b.boast()).why, Reject::Replay);
    Talker again(2, 23);
    meet(again, a, at(1s));
}

}  // namespace
}  // namespace sealane::ha
