// Guests and ports that come and go, with frames under way.
#include <atomic>
#include <filesystem>
#include <fstream>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <thread>
#include <unistd.h>

#include <rte_mbuf.h>

#include "dataplane/base/descriptor.h"
#include "dataplane/port/stream_socket.h"
#include "dataplane/worker/eal.h"
#include "tests/component/port/census.h"
#include "tests/component/port/vhost_test.h"

namespace sealane::test {
namespace {

class VhostLife : public VhostTest {
  protected:
    void exchange(VirtioUser& peer) {
        EXPECT_EQ(peer.send({frame_of(60, 1)}), 1U);
        EXPECT_EQ(take(1), std::vector<Bytes>{frame_of(60, 1)});
        send({frame_of(60, 2)});
        EXPECT_EQ(peer.receive(), std::vector<Bytes>{frame_of(60, 2)});
    }
    void expect_down() {
        EXPECT_TRUE(soon([&] { return !port().state().up; }));
        send({frame_of(60)});
    }
};

TEST_F(VhostLife, AGuestMayGoAndComeBack) {
    open(serving());
    for (int i = 0; i < 3; ++i) {
        exchange(*guest({.packed = i == 1}));
        expect_down();
    }
    EXPECT_EQ(dropped(Direction::Out, Drop::PortDown), 3U);
}

TEST_F(VhostLife, ItTellsWhoCameWhoBecameReadyAndWhoWent) {
    open(serving());
    {
        const Descriptor visitor = port::connect_to(path());
        ASSERT_TRUE(visitor.is_open());
        EXPECT_TRUE(soon([&] { return port().state().peer->connected; }));
        EXPECT_FALSE(port().state().up);
        EXPECT_EQ(port().state().peer->ready, 0U);
    }
    EXPECT_TRUE(soon([&] { return !port().state().peer->connected; }));
    exchange(*guest({}));
    expect_down();
    EXPECT_TRUE(soon([&] { return !port().state().peer->connected; }));
    EXPECT_EQ(port().state().peer->came, 2U);
    EXPECT_EQ(port().state().peer->ready, 1U);
}

TEST_F(VhostLife, AClientPortFindsItsGuestWheneverThatStarts) {
    port::VhostSocketSettings settings = serving();
    settings.server = false;
    open(settings);
    exchange(*guest({.server = true}));
    expect_down();
    exchange(*guest({.server = true}));
}

TEST_F(VhostLife, TheSocketIsForOurUserOnlyAndGoesWithThePort) {
    open(serving());
    struct stat file {};
    ASSERT_EQ(lstat(path().c_str(), &file), 0);
    EXPECT_EQ(file.st_mode & 0777U, 0600U);
    close();
    EXPECT_NE(lstat(path().c_str(), &file), 0);
}

TEST_F(VhostLife, ASocketThatNobodyListensAtIsReplacedAndAnotherFileIsNot) {
    {
        const Descriptor dead(socket(AF_UNIX, SOCK_STREAM, 0));
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        path().copy(address.sun_path, sizeof address.sun_path - 1);
        ASSERT_EQ(bind(dead.get(), reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
    }
    open(serving());
    const auto twice = port::VhostPort::open(serving(), pools());
    EXPECT_FALSE(twice.ok()) << "somebody listens there: we do";
    close();

    std::ofstream(path()) << "a file";
    const auto refused = port::VhostPort::open(serving(), pools());
    ASSERT_FALSE(refused.ok());
    EXPECT_NE(refused.error().text.find("no socket"), std::string::npos) << refused.error().text;
    std::filesystem::remove(path());
}

TEST_F(VhostLife, GarbageOnTheSocketCostsThatConnectionOnly) {
    open(serving());
    for (std::size_t length : {1U, 11U, 12U, 13U, 300U, 5000U}) {
        Descriptor stranger = port::connect_to(path());
        ASSERT_TRUE(stranger.is_open());
        const Bytes garbage = frame_of(length, 0x5a);
        EXPECT_EQ(::send(stranger.get(), garbage.data(), length, MSG_NOSIGNAL),
                  static_cast<ssize_t>(length));
    }
    exchange(*guest({}));
    expect_down();
}

TEST_F(VhostLife, APortMayGoWhileItsGuestIsThere) {
    open(serving());
    const auto peer = guest({});
    peer->send({frame_of(60)});
    close();
    open(serving());
    EXPECT_FALSE(port().state().up);
}

// The port goes at any moment of a connection, while a worker is in it.
TEST_F(VhostLife, P05PortsAndGuestsGoUnderAWorkersHands) {
    for (int i = 0; i < 8; ++i) {
        open(serving());
        std::atomic<bool> stop{false};
        std::thread worker([&] {
            ASSERT_TRUE(worker::register_worker_thread().ok());
            while (!stop) {
                receive_from(port());
                send({frame_of(60), frame_of(1000)});
                service(port());
                if (port().prepare_to_sleep()) port().awake();
            }
            worker::unregister_worker_thread();
        });
        {
            const VirtioUser peer({.path = path(), .packed = i % 2 == 1}, pools());
            VirtioUser& sender = const_cast<VirtioUser&>(peer);
            for (int n = 0; n < 50 * (i % 4); ++n) {
                sender.send({frame_of(200)});
                sender.receive();
            }
        }
        stop = true;
        worker.join();
        expect_laws(port());
        close();
    }
}

// P11, with guests' whole lives; the library's own threads come with the first.
TEST_F(VhostLife, P11FiftyGuestsAndFivePortsLeaveNothingBehind) {
    const auto live = [&](int guests) {
        open(serving());
        for (int i = 0; i < guests; ++i) {
            exchange(*guest({.ring = 64}));
            expect_down();
        }
        close();
    };
    live(1);
    const Census before = Census::take();
    for (int i = 0; i < 5; ++i) {
        live(10);
    }
    EXPECT_TRUE(Census::take().is_like(before)) << Census::take() << "; before: " << before;
}

}  // namespace
}  // namespace sealane::test
