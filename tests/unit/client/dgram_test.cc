// dgram: ports, with the switch's side played here.
#include <cerrno>
#include <poll.h>

#include <gmock/gmock.h>

#include "tests/unit/client/peer.h"

namespace sealane::test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class ClientDgram : public testing::Test {
  protected:
    void SetUp() override { ASSERT_EQ(service(), 1); }
    int service(std::uint64_t by = 0) { return sealane_port_service(port.get(), now += by, &next); }
    void write(const Bytes& bytes) const {
        const sockaddr_un to = address_of(mine);
        EXPECT_EQ(::sendto(peer.descriptor,
                           bytes.data(),
                           bytes.size(),
                           0,
                           reinterpret_cast<const sockaddr*>(&to),
                           sizeof to),
                  static_cast<ssize_t>(bytes.size()));
    }

    Folder folder;
    std::string mine = folder / "mine", theirs = folder / "theirs";
    Socket peer{SOCK_DGRAM, theirs};
    Port port = open("dgram:" + mine + "," + theirs);
    std::uint64_t now = 0, next = 0;
};

TEST_F(ClientDgram, AFrameIsADatagramBothWays) {
    for (const std::size_t length :
         {std::size_t{14}, std::size_t{60}, std::size_t{1514}, std::size_t{SEALANE_MAX_FRAME}}) {
        EXPECT_EQ(send(port, frame(1, length)), 1);
        EXPECT_EQ(peer.read(), frame(1, length));
        write(frame(2, length));
        EXPECT_THAT(receive_all(port), ElementsAre(frame(2, length)));
    }
    EXPECT_EQ(stats(port).sent_frames, 4U);
    EXPECT_EQ(stats(port).received_frames, 4U);
}

TEST_F(ClientDgram, DatagramsThatCanBeNoFrameAreCountedAndPassedOver) {
    write(frame(1));
    write({});
    write(frame(2, 13));
    write(frame(3, SEALANE_MAX_FRAME + 1));
    write(frame(4));
    EXPECT_THAT(receive_all(port), ElementsAre(frame(1), frame(4)));
    EXPECT_EQ(stats(port).malformed, 3U);
    EXPECT_EQ(service(), 1) << "the next one may be good";
}

TEST_F(ClientDgram, DatagramsThatCameBeforeTheSwitchWentAreCountedWhenThatIsFound) {
    write(frame(1));
    write(frame(2, 13));
    write(frame(3));
    peer = Socket(-1);
    ::unlink(theirs.c_str());
    EXPECT_EQ(service(next - now), 0);
    EXPECT_EQ(stats(port).unreceived, 2U);
    EXPECT_EQ(stats(port).malformed, 1U);
}

TEST_F(ClientDgram, WhatThePeerHasNoRoomForIsTheCallersStill) {
    int taken = 0;
    while (send(port, frame(1)) == 1) {
        ASSERT_LT(++taken, 100'000);
    }
    int read = 0;
    while (!peer.read().empty()) {
        ++read;
    }
    EXPECT_EQ(read, taken);
    EXPECT_EQ(send(port, frame(2)), 1);
    EXPECT_EQ(peer.read(), frame(2));
}

TEST_F(ClientDgram, ASwitchThatGoesIsNoticedAtTheNextFrameAndFoundAgain) {
    for (int i = 0; i < 20; ++i) {
        peer = Socket(-1);
        EXPECT_EQ(send(port, frame(1)), 0);
        EXPECT_EQ(service(), 0);
        EXPECT_EQ(sealane_port_error(port.get()),
                  std::string("the switch has gone: Connection refused"));
        EXPECT_EQ(send(port, frame(1)), -ENOTCONN);
        peer = Socket(SOCK_DGRAM, theirs);
        EXPECT_EQ(service(100 * kMillisecond), 1);
        EXPECT_EQ(send(port, frame(2)), 1);
        EXPECT_EQ(peer.read(), frame(2));
    }
}

TEST_F(ClientDgram, WhoOnlyReceivesHearsASwitchThatStartedAnewAndOneThatDoesNot) {
    EXPECT_EQ(next, now + 100 * kMillisecond);
    peer = Socket(-1);
    peer = Socket(SOCK_DGRAM, theirs);
    EXPECT_EQ(service(100 * kMillisecond), 1) << "another is there, under the same name";
    write(frame(1));
    EXPECT_THAT(receive_all(port), ElementsAre(frame(1)));
    peer = Socket(-1);
    EXPECT_EQ(service(100 * kMillisecond), 0);
    EXPECT_EQ(next, now + 100 * kMillisecond);
    peer = Socket(SOCK_DGRAM, theirs);
    EXPECT_EQ(service(100 * kMillisecond), 1);
    write(frame(2));
    EXPECT_THAT(receive_all(port), ElementsAre(frame(2)));
}

TEST_F(ClientDgram, ASwitchThatWentWhileAFrameWasSentMakesTheDescriptorReadable) {
    peer = Socket(-1);
    EXPECT_EQ(send(port, frame(1)), 0);
    pollfd one{.fd = sealane_port_fd(port.get()), .events = POLLIN, .revents = 0};
    EXPECT_EQ(::poll(&one, 1, 0), 1);
    EXPECT_EQ(service(), 0);
    EXPECT_EQ(::poll(&one, 1, 0), 0);
}

TEST_F(ClientDgram, ItsFileGoesWithItAndAStaleOneIsNoHindrance) {
    EXPECT_TRUE(std::filesystem::exists(mine));
    port.reset();
    EXPECT_FALSE(std::filesystem::exists(mine));
    { const Socket killed(SOCK_DGRAM, mine); }
    ASSERT_TRUE(std::filesystem::exists(mine));
    port = open("dgram:" + mine + "," + theirs);
    EXPECT_EQ(service(), 1);
    EXPECT_EQ(send(port, frame(1)), 1);
}

TEST_F(ClientDgram, AnothersSocketIsNotTakenFromIt) {
    const Port second = open("dgram:" + mine + "," + theirs);
    EXPECT_EQ(sealane_port_service(second.get(), 0, nullptr), 0);
    EXPECT_THAT(sealane_port_error(second.get()), testing::HasSubstr("Address already in use"));
    write(frame(1));
    EXPECT_THAT(receive_all(port), ElementsAre(frame(1)));
}

}  // namespace
}  // namespace sealane::test
