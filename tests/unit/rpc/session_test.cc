// A client's conversation: boundaries, garbage, limits.
#include "control/rpc/session.h"

#include <random>

#include <gtest/gtest.h>

#include "control/rpc/dispatch.h"
#include "tests/unit/rpc/toy_methods.h"

namespace sealane::rpc {
namespace {

using nlohmann::json;

const std::string kPing = R"({"jsonrpc":"2.0","method":"ping","id":1})";
const std::string kPong = R"({"id":1,"jsonrpc":"2.0","result":"pong"})"
                          "\n";
const std::string kBig = R"({"jsonrpc":"2.0","method":"big","id":1})";

struct Talk {
    Methods methods = toy_methods();
    Session session{methods};

    /// All that is said to `bytes`, read at once.
    std::string say(std::string_view bytes) {
        session.handle_bytes(bytes);
        return hear();
    }
    std::string hear() {
        std::string heard;
        while (!session.output().empty()) {
            heard += session.output();
            session.take(session.output().size());
        }
        return heard;
    }
};

int code_in(const std::string& reply) {
    return json::parse(reply).at("error").at("code").get<int>();
}

TEST(Session, AnswersEachMessageWithOrWithoutSpaceBetween) {
    for (const char* gap : {"", "\n", "\r\n", " \t\n\n"}) {
        Talk talk;
        EXPECT_EQ(talk.say(kPing + gap + kPing + gap + kPing + gap), kPong + kPong + kPong);
        EXPECT_FALSE(talk.session.is_finished());
        EXPECT_EQ(talk.session.input_held(), 0U);
    }
}

TEST(Session, AnswersTheSameWhereverTheStreamIsCut) {
    const std::string stream =
        "\n " + kPing + R"([{"jsonrpc":"2.0","method":"echo","id":"\"}{\\",)" +
        R"("params":{"text":"[{\"é"}}])" + "\n" + kPing + R"({"a" 1})" + kPing;
    const std::string whole = Talk().say(stream);
    for (std::size_t cut = 0; cut <= stream.size(); ++cut) {
        Talk talk;
        std::string heard = talk.say(stream.substr(0, cut));
        heard += talk.say(stream.substr(cut));
        ASSERT_EQ(heard, whole) << "cut at " << cut;
    }
    Talk bytewise;
    std::string heard;
    for (const char byte : stream) {
        heard += bytewise.say({&byte, 1});
    }
    EXPECT_EQ(heard, whole);
}

TEST(Session, TheToldPlaceOfAFaultIsTheSameWhetherSpaceBeforeItCameAloneOrWithIt) {
    const std::string faulty = R"({"a" 1})";
    const std::string told = Talk().say(faulty);
    EXPECT_EQ(Talk().say(" \r\n\t" + faulty), told);
    Talk in_two;
    EXPECT_EQ(in_two.say(" \r"), "");
    EXPECT_EQ(in_two.say("\n\t" + faulty), told);
}

TEST(Session, ValueThatIsNoJsonInsideItsBracketsCostsOneError) {
    Talk talk;
    EXPECT_EQ(code_in(talk.say(R"({"a" 1})")), kParseError);
    EXPECT_EQ(talk.say(kPing), kPong);
}

TEST(Session, WhatNobodyCouldFollowEndsTheSession) {
    const std::pair<std::string, int> cases[] = {
        {"GET / HTTP/1.1\r\n", kParseError},
        {"}", kParseError},
        {R"({"a": [1})", kParseError},
        {"{\"a\nb\"}", kParseError},
        {std::string("\0", 1), kParseError},
        {"\xff\xff\xff\xff", kParseError},
        {"1", kInvalidRequest},
        {"\"text\"", kInvalidRequest},
        {"null", kInvalidRequest},
    };
    for (const auto& [garbage, code] : cases) {
        Talk talk;
        EXPECT_EQ(talk.say(kPing), kPong);
        EXPECT_EQ(code_in(talk.say(garbage)), code) << garbage;
        EXPECT_TRUE(talk.session.is_finished());
        EXPECT_FALSE(talk.session.wants_input());
        EXPECT_EQ(talk.say(kPing), "");
    }
}

TEST(Session, NestingIsBoundedExactly) {
    const auto nested = [](std::size_t depth) {
        return std::string(depth, '[') + std::string(depth, ']');
    };
    Talk talk;
    EXPECT_EQ(json::parse(talk.say(nested(64)))[0]["error"]["code"], kInvalidRequest);
    EXPECT_FALSE(talk.session.is_finished());
    EXPECT_EQ(code_in(talk.say(nested(65))), kInvalidRequest);
    EXPECT_TRUE(talk.session.is_finished());
    // NOLINTNEXTLINE(bugprone-string-constructor): so long is what is tested, no slip.
    EXPECT_EQ(code_in(Talk().say(std::string(10'000'000, '['))), kInvalidRequest);
}

TEST(Session, MessageBeyondItsBoundEndsTheSessionAndFreesItsMemory) {
    Talk talk;
    const std::string piece(1U << 20U, 'x');
    EXPECT_EQ(talk.say("{\"a\": \""), "");
    for (int i = 0; i < 63; ++i) {
        ASSERT_EQ(talk.say(piece), "");
    }
    EXPECT_EQ(code_in(talk.say(piece)), kTooMuch);
    EXPECT_EQ(talk.session.input_held(), 0U);
}

TEST(Session, MessageWithTooManyValuesEndsTheSession) {
    std::string many = "[1";
    for (std::size_t i = 0; i < kMaxValues; ++i) {
        many += ",1";
    }
    EXPECT_EQ(code_in(Talk().say(many)), kTooMuch);
}

TEST(Session, EndlessSpaceTakesNoMemory) {
    Talk talk;
    const std::string space(1U << 20U, ' ');
    for (int i = 0; i < 100; ++i) {
        ASSERT_EQ(talk.say(space), "");
    }
    EXPECT_EQ(talk.session.input_held(), 0U);
    EXPECT_EQ(talk.say(kPing), kPong);
}

TEST(Session, HalfClosedClientStillGetsItsAnswers) {
    Talk talk;
    talk.session.handle_bytes(kPing + kPing);
    talk.session.handle_end();
    EXPECT_FALSE(talk.session.is_finished());
    EXPECT_EQ(talk.hear(), kPong + kPong);
    EXPECT_TRUE(talk.session.is_finished());
}

TEST(Session, EndInsideAMessageIsAParseError) {
    Talk talk;
    talk.session.handle_bytes(kPing.substr(0, 20));
    talk.session.handle_end();
    EXPECT_EQ(code_in(talk.hear()), kParseError);
    EXPECT_TRUE(talk.session.is_finished());
}

TEST(Session, NothingMoreIsDoneForAClientThatDoesNotRead) {
    std::vector<std::string> log;
    const Methods methods = toy_methods(&log);
    Session session(methods);
    session.handle_bytes(kBig + kBig + kPing);
    EXPECT_FALSE(session.wants_input());
    EXPECT_LT(session.output().size(), 2U << 20U);
    EXPECT_TRUE(log.empty());

    session.handle_end();  // what it asked for it still gets
    std::string heard;
    while (!session.output().empty()) {
        heard += session.output().substr(0, 1'000);
        session.take(std::min<std::size_t>(1'000, session.output().size()));
    }
    EXPECT_EQ(log, std::vector<std::string>{"ping"});
    EXPECT_TRUE(heard.ends_with("\n" + kPong));
    EXPECT_TRUE(session.is_finished());
}

TEST(Session, RandomBytesNeverDoMoreThanEndIt) {
    std::mt19937 chance(1);
    const std::string alphabet = "{}[]\",:\\ \n1ea\xc3\xa9" + std::string(1, '\0');
    for (int round = 0; round < 5'000; ++round) {
        Talk talk;
        for (int i = 0; i < 8 && !talk.session.is_finished(); ++i) {
            std::string bytes;
            for (int j = 0; j < 12; ++j) {
                bytes += alphabet[chance() % alphabet.size()];
            }
            talk.say(bytes);
        }
        talk.session.handle_end();
        talk.hear();
        ASSERT_TRUE(talk.session.is_finished());
    }
}

}  // namespace
}  // namespace sealane::rpc
