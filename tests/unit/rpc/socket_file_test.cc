// The control socket as a file: never another's removed, never open to others.
#include "control/rpc/socket_file.h"

#include <filesystem>
#include <fstream>
#include <sys/stat.h>
#include <unistd.h>

#include <gtest/gtest.h>

#include "control/rpc/listener.h"
#include "tests/unit/rpc/scratch_folder.h"

namespace sealane::rpc {
namespace {

std::string why_not(const std::string& path) {
    const auto listener = Listener::open(path);
    return listener ? "" : listener.error().text;
}

/// A socket file as a killed daemon leaves it.
void leave_dead_socket(const std::string& path) {
    const Fd socket(::socket(AF_UNIX, SOCK_STREAM, 0));
    const auto address = unix_address(path);
    ASSERT_EQ(::bind(socket.get(), reinterpret_cast<const sockaddr*>(&*address), sizeof *address),
              0);
}

TEST(Listener, SocketIsForItsOwnerOnlyAndGoesWithIt) {
    const ScratchFolder folder;
    const std::string path = folder / "control";
    {
        const auto listener = Listener::open(path);
        ASSERT_TRUE(listener.ok());
        struct stat found {};
        ASSERT_EQ(::lstat(path.c_str(), &found), 0);
        EXPECT_EQ(found.st_mode, static_cast<mode_t>(S_IFSOCK | 0600));
    }
    EXPECT_NE(::access(path.c_str(), F_OK), 0);
}

TEST(Listener, DeadSocketIsReplaced) {
    const ScratchFolder folder;
    leave_dead_socket(folder / "control");
    EXPECT_EQ(why_not(folder / "control"), "");
}

TEST(Listener, LivingSocketIsLeftAlone) {
    const ScratchFolder folder;
    const std::string path = folder / "control";
    const auto first = Listener::open(path);
    EXPECT_EQ(why_not(path),
              "control socket " + path +
                  ": another sealane runs there; stop it, or choose another path with --control");
    EXPECT_EQ(identify_socket(path), first->identity());
}

TEST(Listener, WhatIsNoSocketIsLeftAlone) {
    const ScratchFolder folder;
    const std::string path = folder / "file";
    std::ofstream(path) << "precious";
    EXPECT_EQ(why_not(path),
              "control socket " + path +
                  ": something that is no socket stands there; it was not touched");
    std::string text;
    std::ifstream(path) >> text;
    EXPECT_EQ(text, "precious");

    const std::string link = folder / "link";  // not even to a dead socket
    leave_dead_socket(folder / "dead");
    ASSERT_EQ(::symlink((folder / "dead").c_str(), link.c_str()), 0);
    EXPECT_NE(why_not(link), "");
}

TEST(Listener, PathsThatCannotBeAreErrors) {
    const ScratchFolder folder;
    const std::string room = folder / "";
    EXPECT_EQ(why_not(room + std::string(107 - room.size(), 'x')), "");
    const std::string longer = room + std::string(108 - room.size(), 'x');
    EXPECT_EQ(why_not(longer),
              "socket path " + longer + " has 108 bytes; at most 107 fit into an address");
    EXPECT_EQ(why_not(""), "a socket's path must not be empty");
    EXPECT_EQ(why_not(folder / "none/control"),
              "control socket " + (folder / "none/control") + ": there is no folder " +
                  (folder / "none") + "; make it: mkdir -p " + (folder / "none"));
}

TEST(RemoveSocket, RemovesThatOneOnly) {
    const ScratchFolder folder;
    const std::string path = folder / "control";
    leave_dead_socket(path);
    const SocketIdentity old = identify_socket(path).value();
    ::unlink(path.c_str());
    leave_dead_socket(path);  // its number may be that of the old one
    remove_socket(path, old);
    ASSERT_TRUE(identify_socket(path).has_value());
    remove_socket(path, *identify_socket(path));
    EXPECT_FALSE(identify_socket(path).has_value());
    remove_socket(path, old);  // nothing there: nothing happens
}

TEST(RemoveOrphan, RemovesWhatNobodyHasOpenAndSaysWhenItCannotTell) {
    const ScratchFolder folder;
    EXPECT_TRUE(remove_orphan(folder / "none"));
    leave_dead_socket(folder / "dead");
    EXPECT_TRUE(remove_orphan(folder / "dead"));
    EXPECT_FALSE(identify_socket(folder / "dead").has_value());
    const auto alive = Listener::open(folder / "control");
    EXPECT_FALSE(remove_orphan(folder / "control"));

    leave_dead_socket(folder / "dead");
    const std::string longer = folder / (std::string(100, 'x') + "/dead");  // than an address
    std::filesystem::create_directory(folder / std::string(100, 'x'));
    std::filesystem::rename(folder / "dead", longer);
    EXPECT_FALSE(remove_orphan(longer));
    EXPECT_TRUE(identify_socket(longer).has_value());
}

TEST(RemoveSocket, IdentityIsThatOfSocketsOnly) {
    const ScratchFolder folder;
    std::ofstream(folder / "file") << "x";
    EXPECT_FALSE(identify_socket(folder / "file").has_value());
    EXPECT_FALSE(identify_socket(folder / "none").has_value());
}

}  // namespace
}  // namespace sealane::rpc
