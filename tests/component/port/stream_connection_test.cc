// How stream ports find their peers, lose them, and find them again.
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <gmock/gmock.h>

#include "tests/component/port/stream_test.h"

namespace sealane::test {
namespace {

using std::chrono::milliseconds;
using testing::AllOf;
using testing::HasSubstr;

class StreamConnection : public StreamTest {
  protected:
    [[nodiscard]] port::QemuStreamSettings connecting() const {
        port::QemuStreamSettings settings = listening();
        settings.listen = false;
        return settings;
    }
    [[nodiscard]] std::string error_of(const port::QemuStreamSettings& settings) {
        auto opened = port::QemuStreamPort::open(settings, pools());
        return opened.ok() ? "" : opened.error().text;
    }
    /// Service after `time`; is the peer there?
    bool up_after(Duration time) {
        pass(time);
        service(port());
        return port().state().up;
    }
};

TEST_F(StreamConnection, SecondPeerIsClosedAtOnceAndCounted) {
    open(listening());
    StreamPeer first = connected_peer();
    StreamPeer second = StreamPeer::connect(path());
    turn();
    EXPECT_TRUE(second.was_closed());
    EXPECT_THAT(port().state().detail, HasSubstr("1 more peer refused"));
    first.write(on_stream(frame_of(60)));
    EXPECT_EQ(turn().size(), 1U);
}

TEST_F(StreamConnection, RestartedPeerWaitsForTheEndOfItsOldConnection) {
    open(listening());
    StreamPeer old = connected_peer();
    for (int i = 0; i < 100; ++i) {
        old.write(on_stream(frame_of(60, 1)));
    }
    old.close();
    StreamPeer restarted = StreamPeer::connect(path());
    restarted.write(on_stream(frame_of(60, 2)));

    std::vector<Bytes> expected(100, frame_of(60, 1));
    expected.push_back(frame_of(60, 2));
    EXPECT_EQ(turn(), expected);
    EXPECT_FALSE(restarted.was_closed());
}

TEST_F(StreamConnection, SocketNobodyListensAtIsReplaced) {
    {
        const Descriptor killed(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        path().copy(address.sun_path, sizeof address.sun_path - 1);
        ASSERT_EQ(bind(killed.get(), reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
        ASSERT_EQ(listen(killed.get(), 1), 0);
    }
    ASSERT_TRUE(std::filesystem::is_socket(path()));
    open(listening());
    EXPECT_TRUE(connected_peer().is_open());
}

TEST_F(StreamConnection, SocketInUseIsAnErrorAndItsOwnerNoticesNothing) {
    StreamServer owner(path());
    EXPECT_THAT(error_of(listening()), AllOf(HasSubstr("lpar1/ent0"), HasSubstr("in use")));
    EXPECT_FALSE(owner.accept().is_open()) << "nobody knocked";
    EXPECT_TRUE(StreamPeer::connect(path()).is_open()) << "it is still there";
}

TEST_F(StreamConnection, FileThatIsNoSocketIsAnErrorAndStays) {
    std::ofstream(path()) << "precious";
    EXPECT_THAT(error_of(listening()), HasSubstr("no socket"));
    EXPECT_EQ(std::filesystem::file_size(path()), 8U);
}

TEST_F(StreamConnection, ImpossiblePathsAreErrorsInBothModes) {
    port::QemuStreamSettings settings = listening();
    settings.path = std::string(108, 'x');
    EXPECT_THAT(error_of(settings), AllOf(HasSubstr("108"), HasSubstr("107")));
    settings.listen = false;
    EXPECT_THAT(error_of(settings), HasSubstr("107"));
    settings.path = "";
    EXPECT_THAT(error_of(settings), HasSubstr("needs a path"));
    settings.listen = true;
    settings.path = path() + "/none/port.sock";
    EXPECT_THAT(error_of(settings), HasSubstr("there is no folder " + path() + "/none; make it"));
}

TEST_F(StreamConnection, SocketIsForItsOwnerOnlyWhateverTheUmask) {
    const mode_t before = umask(0);
    open(listening());
    umask(before);
    struct stat file {};
    ASSERT_EQ(stat(path().c_str(), &file), 0);
    EXPECT_EQ(file.st_mode & 0777U, 0600U);
}

TEST_F(StreamConnection, SocketGoesWithThePortUnlessItBecameAnothers) {
    open(listening());
    close();
    EXPECT_FALSE(std::filesystem::exists(path()));

    open(listening());
    std::filesystem::rename(path(), path() + ".moved");
    const StreamServer another(path());
    close();
    EXPECT_TRUE(std::filesystem::exists(path()));
}

TEST_F(StreamConnection, ConnectingPortTriesAgainAfter100MsMoreOrLessAndThenTwiceThat) {
    open(connecting());
    service(port());
    EXPECT_FALSE(port().state().up);
    EXPECT_THAT(port().state().detail, HasSubstr("No such file"));
    {
        // 75 to 125 ms, then 150 to 250 ms.
        const StreamServer server(path());
        EXPECT_FALSE(up_after(milliseconds(74)));
    }
    EXPECT_FALSE(up_after(milliseconds(51))) << "the second try, which finds nobody";
    StreamServer server(path());
    EXPECT_FALSE(up_after(milliseconds(149)));
    EXPECT_TRUE(up_after(milliseconds(101)));
    EXPECT_TRUE(server.accept().is_open());
}

TEST_F(StreamConnection, ConnectingPortNeverWaitsLongerThan625Ms) {
    open(connecting());
    for (int i = 0; i < 50; ++i) {
        EXPECT_FALSE(up_after(milliseconds(625)));
    }
    const StreamServer server(path());
    EXPECT_TRUE(up_after(milliseconds(625)));
}

TEST_F(StreamConnection, ConnectionOfHalfASecondMakesTheNextRetrySoonAgain) {
    open(connecting());
    for (int i = 0; i < 10; ++i) {
        EXPECT_FALSE(up_after(milliseconds(625)));
    }
    for (const milliseconds held : {milliseconds(499), milliseconds(500)}) {
        SCOPED_TRACE(held.count());
        StreamServer server(path());
        ASSERT_TRUE(up_after(milliseconds(625)));
        server.accept().close();
        pass(held - milliseconds(2));
        turn(2);  // a millisecond each: it hears of the end in the first
        ASSERT_FALSE(port().state().up);
        EXPECT_EQ(up_after(milliseconds(125)), held == milliseconds(500));
    }
}

TEST_F(StreamConnection, RetriesDependOnTheSeedOnly) {
    const auto first_success = [&](std::uint64_t seed) {
        port::QemuStreamSettings settings = connecting();
        settings.seed = seed;
        open(settings);
        service(port());
        const StreamServer server(path());
        int waited = 1;
        while (!up_after(milliseconds(1))) {
            ++waited;
        }
        return waited;
    };
    EXPECT_EQ(first_success(1), first_success(1));
    EXPECT_NE(first_success(1), first_success(2));
}

TEST_F(StreamConnection, ConnectingPortFollowsARestartedServer) {
    open(connecting());
    for (std::uint8_t life = 1; life <= 3; ++life) {
        StreamServer server(path());
        ASSERT_TRUE(up_after(milliseconds(625)));
        StreamPeer peer = server.accept();
        peer.write(on_stream(frame_of(60, life)));
        EXPECT_EQ(turn(), std::vector<Bytes>{frame_of(60, life)});
        send({frame_of(70, life)});
        EXPECT_EQ(peer.frames(), std::vector<Bytes>{frame_of(70, life)});
        peer.close();
        turn();
        EXPECT_FALSE(port().state().up);
    }
}

TEST_F(StreamConnection, ServerThatTalksNonsenseIsLeftAndTriedAgainLater) {
    StreamServer server(path());
    open(connecting());
    service(port());
    StreamPeer peer = server.accept();
    peer.write(with_length(0xffffffff, {}));
    turn(3);
    EXPECT_FALSE(port().state().up);
    EXPECT_TRUE(peer.was_closed());
    EXPECT_TRUE(up_after(milliseconds(125)));
}

TEST_F(StreamConnection, ThousandCyclesLeakNeitherDescriptorsNorBuffers) {
    open(listening());
    const std::size_t before = open_descriptors();
    for (int i = 0; i < 1000; ++i) {
        StreamPeer peer = connected_peer();
        peer.write(on_stream(frame_of(60)));
        peer.write(Bytes(i % 4, 0));  // and the start of another
        send({frame_of(3000), frame_of(60)});
        turn(2);
        peer.close();
        port().awake();
        turn(2);
        ASSERT_FALSE(port().state().up);
    }
    EXPECT_EQ(open_descriptors(), before);
    EXPECT_EQ(pools().in_use(), 0U);
    EXPECT_EQ(totals().rx_frames, 1000U);

    close();
    const std::size_t without = open_descriptors();
    for (int i = 0; i < 100; ++i) {
        open(listening());
        close();
    }
    EXPECT_EQ(open_descriptors(), without);
}

}  // namespace
}  // namespace sealane::test
