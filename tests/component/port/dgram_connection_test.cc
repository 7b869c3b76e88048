// How a datagram port makes its socket, finds its peer, loses it, and finds it again.
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <sys/stat.h>

#include <gmock/gmock.h>

#include "tests/component/port/dgram_test.h"
#include "tests/component/port/stream_peer.h"

namespace sealane::test {
namespace {

using std::chrono::milliseconds;
using testing::AllOf;
using testing::HasSubstr;

class DgramConnection : public DgramTest {
  protected:
    [[nodiscard]] std::string error_of(const port::QemuDgramSettings& settings) {
        auto opened = port::QemuDgramPort::open(settings, pools());
        return opened.ok() ? "" : opened.error().text;
    }
    /// Service after `time`; is the peer there?
    bool up_after(Duration time) {
        pass(time);
        service(port());
        return port().state().up;
    }
    [[nodiscard]] port::PeerHistory history() { return port().state().peer.value(); }
};

TEST_F(DgramConnection, PeerIsLookedForEvery50Milliseconds) {
    open();
    EXPECT_FALSE(up_after(milliseconds(0)));
    EXPECT_THAT(port().state().detail, AllOf(HasSubstr(there()), HasSubstr("No such file")));
    const DgramPeer peer(there(), here());
    EXPECT_FALSE(up_after(milliseconds(49)));
    EXPECT_TRUE(up_after(milliseconds(1)));
    EXPECT_EQ(history().came, 1U);
}

TEST_F(DgramConnection, PeerThatWentIsNoticedWithin50MillisecondsThoughNothingIsSent) {
    open();
    DgramPeer peer = found_peer();
    EXPECT_TRUE(up_after(milliseconds(50)));
    peer.close();
    EXPECT_TRUE(up_after(milliseconds(49)));
    EXPECT_FALSE(up_after(milliseconds(1)));
    EXPECT_EQ(history().why_gone, "it closed its socket");
    EXPECT_FALSE(history().connected);

    std::filesystem::remove(there());
    DgramPeer next = found_peer();
    std::filesystem::remove(there());
    turn();
    EXPECT_FALSE(port().state().up);
    EXPECT_EQ(history().why_gone, "its socket is gone");
}

TEST_F(DgramConnection, RestartedPeerIsServedAgain) {
    open();
    for (std::uint8_t life = 1; life <= 3; ++life) {
        DgramPeer peer = found_peer();
        EXPECT_EQ(history().came, life);
        ASSERT_EQ(peer.send(frame_of(60, life)), 0);
        EXPECT_EQ(turn(), std::vector<Bytes>{frame_of(60, life)});
        send({frame_of(70, life)});
        EXPECT_EQ(peer.frames(), std::vector<Bytes>{frame_of(70, life)});
        peer.close();
        turn();
        EXPECT_FALSE(port().state().up);
    }
}

TEST_F(DgramConnection, PeerThatIsReplacedBetweenTwoLooksGetsNothingOfTheOldOnes) {
    open();
    DgramPeer old = found_peer();
    send(std::vector<Bytes>(100, frame_of(60, 1)));
    const std::uint64_t waiting = pending();
    ASSERT_GT(waiting, 0U);
    DgramPeer fresh(there(), here());
    turn();
    EXPECT_TRUE(port().state().up);
    EXPECT_EQ(history().came, 2U);
    EXPECT_EQ(history().why_gone, "another took its place");
    EXPECT_EQ(dropped(Direction::Out, Drop::PortDown), waiting);
    send({frame_of(60, 2)});
    EXPECT_EQ(drain(fresh), std::vector<Bytes>{frame_of(60, 2)});
    EXPECT_EQ(fresh.send(frame_of(60, 3)), 0);
    EXPECT_EQ(old.send(frame_of(60, 4)), EPERM);
    EXPECT_EQ(turn(), std::vector<Bytes>{frame_of(60, 3)});
}

TEST_F(DgramConnection, PeerThatConnectsItsOwnEndIsServedToo) {
    open();
    DgramPeer peer(there(), here());
    ASSERT_EQ(peer.connect(), 0);
    EXPECT_TRUE(turn().empty());
    ASSERT_TRUE(port().state().up) << port().state().detail;
    send(std::vector<Bytes>(100, frame_of(60)));
    EXPECT_EQ(pending(), 0U) << "then ten datagrams are no bound";
    EXPECT_EQ(drain(peer).size(), 100U);
    peer.close();
    turn();
    EXPECT_FALSE(port().state().up);
}

TEST_F(DgramConnection, StreamSocketAtThePeersPathIsSaidToBeOne) {
    const StreamServer server(there());
    open();
    turn();
    EXPECT_FALSE(port().state().up);
    EXPECT_THAT(port().state().detail, HasSubstr("Protocol wrong type for socket"));
}

TEST_F(DgramConnection, SocketNobodyHasOpenIsReplaced) {
    DgramPeer(here(), there()).close();
    ASSERT_TRUE(std::filesystem::is_socket(here()));
    open();
    EXPECT_EQ(found_peer().send(frame_of(60)), 0);
    EXPECT_EQ(turn().size(), 1U);
}

TEST_F(DgramConnection, SocketInUseIsAnErrorAndItsOwnerNoticesNothing) {
    {
        DgramPeer owner(here(), there());
        EXPECT_THAT(error_of(settings()), AllOf(HasSubstr("lpar1/ent0"), HasSubstr("in use")));
        EXPECT_TRUE(owner.frames().empty());
    }
    open();
    DgramPeer peer = found_peer();
    EXPECT_THAT(error_of(settings()), HasSubstr("in use")) << "one that has a peer";
    EXPECT_EQ(peer.send(frame_of(60)), 0);
    EXPECT_EQ(turn().size(), 1U);
    close();

    StreamServer listener(here());
    EXPECT_THAT(error_of(settings()), HasSubstr("in use"));
    EXPECT_FALSE(listener.accept().is_open()) << "nobody knocked";
}

TEST_F(DgramConnection, FileThatIsNoSocketIsAnErrorAndStays) {
    std::ofstream(here()) << "precious";
    EXPECT_THAT(error_of(settings()), HasSubstr("no socket"));
    EXPECT_EQ(std::filesystem::file_size(here()), 8U);
}

TEST_F(DgramConnection, ImpossiblePathsOfEitherEndAreErrors) {
    port::QemuDgramSettings wrong = settings();
    wrong.local = std::string(108, 'x');
    EXPECT_THAT(error_of(wrong), AllOf(HasSubstr("108"), HasSubstr("107")));
    wrong = settings();
    wrong.remote = std::string(108, 'x');
    EXPECT_THAT(error_of(wrong), HasSubstr("107"));
    EXPECT_FALSE(std::filesystem::exists(here())) << "nothing was made";
    wrong.remote = "";
    EXPECT_THAT(error_of(wrong), HasSubstr("needs a path"));
    wrong = settings();
    wrong.local = folder() + "/none/port.sock";
    EXPECT_THAT(error_of(wrong), HasSubstr("there is no folder " + folder() + "/none; make it"));
}

TEST_F(DgramConnection, SocketIsForItsOwnerOnlyWhateverTheUmask) {
    const mode_t before = umask(0);
    open();
    umask(before);
    struct stat file {};
    ASSERT_EQ(stat(here().c_str(), &file), 0);
    EXPECT_EQ(file.st_mode & 0777U, 0600U);
}

TEST_F(DgramConnection, SocketGoesWithThePortUnlessItBecameAnothers) {
    open();
    close();
    EXPECT_FALSE(std::filesystem::exists(here()));

    open();
    const DgramPeer another(here(), there());
    close();
    EXPECT_TRUE(std::filesystem::exists(here()));
}

TEST_F(DgramConnection, ThousandCyclesLeakNeitherDescriptorsNorBuffers) {
    open();
    const std::size_t before = open_descriptors();
    for (int i = 0; i < 1000; ++i) {
        DgramPeer peer(there(), here());
        ASSERT_EQ(peer.send(frame_of(60)), 0);
        turn(2);
        ASSERT_TRUE(port().state().up);
        send(std::vector<Bytes>(20, frame_of(3000)));
        peer.close();
        turn(2);
        ASSERT_FALSE(port().state().up);
    }
    EXPECT_EQ(open_descriptors(), before);
    EXPECT_EQ(pools().in_use(), 0U);
    EXPECT_EQ(totals().rx_frames, 1000U);

    close();
    const std::size_t without = open_descriptors();
    for (int i = 0; i < 100; ++i) {
        open();
        close();
    }
    EXPECT_EQ(open_descriptors(), without);
}

}  // namespace
}  // namespace sealane::test
