// JSON-RPC 2.0, case by case; the section of the specification stands at each.
#include "control/rpc/dispatch.h"

#include <gtest/gtest.h>

#include "tests/unit/rpc/toy_methods.h"

namespace sealane::rpc {
namespace {

using nlohmann::json;

json ask(const std::string& message) {
    const std::string text = answer(toy_methods(), message);
    EXPECT_TRUE(text.empty() || text.back() == '\n');
    return text.empty() ? json("nothing") : json::parse(text);
}

int code_of(const std::string& message) {
    const json reply = ask(message);
    return reply.contains("error") ? reply["error"]["code"].get<int>() : 0;
}

TEST(Dispatch, ResultCarriesVersionAndTheIdOfTheRequest) {
    EXPECT_EQ(ask(R"({"jsonrpc": "2.0", "method": "ping", "id": 7})"),
              json({{"jsonrpc", "2.0"}, {"id", 7}, {"result", "pong"}}));
}

TEST(Dispatch, IdMayBeAStringANumberOrNullAndComesBackAsItWas) {  // section 4
    for (const char* id : {R"("a")", "0", "-3", "1.5", "null", "18446744073709551615"}) {
        const json reply =
            ask(std::string(R"({"jsonrpc": "2.0", "method": "ping", "id": )") + id + "}");
        EXPECT_EQ(reply["id"].dump(), id);
        EXPECT_EQ(reply["result"], "pong");
    }
}

TEST(Dispatch, IdOfAnotherKindIsAnInvalidRequestWithIdNull) {
    for (const char* id : {"true", "[]", "{}"}) {
        const json reply =
            ask(std::string(R"({"jsonrpc": "2.0", "method": "ping", "id": )") + id + "}");
        EXPECT_EQ(reply["error"]["code"], kInvalidRequest);
        EXPECT_TRUE(reply["id"].is_null());
    }
}

TEST(Dispatch, NotificationIsCarriedOutAndNeverAnswered) {  // section 4.1
    std::vector<std::string> log;
    const Methods methods = toy_methods(&log);
    EXPECT_EQ(answer(methods, R"({"jsonrpc": "2.0", "method": "ping"})"), "");
    EXPECT_EQ(answer(methods, R"({"jsonrpc": "2.0", "method": "nosuch"})"), "");
    EXPECT_EQ(answer(methods, R"({"jsonrpc": "2.0", "method": "refuse"})"), "");
    EXPECT_EQ(answer(methods, R"({"jsonrpc": "2.0", "method": "echo", "params": {"x": 1}})"), "");
    EXPECT_EQ(log, std::vector<std::string>{"ping"});
}

TEST(Dispatch, TextThatIsNoJsonIsAParseErrorWithIdNull) {  // section 5.1
    const json reply = ask(R"({"jsonrpc": "2.0", "method": "foobar" "params")");
    EXPECT_EQ(reply["error"]["code"], kParseError);
    EXPECT_TRUE(reply["id"].is_null());
    EXPECT_EQ(code_of("{\"jsonrpc\": \"2.0\", \"method\": \"\xff\xfe\", \"id\": 1}"), kParseError);
    EXPECT_EQ(code_of(R"({"jsonrpc": "2.0", "method": "ping", "id": 1e999})"), kParseError);
    EXPECT_EQ(code_of(""), kParseError);
}

TEST(Dispatch, InvalidRequestsAreNamed) {
    EXPECT_EQ(code_of(R"({"jsonrpc": "2.0", "method": 1, "params": "bar"})"), kInvalidRequest);
    EXPECT_EQ(code_of(R"({"jsonrpc": "1.0", "method": "ping", "id": 1})"), kInvalidRequest);
    EXPECT_EQ(code_of(R"({"method": "ping", "id": 1})"), kInvalidRequest);
    EXPECT_EQ(code_of(R"({"jsonrpc": 2.0, "method": "ping", "id": 1})"), kInvalidRequest);
    EXPECT_EQ(code_of(R"({"jsonrpc": "2.0", "id": 1})"), kInvalidRequest);
    EXPECT_EQ(code_of(R"({"jsonrpc": "2.0", "method": "ping", "params": 1, "id": 1})"),
              kInvalidRequest);
    EXPECT_EQ(code_of("{}"), kInvalidRequest);
}

TEST(Dispatch, UnknownMethodIsNotFound) {
    EXPECT_EQ(code_of(R"({"jsonrpc": "2.0", "method": "nosuch", "id": 1})"), kMethodNotFound);
}

TEST(Dispatch, WrongParametersAreNamedWithTheRightOnes) {
    const auto text_of = [](const std::string& params) {
        const json reply =
            ask(R"({"jsonrpc": "2.0", "method": "echo", "id": 1, "params": )" + params + "}");
        EXPECT_EQ(reply["error"]["code"], kInvalidParams);
        return reply["error"]["message"].get<std::string>();
    };
    const std::string takes =
        ": it takes text, mac (optional), vlan (optional), count (optional), flag (optional), "
        "rows (optional)";
    EXPECT_EQ(text_of(R"({"text": "", "nosuch": 1})"),
              "unknown parameter \"nosuch\" of echo" + takes);
    EXPECT_EQ(text_of("{}"), "parameter \"text\" of echo is missing" + takes);
    EXPECT_EQ(text_of("[1]"), "parameters of echo go by name, in an object" + takes);
    EXPECT_EQ(text_of(R"({"text": 1})"), "parameter \"text\" of echo must be a string");
    EXPECT_EQ(text_of(R"({"text": "", "vlan": 0})"),
              "parameter \"vlan\" of echo must be an integer from 1 to 4094");
    for (const char* wrong : {R"("vlan": 4095)",
                              R"("vlan": "1")",
                              R"("vlan": 1.5)",
                              R"("vlan": 18446744073709551615)",
                              R"("count": 0)",
                              R"("count": 65537)",
                              R"("mac": "01:00:5e:00:00:01")",
                              R"("mac": "00:00:00:00:00:00")",
                              R"("mac": "x")",
                              R"("mac": 5)",
                              R"("flag": 1)",
                              R"("rows": [1])",
                              R"("rows": "a")"}) {
        EXPECT_NE(text_of(std::string(R"({"text": "", )") + wrong + "}").find("must be"),
                  std::string::npos);
    }
}

TEST(Dispatch, RightParametersReachTheMethod) {
    const std::string params =
        R"({"count":65536,"flag":true,"mac":"02:00:5e:10:00:01","rows":["a"],"text":"","vlan":4094})";
    EXPECT_EQ(
        ask(R"({"jsonrpc": "2.0", "method": "echo", "id": 1, "params": )" + params + "}")["result"]
            .dump(),
        params);
    EXPECT_EQ(code_of(R"({"jsonrpc": "2.0", "method": "ping", "id": 1, "params": []})"), 0);
}

TEST(Dispatch, AMethodsOwnErrorHasOurCodeAndItsWords) {
    const json reply = ask(R"({"jsonrpc": "2.0", "method": "refuse", "id": 1})");
    EXPECT_EQ(reply["error"], json({{"code", kFailed}, {"message", "it is Sunday"}}));
}

TEST(Dispatch, AMethodThatThrowsIsAnInternalError) {
    const json reply = ask(R"({"jsonrpc": "2.0", "method": "throw", "id": 1})");
    EXPECT_EQ(reply["error"],
              json({{"code", kInternalError}, {"message", "internal error: out of luck"}}));
}

TEST(Dispatch, BatchIsAnsweredMemberByMember) {  // section 6, and the example of section 7
    const json reply = ask(R"([
        {"jsonrpc": "2.0", "method": "ping", "id": "1"},
        {"jsonrpc": "2.0", "method": "ping"},
        {"foo": "boo"},
        {"jsonrpc": "2.0", "method": "foo.get", "params": {"name": "myself"}, "id": "5"},
        1])");
    ASSERT_EQ(reply.size(), 4U);
    EXPECT_EQ(reply[0]["result"], "pong");
    EXPECT_EQ(reply[1]["error"]["code"], kInvalidRequest);
    EXPECT_TRUE(reply[1]["id"].is_null());
    EXPECT_EQ(reply[2]["error"]["code"], kMethodNotFound);
    EXPECT_EQ(reply[2]["id"], "5");
    EXPECT_EQ(reply[3]["error"]["code"], kInvalidRequest);
}

TEST(Dispatch, EmptyBatchIsOneInvalidRequest) {
    const json reply = ask("[]");
    EXPECT_TRUE(reply.is_object());
    EXPECT_EQ(reply["error"]["code"], kInvalidRequest);
}

TEST(Dispatch, BatchOfNotificationsIsNotAnswered) {
    EXPECT_EQ(ask(R"([{"jsonrpc": "2.0", "method": "ping"}, {"jsonrpc": "2.0", "method": "x"}])"),
              "nothing");
}

TEST(Dispatch, BatchWhoseAnswersGrowTooBigIsNotCarriedOutToItsEnd) {
    json batch = json::array();
    for (int i = 0; i < 40; ++i) {
        batch.push_back({{"jsonrpc", "2.0"}, {"method", "big"}, {"id", i}});
    }
    const std::string text = answer(toy_methods(), batch.dump());
    EXPECT_LT(text.size(), kMaxBatchReply + (2U << 20U));
    const json reply = json::parse(text);
    ASSERT_EQ(reply.size(), 40U);
    EXPECT_TRUE(reply[0].contains("result"));
    EXPECT_EQ(reply[39]["error"]["code"], kTooMuch);
    EXPECT_EQ(reply[39]["id"], 39);
}

TEST(Dispatch, MethodsListsEveryMethodWithItsParameters) {
    const json reply = ask(R"({"jsonrpc": "2.0", "method": "rpc.methods", "id": 1})")["result"];
    EXPECT_EQ(reply["schema_version"], 1);
    ASSERT_EQ(reply["methods"].size(), 6U);
    EXPECT_EQ(reply["methods"][0],
              json({{"name", "ping"}, {"meaning", "answers pong"}, {"params", json::array()}}));
    EXPECT_EQ(
        reply["methods"][1]["params"][1],
        json({{"name", "mac"}, {"kind", "mac"}, {"required", false}, {"meaning", "an address"}}));
    EXPECT_EQ(reply["methods"][5]["name"], "rpc.methods");
}

}  // namespace
}  // namespace sealane::rpc
