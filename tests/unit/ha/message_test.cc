// Control messages and their bytes.
#include "control/ha/message.h"

#include <algorithm>
#include <memory>
#include <random>

#include <gtest/gtest.h>

#include "control/ha/seal.h"
#include "dataplane/wire/bytes.h"
#include "tests/support/seed.h"
#include "tests/unit/ha/golden.h"
#include "tests/unit/ha/samples.h"

namespace sealane::ha {
namespace {

using test::from_hex;
using Bytes = std::vector<std::uint8_t>;

constexpr std::uint64_t kGoldenVlans = golden::kTrunks;
constexpr Echo kGoldenEcho{.boot = {0x99aa'bbcc'ddee'ff00}, .sequence = 41};

/// What golden messages have in common.
Message golden_message() {
    return {.source = {0x0200'c0a8'6401},
            .pair = {.vswitch = golden::kVswitch, .pvid = {100}},
            .node = {0x0a0b'0c0d'0e0f'1011},
            .boot = {0x1122'3344'5566'7788},
            .sequence = 1,
            .progress = 0x0000'dead'beef'0001,
            .vlan_digest = kGoldenVlans,
            .epoch = 7,
            .transaction = 0xcafe'0001};
}

Message golden_keep_alive() {
    Message message = golden_message();
    message.key = {1};
    message.trunks = {3};
    message.role = Role::Primary;
    message.mode = Mode::Sharing;
    message.priority = 1;
    message.sequence = 42;
    message.echo = kGoldenEcho;
    message.uplink = true;
    return message;
}

Message golden_share_refusal() {
    Message message = golden_message();
    message.type = MessageType::ShareRefusal;
    message.key = {2};
    message.other_key = {1};
    message.trunks = {0x8001};
    message.role = Role::Primary;
    message.mode = Mode::Auto;
    message.priority = 1;
    message.refusal = Refusal::OtherVlans;
    message.sequence = 0x0102'0304'0506'0708;
    message.echo = kGoldenEcho;
    message.uplink = true;
    return message;
}

Message golden_response() {
    Message message = golden_message();
    message.type = MessageType::Response;
    message.key = {1};
    message.other_key = {2};
    message.role = Role::Unhealthy;
    message.mode = Mode::Standby;
    message.priority = 15;
    message.nonce = 0x5eed'5eed'5eed'5eed;
    return message;
}

Message golden_hello() {
    Message message = golden_message();
    message.type = MessageType::Hello;
    message.priority = 2;
    message.uplink = true;
    return message;
}

void expect_golden(const Message& message, const Key* key, std::string_view hex) {
    Frame made = encode(message);
    if (key != nullptr) seal(made, *key);
    const Bytes right = from_hex(hex);
    EXPECT_EQ(Bytes(made.begin(), made.end()), right);
    EXPECT_EQ(decode(right), (Decoded{.message = message}));
    EXPECT_TRUE(key == nullptr || is_sealed(right, *key));
}

TEST(Message, BytesAreThoseOfAnIndependentEncoder) {
    expect_golden(golden_keep_alive(), &test::kOld, golden::kKeepAlive);
    expect_golden(golden_share_refusal(), &test::kNew, golden::kShareRefusal);
    expect_golden(golden_response(), &test::kOld, golden::kResponse);
    expect_golden(golden_hello(), nullptr, golden::kUnsealed);
}

TEST(Message, WordsHaveTheirNumbers) {
    // These are the protocol: a new word goes to the end.
    EXPECT_EQ(static_cast<int>(Role::Init), 0);
    EXPECT_EQ(static_cast<int>(Role::Primary), 1);
    EXPECT_EQ(static_cast<int>(Role::Backup), 2);
    EXPECT_EQ(static_cast<int>(Role::Recovery), 3);
    EXPECT_EQ(static_cast<int>(Role::Notify), 4);
    EXPECT_EQ(static_cast<int>(Role::Limbo), 5);
    EXPECT_EQ(static_cast<int>(Role::PrimarySh), 6);
    EXPECT_EQ(static_cast<int>(Role::BackupSh), 7);
    EXPECT_EQ(static_cast<int>(Role::Unhealthy), 8);
    EXPECT_EQ(static_cast<int>(Mode::Auto), 0);
    EXPECT_EQ(static_cast<int>(Mode::Standby), 1);
    EXPECT_EQ(static_cast<int>(Mode::Sharing), 2);
    EXPECT_EQ(static_cast<int>(Refusal::None), 0);
    EXPECT_EQ(static_cast<int>(Refusal::NotSharing), 1);
    EXPECT_EQ(static_cast<int>(Refusal::OneTrunk), 2);
    EXPECT_EQ(static_cast<int>(Refusal::OtherVlans), 3);
    EXPECT_EQ(static_cast<int>(Refusal::OtherSplit), 4);
    EXPECT_EQ(static_cast<int>(Refusal::NotReady), 5);
    EXPECT_EQ(static_cast<int>(MessageType::KeepAlive), 0);
    EXPECT_EQ(static_cast<int>(MessageType::ShareRefusal), 6);
    EXPECT_EQ(static_cast<int>(MessageType::Goodbye), 7);
    EXPECT_EQ(static_cast<int>(MessageType::Hello), 8);
    EXPECT_EQ(static_cast<int>(MessageType::Response), 11);
}

TEST(Message, TypesAreTheMachinesKindsFirst) {
    EXPECT_EQ(static_cast<int>(MessageType::Recovery), static_cast<int>(Kind::Recovery));
    EXPECT_EQ(static_cast<int>(MessageType::Notify), static_cast<int>(Kind::Notify));
    EXPECT_EQ(static_cast<int>(MessageType::Limbo), static_cast<int>(Kind::Limbo));
    EXPECT_EQ(static_cast<int>(MessageType::ShareRequest), static_cast<int>(Kind::ShareRequest));
    EXPECT_EQ(static_cast<int>(MessageType::ShareGrant), static_cast<int>(Kind::ShareGrant));
    EXPECT_EQ(static_cast<int>(MessageType::ShareRefusal), static_cast<int>(Kind::ShareRefusal));
    EXPECT_EQ(static_cast<int>(MessageType::Goodbye), static_cast<int>(Kind::Goodbye));
}

/// What is said of the golden hello, which has no seal to hide the reason, with one byte changed.
Reject with_byte(std::size_t offset, std::uint8_t value) {
    Bytes frame = from_hex(golden::kUnsealed);
    frame[offset] = value;
    return decode(frame).why;
}

TEST(Message, EachFieldIsRefusedByItsName) {
    EXPECT_EQ(with_byte(0, 0xfe), Reject::Destination);
    EXPECT_EQ(with_byte(6, 0x01), Reject::Source);
    EXPECT_EQ(with_byte(12, 0x81), Reject::EtherType);
    EXPECT_EQ(with_byte(13, 0xb6), Reject::EtherType);
    EXPECT_EQ(with_byte(15, 0xa2), Reject::Protocol);
    EXPECT_EQ(with_byte(16, 0), Reject::Version);
    EXPECT_EQ(with_byte(16, 2), Reject::Version);
    EXPECT_EQ(with_byte(17, 12), Reject::Type);
    EXPECT_EQ(with_byte(19, 1), Reject::Keys);
    EXPECT_EQ(with_byte(28, 8), Reject::None);
    EXPECT_EQ(with_byte(28, 9), Reject::Role);
    EXPECT_EQ(with_byte(29, 2), Reject::None);
    EXPECT_EQ(with_byte(29, 3), Reject::Mode);
    EXPECT_EQ(with_byte(30, 0), Reject::Priority);
    EXPECT_EQ(with_byte(30, 15), Reject::None);
    EXPECT_EQ(with_byte(30, 16), Reject::Priority);
    EXPECT_EQ(with_byte(31, 1), Reject::Refusal);  // of no refusal
    EXPECT_EQ(with_byte(31, 6), Reject::Refusal);
    EXPECT_EQ(with_byte(17, 6), Reject::Refusal);  // a refusal without one
    EXPECT_EQ(with_byte(55, 0), Reject::Sequence);
    EXPECT_EQ(with_byte(60, 1), Reject::Echo);
    EXPECT_EQ(with_byte(70, 1), Reject::Echo);
    EXPECT_EQ(with_byte(90, 1), Reject::Nonce);  // of neither challenge nor response
    EXPECT_EQ(with_byte(17, 10), Reject::Nonce);
    EXPECT_EQ(with_byte(17, 11), Reject::Nonce);
    EXPECT_EQ(with_byte(104, 2), Reject::Uplink);
    EXPECT_EQ(with_byte(kSealOffset, 1), Reject::Keys);
    EXPECT_EQ(with_byte(kFrameLength - 1, 1), Reject::Keys);
}

TEST(Message, NobodyIsNoNodeAndNoBoot) {
    Message message = golden_hello();
    message.node = {};
    EXPECT_EQ(decode(encode(message)).why, Reject::Node);
    message = golden_hello();
    message.boot = {};
    EXPECT_EQ(decode(encode(message)).why, Reject::Boot);
    message = golden_hello();
    message.source = {};
    EXPECT_EQ(decode(encode(message)).why, Reject::Source);
}

/// Memory of its own that ends where the frame ends, so that the sanitizers look on.
Decoded decode_alone(std::span<const std::uint8_t> bytes) {
    const auto alone = std::make_unique<std::uint8_t[]>(bytes.size());
    std::ranges::copy(bytes, alone.get());
    return decode({alone.get(), bytes.size()});
}

TEST(Message, H24EachLengthButTheRightOneIsRefused) {
    Bytes frame = from_hex(golden::kKeepAlive);
    for (std::size_t length = 0; length < frame.size(); ++length) {
        EXPECT_EQ(decode_alone(std::span(frame).first(length)).why, Reject::Length) << length;
    }
    for (const std::size_t length : {138U, 139U, 255U, 1514U, 9018U, 65'408U, 65'536U}) {
        frame.resize(length);
        EXPECT_EQ(decode_alone(frame).why, Reject::Length) << length;
    }
}

TEST(Message, H24EveryFlippedBitIsSeen) {
    for (const char* hex : {golden::kKeepAlive, golden::kShareRefusal, golden::kResponse}) {
        const Bytes right = from_hex(hex);
        const Key& key = right[18] == 1 ? test::kOld : test::kNew;
        for (std::size_t bit = 0; bit < right.size() * 8; ++bit) {
            Bytes flipped = right;
            flipped[bit / 8] = static_cast<std::uint8_t>(flipped[bit / 8] ^ 1U << bit % 8);
            EXPECT_FALSE(is_sealed(flipped, key)) << bit;
        }
    }
}

/// Whatever decodes has no other form: its message makes the same bytes before the seal.
void expect_canonical(std::span<const std::uint8_t> frame) {
    const Decoded decoded = decode(frame);
    if (decoded.why != Reject::None) return;
    const Frame again = encode(decoded.message);
    ASSERT_EQ(frame.size(), again.size());
    ASSERT_TRUE(std::equal(again.begin(), again.begin() + kSealOffset, frame.begin()));
}

// Each frame ends where its memory ends, so that the sanitizers look on.
TEST(Message, H24AMillionRandomFramesHaveOneMeaningOrNone) {
    std::mt19937_64 random(sealane::test::seed_of_run());
    const Bytes envelope = from_hex(std::string_view(golden::kUnsealed).substr(0, 34));
    alignas(8) Frame bytes{};
    for (int i = 0; i < 1'000'000; ++i) {
        const std::size_t length = i % 4 != 0 ? kFrameLength : random() % kFrameLength;
        const std::span<std::uint8_t> frame = std::span(bytes).last(length);
        for (std::size_t at = 0; at + 8 <= bytes.size(); at += 8) {
            wire::store_be64(bytes.data() + at, random());
        }
        // Every other one behind an envelope that is right, as far as there is room.
        if (i % 2 == 0)
            std::copy_n(envelope.begin(), std::min(length, envelope.size()), frame.begin());
        expect_canonical(frame);
        if (testing::Test::HasFatalFailure()) return;
    }
}

TEST(Message, H24FramesThatAreNearlyRightHaveOneMeaningOrNone) {
    std::mt19937_64 random(sealane::test::seed_of_run());
    const std::array<Bytes, 4> right{from_hex(golden::kKeepAlive),
                                     from_hex(golden::kShareRefusal),
                                     from_hex(golden::kResponse),
                                     from_hex(golden::kUnsealed)};
    int decoded = 0;
    Bytes frame;
    for (int i = 0; i < 200'000; ++i) {
        frame = right[random() % right.size()];
        for (std::uint64_t changes = 1 + random() % 4; changes > 0; --changes) {
            const std::uint64_t draw = random();
            const bool small = (draw >> 32 & 1) != 0;  // enumerators are small
            frame[draw % frame.size()] =
                static_cast<std::uint8_t>(small ? draw >> 40 & 15 : draw >> 40);
        }
        decoded += decode(frame).why == Reject::None ? 1 : 0;
        expect_canonical(frame);
        if (testing::Test::HasFatalFailure()) return;
    }
    EXPECT_GT(decoded, 20'000);  // or it would not have looked at what it should
}

TEST(Message, NamesAreDistinct) {
    std::vector<std::string_view> names;
    for (std::size_t i = 0; i < kMessageTypeCount; ++i) {
        names.emplace_back(name_of(static_cast<MessageType>(i)));
    }
    for (std::size_t i = 0; i < kRejectCount; ++i) {
        names.emplace_back(name_of(static_cast<Reject>(i)));
    }
    std::ranges::sort(names);
    EXPECT_EQ(std::ranges::adjacent_find(names), names.end());
    EXPECT_EQ(std::ranges::count(names, "?"), 0);
}

}  // namespace
}  // namespace sealane::ha
