// The asking side: never waits for ever, always says why.
#include "control/rpc/client.h"

#include <fstream>
#include <sys/stat.h>

#include <gtest/gtest.h>

#include "tests/unit/rpc/running_server.h"
#include "tests/unit/rpc/unprivileged.h"

namespace sealane::rpc {
namespace {

using nlohmann::json;

/// A listener that says `text` to its first client, whatever it is asked, or nothing at all.
class FakeServer {
  public:
    explicit FakeServer(std::string text = "") : path_(folder_ / "control") {
        auto opened = Listener::open(path_);
        listener_.emplace(std::move(opened).value());
        if (text.empty()) return;
        thread_ = std::thread([this, text = std::move(text)] {
            pollfd ready{listener_->fd(), POLLIN, 0};
            ::poll(&ready, 1, 5'000);
            const Fd client(::accept(listener_->fd(), nullptr, nullptr));
            ::send(client.get(), text.data(), text.size(), MSG_NOSIGNAL);
        });
    }
    ~FakeServer() {
        if (thread_.joinable()) thread_.join();
    }
    FakeServer(const FakeServer&) = delete;
    FakeServer& operator=(const FakeServer&) = delete;

    [[nodiscard]] const std::string& path() const { return path_; }

  private:
    ScratchFolder folder_;
    std::string path_;
    std::optional<Listener> listener_;
    std::thread thread_;
};

std::string fault_of(const std::string& path, double timeout_s = 5) {
    auto client = Client::connect(path, timeout_s);
    if (!client) return client.error().text;
    json result;
    const auto fault = client->call("ping", json::object(), result);
    return fault ? fault->text : "";
}

TEST(Client, AsksOneQuestionAfterAnother) {
    const RunningServer server;
    auto client = Client::connect(server.path(), 5);
    ASSERT_TRUE(client.ok());
    json result;
    EXPECT_FALSE(client->call("ping", json::object(), result));
    EXPECT_EQ(result, "pong");
    const auto no = client->call("refuse", json::object(), result);
    ASSERT_TRUE(no.has_value());
    EXPECT_EQ(no->code, kFailed);
    EXPECT_EQ(no->text, "it is Sunday");
    EXPECT_FALSE(client->call("big", json::object(), result));
    EXPECT_EQ(result.get<std::string>().size(), 1U << 20U);
}

TEST(Client, WithoutADaemonItSaysWhereAndHowToStartOne) {
    const ScratchFolder folder;
    const std::string path = folder / "control";
    EXPECT_EQ(fault_of(path),
              "no daemon at " + path +
                  ": No such file or directory; start one with `sealane run FILE --control " +
                  path + "`");
    const Fd dead(::socket(AF_UNIX, SOCK_STREAM, 0));
    const auto address = unix_address(path);
    ASSERT_EQ(::bind(dead.get(), reinterpret_cast<const sockaddr*>(&*address), sizeof *address), 0);
    EXPECT_NE(fault_of(path).find("Connection refused"), std::string::npos);
}

TEST(Client, WhatIsNoSocketIsSaidToBeNone) {
    const ScratchFolder folder;
    const std::string path = folder / "file";
    std::ofstream(path) << "precious";
    EXPECT_EQ(fault_of(path),
              "no daemon at " + path + ": it is a file, but no socket; see --control");
    EXPECT_EQ(fault_of(folder / "."),
              "no daemon at " + (folder / ".") + ": it is a folder; see --control");
}

TEST(Client, WhereItMayNotConnectItSaysWhoseTheSocketIs) {
    const ScratchFolder folder;
    const std::string path = folder / "control";
    const Fd listening(::socket(AF_UNIX, SOCK_STREAM, 0));
    const auto address = unix_address(path);
    ASSERT_EQ(
        ::bind(listening.get(), reinterpret_cast<const sockaddr*>(&*address), sizeof *address), 0);
    ASSERT_EQ(::listen(listening.get(), 1), 0);
    const std::string self = "(uid " + std::to_string(::geteuid()) + "), mode ";
    EXPECT_TRUE(may_connect(path).ok());

    ASSERT_EQ(::chmod(path.c_str(), 0000), 0);
    ASSERT_EQ(::chmod((folder / ".").c_str(), 0711), 0);
    {
        const Unprivileged nobody;
        const std::string text = fault_of(path);
        EXPECT_EQ(text, may_connect(path).error().text);
        EXPECT_EQ(text.find("may not connect to " + path + ": Permission denied; it belongs to "),
                  0U);
        EXPECT_NE(text.find(self + "0000: ask as that user or as root"), std::string::npos) << text;
        EXPECT_EQ(text.find("sealane run"), std::string::npos) << text;
    }
    ASSERT_EQ(::chmod((folder / ".").c_str(), 0600), 0);
    {
        const Unprivileged nobody;
        const std::string text = fault_of(path);
        EXPECT_EQ(text, may_connect(path).error().text);
        EXPECT_NE(text.find("its folder " + (folder / "") + " belongs to "), std::string::npos)
            << text;
        EXPECT_NE(text.find(self + "0600"), std::string::npos) << text;
    }
    ASSERT_EQ(::chmod((folder / ".").c_str(), 0700), 0);
}

TEST(Client, GivesUpOnADaemonThatNeverAnswers) {
    const FakeServer server;
    EXPECT_EQ(fault_of(server.path(), 0.05),
              "the daemon at " + server.path() + ": no answer within 0.05 s (see --timeout)");
}

TEST(Client, GivesUpOnADaemonThatNeverAccepts) {
    const ScratchFolder folder;
    const std::string path = folder / "control";
    const Fd full(::socket(AF_UNIX, SOCK_STREAM, 0));
    const auto address = unix_address(path);
    ASSERT_EQ(::bind(full.get(), reinterpret_cast<const sockaddr*>(&*address), sizeof *address), 0);
    ASSERT_EQ(::listen(full.get(), 0), 0);
    std::vector<Result<Client>> waiting;
    do {
        waiting.push_back(Client::connect(path, 0.05));
        ASSERT_LT(waiting.size(), 10U);
    } while (waiting.back().ok());
    EXPECT_NE(waiting.back().error().text.find("it did not accept within 0.05 s"),
              std::string::npos);
}

/// All places of a server, each of a client that was served just now: none gives way.
std::vector<Fd> take_all_places(const RunningServer& server) {
    std::vector<Fd> held;
    const std::string ping = R"({"jsonrpc":"2.0","method":"ping","id":1})";
    for (std::size_t i = 0; i < kMaxClients; ++i) {
        held.push_back(server.connect());
        EXPECT_EQ(::send(held.back().get(), ping.data(), ping.size(), MSG_NOSIGNAL),
                  static_cast<ssize_t>(ping.size()));
        char byte = 0;
        EXPECT_EQ(::recv(held.back().get(), &byte, 1, 0), 1);
    }
    return held;
}

TEST(Client, AsksAgainWhileAllPlacesAreTakenAndIsAnsweredOnceOneIsFree) {
    const RunningServer server;
    std::vector<Fd> held = take_all_places(server);
    std::string fault = "none yet";
    std::atomic<bool> is_done = false;
    std::thread asker([&] {
        fault = fault_of(server.path(), 30);
        is_done = true;
    });
    // It is turned away like any other until then, however late it comes.
    for (int i = 0; i < 3; ++i) {
        EXPECT_NE(fault_of(server.path(), 0.05).find("64 clients are connected already"),
                  std::string::npos);
    }
    EXPECT_FALSE(is_done) << fault;
    held.pop_back();
    asker.join();
    EXPECT_EQ(fault, "");
}

TEST(Client, IsToldTheCauseIfAllPlacesAreTakenUntilItsTimeIsOver) {
    const RunningServer server;
    const std::vector<Fd> held = take_all_places(server);
    auto client = Client::connect(server.path(), 0.1);
    ASSERT_TRUE(client.ok());
    json result;
    const auto fault = client->call("ping", json::object(), result);
    ASSERT_TRUE(fault.has_value());
    EXPECT_NE(fault->text.find("64 clients are connected already"), std::string::npos)
        << fault->text;
}

TEST(Client, AnswersThatMakeNoSenseAreNamed) {
    for (const char* text : {"hello\n",
                             "[]\n",
                             "{}\n",
                             R"({"jsonrpc":"2.0","id":9,"result":"pong"})"
                             "\n",
                             R"({"jsonrpc":"2.0","id":1,"error":"no"})"
                             "\n",
                             "{\"never\": \"ends"}) {
        const FakeServer server(text);
        EXPECT_EQ(fault_of(server.path()).find("the daemon at " + server.path() + ": "), 0U)
            << text;
    }
}

}  // namespace
}  // namespace sealane::rpc
