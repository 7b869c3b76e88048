// Many clients at one socket: none costs another anything.
#include "control/rpc/server.h"

#include <array>
#include <sys/stat.h>

#include <gtest/gtest.h>

#include "control/rpc/client.h"
#include "tests/unit/rpc/running_server.h"
#include "tests/unit/rpc/unprivileged.h"

namespace sealane::rpc {
namespace {

using nlohmann::json;

bool is_alive(const std::string& path, double timeout_s = 5) {
    auto client = Client::connect(path, timeout_s);
    json result;
    return client.ok() && !client->call("ping", json::object(), result) && result == "pong";
}

/// All that comes until the server closes.
std::string read_all(int socket) {
    std::string heard;
    std::array<char, 4'096> buffer{};
    for (;;) {
        const ssize_t size = ::recv(socket, buffer.data(), buffer.size(), 0);
        if (size <= 0) return heard;
        heard.append(buffer.data(), static_cast<std::size_t>(size));
    }
}

bool send_all(int socket, std::string_view bytes) {
    while (!bytes.empty()) {
        const ssize_t size = ::send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (size <= 0) return false;
        bytes.remove_prefix(static_cast<std::size_t>(size));
    }
    return true;
}

TEST(Server, DoesItsChoreWhetherOrNotAnybodyAsks) {
    const ScratchFolder folder;
    const auto listener = Listener::open(folder / "control");
    ASSERT_TRUE(listener.ok());
    const Methods methods = toy_methods();
    const Fd stop(::eventfd(0, EFD_CLOEXEC));
    Instant now{};
    int looks = 0;
    Server server(*listener, methods, [&] { return now += std::chrono::milliseconds(1); });
    const auto look = [&] {
        const std::uint64_t one = 1;
        if (++looks == 3) {
            EXPECT_EQ(::write(stop.get(), &one, sizeof one), static_cast<ssize_t>(sizeof one));
        }
        return true;
    };
    EXPECT_TRUE(server.serve_until(stop.get(), {std::chrono::milliseconds(5), look}).ok());
    EXPECT_EQ(looks, 3);
}

TEST(Server, EndsWhenItsChoreSaysSo) {
    const ScratchFolder folder;
    const auto listener = Listener::open(folder / "control");
    ASSERT_TRUE(listener.ok());
    const Methods methods = toy_methods();
    const Fd stop(::eventfd(0, EFD_CLOEXEC));
    Instant now{};
    int looks = 0;
    Server server(*listener, methods, [&] { return now += std::chrono::milliseconds(1); });
    const auto look = [&] { return ++looks < 2; };
    EXPECT_TRUE(server.serve_until(stop.get(), {std::chrono::milliseconds(5), look}).ok());
    EXPECT_EQ(looks, 2);
}

TEST(Server, GarbageCostsItsOwnConnectionOnly) {
    const RunningServer server;
    auto witness = Client::connect(server.path(), 5);
    ASSERT_TRUE(witness.ok());
    for (const std::string& garbage : {std::string("GET / HTTP/1.1\r\n\r\n"),
                                       std::string(1'000'000, '['),
                                       std::string("\0\1\2\xff", 4),
                                       std::string("}")}) {
        const Fd socket = server.connect();
        send_all(socket.get(), garbage);
        const std::string heard = read_all(socket.get());
        EXPECT_EQ(json::parse(heard)["id"], nullptr);
        json result;
        EXPECT_FALSE(witness->call("ping", json::object(), result));
    }
}

TEST(Server, LineOfAHundredMegabytesIsRefusedAtItsBound) {
    const RunningServer server;
    const Fd socket = server.connect();
    send_all(socket.get(), "[\"");
    const std::string piece(1'000'000, 'x');
    int sent = 0;
    while (sent < 100 && send_all(socket.get(), piece))
        ++sent;
    EXPECT_LT(sent, 100);
    EXPECT_EQ(json::parse(read_all(socket.get()))["error"]["code"], kTooMuch);
    EXPECT_TRUE(is_alive(server.path()));
}

TEST(Server, UnfinishedMessagesOfAllTogetherAreBounded) {
    const RunningServer server;
    const Fd first = server.connect();
    const Fd second = server.connect();
    const std::string half = "[\"" + std::string(50U << 20U, 'x');
    ASSERT_TRUE(send_all(first.get(), half));
    send_all(second.get(), half);
    EXPECT_TRUE(is_alive(server.path()));
    // One of them has gone; the other ends well.
    const bool first_lives = send_all(first.get(), "\"]");
    const Fd& lives = first_lives ? first : second;
    ASSERT_EQ(::shutdown(lives.get(), SHUT_WR), 0);
    EXPECT_FALSE(read_all(lives.get()).empty());
}

TEST(Server, ClientThatDoesNotReadHoldsUpNobody) {
    const RunningServer server;
    const Fd lazy = server.connect();
    const std::string ask_big = R"({"jsonrpc":"2.0","method":"big","id":1})";
    for (int i = 0; i < 8; ++i) {
        ASSERT_TRUE(send_all(lazy.get(), ask_big));
    }
    EXPECT_TRUE(is_alive(server.path()));
    // And still it gets all that it asked for, when it reads at last.
    ASSERT_EQ(::shutdown(lazy.get(), SHUT_WR), 0);
    const std::string heard = read_all(lazy.get());
    EXPECT_EQ(std::count(heard.begin(), heard.end(), '\n'), 8);
}

TEST(Server, ClientsThatLeaveInTheMiddleAreForgotten) {
    const RunningServer server;
    const std::string ask_big = R"({"jsonrpc":"2.0","method":"big","id":1})";
    for (std::size_t i = 0; i < 3 * kMaxClients; ++i) {
        const Fd socket = server.connect();
        send_all(socket.get(), i % 64 == 0 ? ask_big : "{\"a\"");
    }
    while (!is_alive(server.path())) {  // it may still be reading what they left
    }
}

TEST(Server, ClientBeyondTheBoundIsToldSo) {
    const RunningServer server;
    std::vector<Fd> held;
    const std::string ping = R"({"jsonrpc":"2.0","method":"ping","id":1})";
    for (std::size_t i = 0; i < kMaxClients; ++i) {
        held.push_back(server.connect());
        send_all(held.back().get(), ping);
        char byte = 0;
        ASSERT_EQ(::recv(held.back().get(), &byte, 1, 0), 1);
    }
    {  // It may still wait at the door when its time is over, and must not come in then.
        auto late = Client::connect(server.path(), 0.05);
        ASSERT_TRUE(late.ok());
        json result;
        const auto fault = late->call("ping", json::object(), result);
        ASSERT_TRUE(fault.has_value());
        EXPECT_NE(fault->text.find("64 clients are connected already"), std::string::npos);
    }
    held.pop_back();
    while (!is_alive(server.path())) {
    }
}

TEST(Server, HalfRequestsHoldNoPlaceForLong) {
    RunningServer server;
    std::vector<Fd> silent;
    for (std::size_t i = 0; i < kMaxClients - 1; ++i) {
        silent.push_back(server.connect());
        send_all(silent.back().get(), R"({"jsonrpc": "2.0", "me)");
    }
    auto watcher = Client::connect(server.path(), 5);
    ASSERT_TRUE(watcher.ok());
    json result;
    ASSERT_FALSE(watcher->call("ping", json::object(), result));

    EXPECT_FALSE(is_alive(server.path(), 0.05)) << "all of them may still be busy";
    server.pass(kSilence);
    for (int i = 0; i < 3; ++i) {
        EXPECT_TRUE(is_alive(server.path()));
    }
    EXPECT_EQ(json::parse(read_all(silent.front().get()))["error"]["code"], kTooMuch);
    EXPECT_FALSE(watcher->call("ping", json::object(), result)) << "who asks whole questions stays";
}

TEST(Server, AnotherUserIsTurnedAwayEvenIfTheFileLetsItIn) {
    if (::getuid() != 0) GTEST_SKIP() << "it takes root to be two users";
    const ScratchFolder folder;
    const auto listener = Listener::open(folder / "control");
    ASSERT_TRUE(listener.ok());
    ASSERT_EQ(::chmod(listener->path().c_str(), 0666), 0);
    ASSERT_EQ(::chmod((folder / "").c_str(), 0755), 0);
    const Fd stranger(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    const auto address = unix_address(listener->path());
    {
        // Only until it waits: who asks then is root again, on every thread.
        const Unprivileged somebody;
        ASSERT_EQ(
            ::connect(
                stranger.get(), reinterpret_cast<const sockaddr*>(&*address), sizeof *address),
            0);
    }
    ASSERT_TRUE(send_all(stranger.get(), R"({"jsonrpc":"2.0","id":1,"method":"ping"})"));
    const Methods methods = toy_methods();
    const Fd stop(::eventfd(0, EFD_CLOEXEC));
    {
        Instant now{};
        int looks = 0;
        Server server(*listener, methods, [&] { return now += std::chrono::milliseconds(1); });
        const auto look = [&] { return ++looks < 10; };
        EXPECT_TRUE(server.serve_until(stop.get(), {std::chrono::milliseconds(5), look}).ok());
    }
    const std::string heard = read_all(stranger.get());
    EXPECT_NE(heard.find("only this daemon's own user and root may control it"), std::string::npos)
        << heard;
}

}  // namespace
}  // namespace sealane::rpc
