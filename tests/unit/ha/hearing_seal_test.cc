// What is not sealed, sealed with another key, or changed on its way.
#include <array>
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
using test::kNew;
using test::kOld;
using test::meet;
using test::Talker;

TEST(Sealing, H24NoFlippedBitIsBelievedOrChangesAnything) {
    Talker a(1, 11, Keyring(kOld, kNew));
    Talker b(2, 22, Keyring(kOld, kNew));
    meet(a, b);
    for (std::size_t type = 0; type < kMessageTypeCount; ++type) {
        const auto kind = static_cast<MessageType>(type);
        const bool proves = kind == MessageType::Challenge || kind == MessageType::Response;
        const Frame right = b.say(kind, proves ? 77 : 0);
        const auto before = a.hearing.partner();
        for (std::size_t bit = 0; bit < right.size() * 8; ++bit) {
            Frame flipped = right;
            flipped[bit / 8] = static_cast<std::uint8_t>(flipped[bit / 8] ^ 1U << bit % 8);
            const Verdict verdict = a.hear(flipped, at(Duration(1h) * (bit + type * 2000)));
            ASSERT_NE(verdict.why, Reject::None) << name_of(kind) << ", bit " << bit;
            ASSERT_NE(verdict.why, Reject::Flood);
            ASSERT_FALSE(verdict.challenge || verdict.response);
        }
        EXPECT_EQ(a.hearing.partner(), before);
        EXPECT_TRUE(a.hear(right, at(1h * (2000 + type * 2000))).is_believed()) << name_of(kind);
    }
}

TEST(Sealing, H24RandomBytesChangeNothingBeforeOrBehindTheSeal) {
    std::mt19937_64 random(sealane::test::seed_of_run());
    Talker a(1, 11);
    Talker b(2, 22);
    meet(a, b);
    const auto before = a.hearing.partner();
    for (int i = 0; i < 20'000; ++i) {
        Frame frame = b.boast();
        for (std::uint64_t changes = 1 + random() % 3; changes > 0; --changes) {
            frame[random() % kSealOffset] = static_cast<std::uint8_t>(random());
        }
        if (i % 2 == 0) {
            const bool same = is_sealed(frame, kOld);
            ASSERT_TRUE(same || !a.hear(frame, at(i * 1s)).is_believed());
            continue;
        }
        // Sealed by a partner gone mad: believed or not, it is he or nobody.
        seal(frame, kOld);
        static_cast<void>(a.hear(frame, at(i * 1s)));
        ASSERT_EQ(a.hearing.partner()->node, before->node);
        ASSERT_EQ(a.hearing.partner()->boot, before->boot);
    }
}

TEST(Sealing, H27WhatIsNotSealedWithOurKeyIsRefusedAndEndsNothing) {
    Talker a(1, 11);
    Talker b(2, 22);
    meet(a, b);
    const auto before = a.hearing.partner();
    const Message real = decode(b.boast()).message;
    const auto hear_as = [&](KeyId id, const Key* key, Reject why) {
        for (const MessageType type :
             {MessageType::KeepAlive, MessageType::Goodbye, MessageType::Limbo}) {
            Message forged = real;
            forged.type = type;
            forged.key = id;
            Frame frame = encode(forged);
            if (key != nullptr) seal(frame, *key);
            EXPECT_EQ(a.hear(frame).why, why);
        }
    };
    hear_as({1}, &kNew, Reject::BadSeal);     // wrong key
    hear_as({1}, nullptr, Reject::BadSeal);   // right id, no seal
    hear_as({2}, &kNew, Reject::UnknownKey);  // wrong key id
    hear_as({2}, &kOld, Reject::UnknownKey);  // right key, wrong id
    hear_as({0}, nullptr, Reject::Unsealed);  // downgrade
    EXPECT_EQ(a.hearing.partner(), before);
    EXPECT_TRUE(a.hear(b.boast()).is_believed());
}

TEST(Sealing, H27AnotherVersionIsRefused) {
    Talker a(1, 11);
    Talker b(2, 22);
    meet(a, b);
    for (const std::uint8_t version : std::array<std::uint8_t, 3>{0, 2, 255}) {
        Frame frame = b.boast();
        frame[16] = version;
        seal(frame, kOld);
        EXPECT_EQ(a.hear(frame).why, Reject::Version);
    }
}

TEST(Sealing, InsecureBelievesUnsealedAndNothingSealed) {
    Talker a(1, 11, Keyring());
    Talker b(2, 22, Keyring());
    meet(a, b);
    EXPECT_TRUE(a.hear(b.boast()).is_believed());
    Talker with_key(2, 22);
    EXPECT_EQ(a.hear(with_key.boast()).why, Reject::UnknownKey);
}

TEST(Sealing, H28RotationOldBothNewCostsNoMessage) {
    // Either side may be the first at each step, and a step may take a while.
    const std::array<Keyring, 3> steps{Keyring(kOld), Keyring(kOld, kNew), Keyring(kNew)};
    for (const int first : {0, 1}) {
        Talker a(1, 11);
        Talker b(2, 22);
        meet(a, b);
        int said = 0;
        const auto chat = [&] {
            for (int i = 0; i < 3; ++i, said += 2) {
                EXPECT_TRUE(b.hear(a.boast(), at(said * 250ms)).is_believed());
                EXPECT_TRUE(a.hear(b.boast(), at(said * 250ms)).is_believed());
            }
        };
        chat();
        for (std::size_t step = 1; step < steps.size(); ++step) {
            (first == 0 ? a : b).hearing.set_keys(steps[step]);
            chat();
            (first == 0 ? b : a).hearing.set_keys(steps[step]);
            chat();
        }
        EXPECT_EQ(decode(a.boast()).message.key, KeyId{2});
        EXPECT_EQ(decode(a.boast()).message.other_key, KeyId{});
        EXPECT_EQ(a.hearing.partner()->boot, BootId{22});
        EXPECT_EQ(a.hearing.counters().of(MessageType::KeepAlive), 15U);
        EXPECT_EQ(a.hearing.counters().of(Reject::UnknownKey), 0U);
    }
}

TEST(Sealing, H28ANodeThatStartsInTheMiddleOfARotationIsMet) {
    const std::array<std::pair<Keyring, Keyring>, 4> middles{
        std::pair{Keyring(kOld), Keyring(kOld, kNew)},
        std::pair{Keyring(kOld, kNew), Keyring(kOld)},
        std::pair{Keyring(kOld, kNew), Keyring(kNew)},
        std::pair{Keyring(kNew), Keyring(kOld, kNew)}};
    for (const auto& [keys_a, keys_b] : middles) {
        Talker a(1, 11, keys_a);
        Talker b(2, 22, keys_b);
        converse(a, b, a.say(MessageType::Hello));
        converse(b, a, b.say(MessageType::Hello), at(1s));
        EXPECT_TRUE(a.hear(b.boast()).is_believed());
        EXPECT_TRUE(b.hear(a.boast()).is_believed());
    }
}

}  // namespace
}  // namespace sealane::ha
