// shm: ports, with the switch's side played here.
#include <algorithm>
#include <array>
#include <cerrno>
#include <memory>
#include <poll.h>
#include <sealane/port.hpp>

#include <gmock/gmock.h>

#include "tests/unit/client/shared_switch.h"

namespace sealane::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class ClientShm : public testing::Test {
  protected:
    void SetUp() override {
        port = open("shm:" + path);
        meet();
        ASSERT_EQ(service(), 1) << sealane_port_error(port.get());
    }
    /// The switch hears of the port and answers; the port has not read that yet.
    void meet(const wire::SharedWelcome& said = SharedSwitch::said()) {
        ASSERT_EQ(service(), 0);
        peer = std::make_unique<SharedSwitch>(listener.accept());
        peer->welcome(said);
    }
    int service(std::uint64_t by = 0) { return sealane_port_service(port.get(), now += by, &next); }
    [[nodiscard]] bool is_readable() const {
        pollfd one{.fd = sealane_port_fd(port.get()), .events = POLLIN, .revents = 0};
        return ::poll(&one, 1, 0) == 1;
    }
    /// A few turns of a host that finds nothing; whether the switch is there at the end.
    bool idle() {
        int up = 1;
        for (int turn = 0; turn < 8; ++turn) {
            EXPECT_THAT(receive_all(port), IsEmpty());
            up = service();
        }
        return up == 1;
    }
    std::string error() { return sealane_port_error(port.get()); }
    /// Breaks at the next look, says why, and goes.
    void expect_break(const std::string& why) {
        EXPECT_THAT(receive_all(port), IsEmpty());
        EXPECT_THAT(error(), HasSubstr(why));
        EXPECT_EQ(stats(port).malformed, 1U);
        EXPECT_EQ(service(), 0);
        EXPECT_EQ(send(port, frame(1)), -ENOTCONN);
    }

    Folder folder;
    std::string path = folder / "port.sock";
    Socket listener{SOCK_STREAM, path};
    std::unique_ptr<SharedSwitch> peer;
    Port port;
    std::uint64_t now = 5'000 * kMillisecond, next = 0;
};

TEST_F(ClientShm, FramesGoBothWaysAndAreCountedWhenTheyAreTaken) {
    EXPECT_EQ(send(port, frame(1)), 1);
    EXPECT_EQ(stats(port).sent_frames, 0U) << "the switch has not taken it";
    EXPECT_THAT(peer->take(), ElementsAre(frame(1)));
    peer->send(frame(2));
    peer->send(frame(3, 65408));
    EXPECT_THAT(receive_all(port), ElementsAre(frame(2), frame(3, 65408)));
    EXPECT_EQ(service(), 1);
    const sealane_port_stats seen = stats(port);
    EXPECT_EQ(seen.sent_frames, 1U);
    EXPECT_EQ(seen.sent_bytes, 60U);
    EXPECT_EQ(seen.received_frames, 2U);
    EXPECT_EQ(seen.received_bytes, 65468U);
    EXPECT_EQ(seen.connected, 1U);
}

TEST_F(ClientShm, ManyRoundsOfLongFramesGoOverTheEndWhole) {
    for (int turn = 0; turn < 100; ++turn) {
        const Bytes one = frame(static_cast<std::uint8_t>(turn), 14 + (turn * 7919U) % 65'000U);
        ASSERT_EQ(send(port, one), 1);
        ASSERT_THAT(peer->take(), ElementsAre(one)) << turn;
        peer->send(one);
        ASSERT_THAT(receive_all(port), ElementsAre(one)) << turn;
        wire::SharedWriter::Taken taken;
        ASSERT_TRUE(peer->out->settle(taken));
        ASSERT_EQ(taken.frames, 1U);
    }
}

TEST_F(ClientShm, AFullRingTakesNoMoreAndTheHostIsWokenWhenThereIsRoom) {
    int sent = 0;
    while (send(port, frame(1, 60'000)) == 1) {
        ++sent;
    }
    EXPECT_EQ(sent, 17);
    EXPECT_FALSE(is_readable());
    EXPECT_THAT(peer->take(1), ElementsAre(frame(1, 60'000)));
    EXPECT_TRUE(is_readable());
    EXPECT_TRUE(idle());
    EXPECT_FALSE(is_readable());
    EXPECT_EQ(send(port, frame(2, 60'000)), 1);
    EXPECT_EQ(send(port, frame(2, 60'000)), 0);
}

TEST_F(ClientShm, ReadableFromTheFirstFrameUntilAllAreReceived) {
    EXPECT_FALSE(is_readable());
    for (int i = 0; i < 3; ++i) {
        peer->send(frame(1));
    }
    EXPECT_TRUE(is_readable());
    sealane_frame two[2];
    EXPECT_EQ(sealane_port_receive(port.get(), two, 2), 2);
    EXPECT_TRUE(is_readable()) << "one is left";
    EXPECT_EQ(receive_all(port).size(), 1U);
    EXPECT_TRUE(idle());
    EXPECT_FALSE(is_readable());
    peer->send(frame(1));
    EXPECT_TRUE(is_readable());
}

TEST_F(ClientShm, WhatIsReservedAndCommittedGoesWithoutACopyAtTheFlush) {
    auto* const room = static_cast<std::uint8_t*>(sealane_port_reserve(port.get(), 1514));
    ASSERT_NE(room, nullptr);
    std::fill_n(room, 100, std::uint8_t{7});
    EXPECT_EQ(sealane_port_commit(port.get(), 100), 0);
    EXPECT_EQ(sealane_port_commit(port.get(), 100), -EINVAL) << "nothing is reserved any more";
    EXPECT_THAT(peer->take(), IsEmpty());
    sealane_port_flush(port.get());
    EXPECT_THAT(peer->take(), ElementsAre(frame(7, 100)));
}

TEST_F(ClientShm, NoMoreIsCommittedThanWasReserved) {
    ASSERT_NE(sealane_port_reserve(port.get(), 64), nullptr);
    EXPECT_EQ(sealane_port_commit(port.get(), 65), -EINVAL);
    EXPECT_EQ(sealane_port_commit(port.get(), 13), -EINVAL);
    EXPECT_EQ(sealane_port_commit(port.get(), 64), 0);
    EXPECT_EQ(sealane_port_reserve(port.get(), 13), nullptr);
    EXPECT_EQ(sealane_port_reserve(port.get(), SEALANE_MAX_FRAME + 1), nullptr);
}

TEST_F(ClientShm, WhatIsPeekedStaysUntilItIsReleased) {
    peer->send(frame(1));
    peer->send(frame(2));
    sealane_frame seen[4];
    ASSERT_EQ(sealane_port_peek(port.get(), seen, 4), 2);
    ASSERT_EQ(sealane_port_peek(port.get(), seen, 4), 2);
    EXPECT_EQ(static_cast<const std::uint8_t*>(seen[1].bytes)[0], 2);
    EXPECT_EQ(sealane_port_release(port.get(), 1), 0);
    EXPECT_EQ(sealane_port_peek(port.get(), seen, 4), 1);
    EXPECT_EQ(static_cast<const std::uint8_t*>(seen[0].bytes)[0], 2);
    EXPECT_EQ(sealane_port_release(port.get(), 2), -EINVAL);
    EXPECT_EQ(sealane_port_release(port.get(), 1), 0);
    EXPECT_EQ(sealane_port_peek(port.get(), seen, 4), 0);
    EXPECT_EQ(stats(port).received_frames, 2U);
}

TEST_F(ClientShm, TheWrapperHasSpansOfBoth) {
    sealane::Port wrapped("shm:" + path);
    const auto at = [&] { return std::chrono::nanoseconds(now); };
    EXPECT_FALSE(wrapped.service(at()).up);
    SharedSwitch other(listener.accept());
    other.welcome();
    ASSERT_TRUE(wrapped.service(at()).up);
    const std::span<std::byte> room = wrapped.reserve(60);
    ASSERT_EQ(room.size(), 60U);
    std::ranges::fill(room, std::byte{9});
    wrapped.commit(60);
    wrapped.flush();
    EXPECT_THAT(other.take(), ElementsAre(frame(9)));
    other.send(frame(4));
    std::array<sealane_frame, 4> frames{};
    ASSERT_EQ(wrapped.peek(frames).size(), 1U);
    EXPECT_EQ(sealane::Port::bytes_of(frames[0])[0], std::byte{4});
    wrapped.release(1);
    EXPECT_TRUE(wrapped.peek(frames).empty());
}

TEST(ClientCopies, PortsOfSocketsHaveNoMemoryToLend) {
    Folder folder;
    const Port port = open("unix:" + folder / "none");
    sealane_frame one;
    EXPECT_EQ(sealane_port_reserve(port.get(), 60), nullptr);
    EXPECT_THAT(sealane_port_error(port.get()), HasSubstr("use one of shm:"));
    EXPECT_EQ(sealane_port_peek(port.get(), &one, 1), -ENOTSUP);
    EXPECT_EQ(sealane_port_release(port.get(), 1), -ENOTSUP);
    EXPECT_EQ(sealane_port_commit(port.get(), 60), -ENOTCONN);
}

TEST_F(ClientShm, WhatTheSwitchWroteBeforeItWentIsReceived) {
    peer->send(frame(1));
    ASSERT_EQ(send(port, frame(2)), 1);
    peer.reset();
    EXPECT_EQ(service(), 1) << "one is left";
    EXPECT_THAT(receive_all(port), ElementsAre(frame(1)));
    EXPECT_FALSE(idle());
    EXPECT_THAT(error(), HasSubstr("closed the connection"));
    EXPECT_EQ(stats(port).unsent, 1U);
}

TEST_F(ClientShm, FramesThatAreLentOutliveTheirConnection) {
    peer->send(frame(5, 2000));
    sealane_frame lent;
    ASSERT_EQ(sealane_port_receive(port.get(), &lent, 1), 1);
    peer.reset();
    EXPECT_EQ(service(), 1) << "frames had moved";
    EXPECT_EQ(service(), 1) << "it had been woken";
    EXPECT_EQ(service(), 0);
    now += 1'000 * kMillisecond;
    meet();
    EXPECT_EQ(service(), 1);
    const auto* const bytes = static_cast<const std::uint8_t*>(lent.bytes);
    EXPECT_EQ(Bytes(bytes, bytes + lent.length), frame(5, 2000));
    peer->send(frame(6));
    EXPECT_THAT(receive_all(port), ElementsAre(frame(6)));
}

TEST_F(ClientShm, AnIndexThatCanNotBeEndsTheConnection) {
    peer->control(1).produced = wire::kSharedRingBytes + 8;
    expect_break("an index that can't be");
}

TEST_F(ClientShm, ALengthThatCanNotBeEndsTheConnection) {
    for (const std::uint32_t length : {0U, 13U, 65U, 65409U, 0xffffffffU}) {
        SCOPED_TRACE(length);
        port.reset();
        SetUp();
        peer->send(frame(1));
        std::memcpy(peer->bytes(1), &length, sizeof length);
        expect_break("a length that can't be");
    }
}

TEST_F(ClientShm, ASwitchThatTakesMoreThanWasSentEndsTheConnection) {
    ASSERT_EQ(send(port, frame(1)), 1);
    peer->control(0).consumed = 4096;
    EXPECT_EQ(service(), 0);
    EXPECT_THAT(error(), HasSubstr("an index that can't be"));
    EXPECT_EQ(stats(port).unsent, 1U);
}

TEST_F(ClientShm, ARefusalIsToldAndTriedAgainLater) {
    const std::pair<wire::SharedStatus, const char*> refusals[] = {
        {wire::SharedStatus::Busy, "busy"},
        {wire::SharedStatus::OtherVersion, "not supported"},
        {wire::SharedStatus::NoMemory, "memory"}};
    for (const auto& [status, why] : refusals) {
        port = open("shm:" + path);
        wire::SharedWelcome said = SharedSwitch::said();
        said.status = status;
        meet(said);
        EXPECT_EQ(service(), 0);
        EXPECT_THAT(error(), HasSubstr(why));
        EXPECT_GT(next, now);
        EXPECT_FALSE(is_readable());
    }
}

TEST_F(ClientShm, MemoryOfSizesThatNoRingHasIsRefused) {
    for (const std::uint64_t ring :
         {std::uint64_t{0}, std::uint64_t{4096}, std::uint64_t{3} << 19, std::uint64_t{1} << 27}) {
        port = open("shm:" + path);
        wire::SharedWelcome said = SharedSwitch::said();
        said.ring_bytes = ring;
        meet(said);
        EXPECT_EQ(service(), 0) << ring;
        EXPECT_THAT(error(), HasSubstr("Protocol error")) << ring;
    }
}

}  // namespace
}  // namespace sealane::test
