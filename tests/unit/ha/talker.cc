#include "tests/unit/ha/talker.h"

#include <deque>
#include <utility>

#include <gtest/gtest.h>

namespace sealane::ha::test {

Talker::Talker(std::uint64_t node, std::uint64_t boot, Keyring keys, std::optional<NodeId> partner)
    : self{.source = {0x0200'0000'0000 + node}, .node = {node}, .boot = {boot}, .pair = kPair},
      hearing(self, std::move(keys), partner),
      speaking(self),
      next_nonce(boot << 32 | 1) {}

Frame Talker::say(MessageType type, std::uint64_t nonce) {
    return speaking.say(
        {.type = type,
         .refusal = type == MessageType::ShareRefusal ? Refusal::OtherVlans : Refusal::None,
         .echo = hearing.echo(Instant::min()),
         .nonce = nonce},
        hearing.keys(),
        hearing.sealing_key());
}

Frame Talker::boast() {
    return speaking.say({.type = MessageType::KeepAlive,
                         .trunks = {0xffff},
                         .role = Role::Primary,
                         .priority = 1,
                         .echo = hearing.echo(Instant::min()),
                         .uplink = true},
                        hearing.keys(),
                        hearing.sealing_key());
}

Verdict Talker::hear(std::span<const std::uint8_t> frame, Instant now) {
    Verdict verdict = hearing.hear(frame, now, next_nonce);
    if (verdict.challenge == next_nonce) ++next_nonce;
    return verdict;
}

std::vector<Frame> Talker::answer(std::span<const std::uint8_t> frame, Instant now) {
    const Verdict verdict = hear(frame, now);
    std::vector<Frame> said;
    const auto add = [&](MessageType type, std::optional<std::uint64_t> nonce) {
        if (!nonce) return;
        said.push_back(
            speaking.say({.type = type, .echo = hearing.echo(Instant::min()), .nonce = *nonce},
                         hearing.keys(),
                         verdict.message.key));
    };
    add(MessageType::Response, verdict.response);
    add(MessageType::Challenge, verdict.challenge);
    return said;
}

namespace {

using Way = std::deque<std::pair<Talker*, Frame>>;  // to whom, what

int pass_on(Talker& a, Talker& b, Way way, Instant now) {
    int passed = 0;
    for (; !way.empty() && passed < 100; ++passed) {
        const auto [receiver, frame] = way.front();
        way.pop_front();
        for (const Frame& said : receiver->answer(frame, now)) {
            way.emplace_back(receiver == &b ? &a : &b, said);
        }
    }
    return passed;
}

}  // namespace

int converse(Talker& from, Talker& to, const Frame& first, Instant now) {
    return pass_on(from, to, {{&to, first}}, now);
}

int converse_both(Talker& a, Talker& b, const Frame& of_a, const Frame& of_b) {
    return pass_on(a, b, {{&b, of_a}, {&a, of_b}}, {});
}

void meet(Talker& a, Talker& b, Instant now) {
    EXPECT_EQ(converse(a, b, a.say(MessageType::Hello), now), 5);
    ASSERT_TRUE(a.hearing.partner() && a.hearing.partner()->boot == b.self.boot);
    ASSERT_TRUE(b.hearing.partner() && b.hearing.partner()->boot == a.self.boot);
}

}  // namespace sealane::ha::test
