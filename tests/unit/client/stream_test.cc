// unix: ports, with the switch's side played here.
#include <cerrno>
#include <fcntl.h>
#include <poll.h>

#include <gmock/gmock.h>

#include "tests/unit/client/peer.h"

namespace sealane::test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

bool is_readable(const Port& port) {
    pollfd one{.fd = sealane_port_fd(port.get()), .events = POLLIN, .revents = 0};
    return ::poll(&one, 1, 0) == 1;
}

struct LinkNews {
    std::vector<std::string> told;
    static void note(void* opaque, int up, const char* why) {
        static_cast<LinkNews*>(opaque)->told.push_back((up != 0 ? "up: " : "down: ") +
                                                       std::string(why));
    }
};

class ClientStream : public testing::Test {
  protected:
    void SetUp() override {
        options.size = sizeof options;
        options.link_changed = LinkNews::note;
        options.opaque = &news;
        options.queue_bytes = 200'000;
        port = open("unix:" + path, &options);
        ASSERT_EQ(sealane_port_service(port.get(), now, &next), 1);
        peer = listener.accept();
    }
    int service(std::uint64_t by = 0) { return sealane_port_service(port.get(), now += by, &next); }

    Folder folder;
    std::string path = folder / "port.sock";
    Socket listener{SOCK_STREAM, path};
    Socket peer{-1};
    LinkNews news;
    sealane_port_options options{};
    Port port;
    std::uint64_t now = 5'000 * kMillisecond, next = 0;
};

TEST_F(ClientStream, ConnectsInServiceAndHasNoDeadlineThen) {
    EXPECT_GE(peer.descriptor, 0);
    EXPECT_EQ(next, UINT64_MAX);
    EXPECT_THAT(news.told, ElementsAre("up: connected"));
    EXPECT_EQ(stats(port).connected, 1U);
    EXPECT_FALSE(is_readable(port));
}

TEST_F(ClientStream, FramesGoOutBehindTheirLengths) {
    const Bytes one = frame(1), two = frame(2, 14), three = frame(3, SEALANE_MAX_FRAME);
    const sealane_frame frames[] = {
        {one.data(), one.size()}, {two.data(), two.size()}, {three.data(), three.size()}};
    EXPECT_EQ(sealane_port_send(port.get(), frames, 3), 3);
    Bytes expected;
    for (const Bytes& each : {one, two, three}) {
        const Bytes with_length = framed(each);
        expected.insert(expected.end(), with_length.begin(), with_length.end());
    }
    EXPECT_EQ(peer.read(), expected);
    EXPECT_EQ(stats(port).sent_frames, 3U);
    EXPECT_EQ(stats(port).sent_bytes, 60U + 14U + SEALANE_MAX_FRAME);
}

TEST_F(ClientStream, FramesComeInWhateverPiecesTheyCameIn) {
    Bytes stream;
    const std::vector<Bytes> sent{frame(1), frame(2, 14), frame(3, 1514)};
    for (const Bytes& each : sent) {
        const Bytes with_length = framed(each);
        stream.insert(stream.end(), with_length.begin(), with_length.end());
    }
    for (std::size_t cut = 0; cut <= stream.size(); ++cut) {
        const auto middle = stream.begin() + static_cast<std::ptrdiff_t>(cut);
        if (cut > 0) peer.write({stream.begin(), middle});
        std::vector<Bytes> got = receive_all(port);
        if (cut < stream.size()) peer.write({middle, stream.end()});
        for (Bytes& more : receive_all(port)) {
            got.push_back(std::move(more));
        }
        ASSERT_EQ(got, sent) << "cut at " << cut;
    }
    EXPECT_EQ(stats(port).received_frames, 3 * (stream.size() + 1));
    EXPECT_EQ(stats(port).malformed, 0U);
}

TEST_F(ClientStream, ManyFramesAreLentAFewAtATimeInOrder) {
    std::vector<Bytes> sent;
    for (std::uint8_t i = 0; i < 200; ++i) {
        sent.push_back(frame(i, 64));
        peer.write(framed(sent.back()));
    }
    EXPECT_TRUE(is_readable(port));
    EXPECT_EQ(receive_all(port, 7), sent);
    EXPECT_FALSE(is_readable(port));
}

TEST_F(ClientStream, AFrameOfTheGreatestLengthComesIn) {
    Bytes longest = frame(9, SEALANE_MAX_FRAME);
    const Bytes stream = framed(longest);
    peer.write(stream);
    EXPECT_THAT(receive_all(port), ElementsAre(longest));
}

TEST_F(ClientStream, ALengthThatNoFrameHasEndsTheConnectionAfterTheFramesBefore) {
    for (const std::uint32_t length :
         {0U, 1U, 13U, SEALANE_MAX_FRAME + 1U, 0x7fffffffU, 0xffffffffU}) {
        const std::uint64_t before = stats(port).malformed;
        Bytes stream = framed(frame(1));
        for (const int shift : {24, 16, 8, 0}) {
            stream.push_back(static_cast<std::uint8_t>(length >> shift));
        }
        stream.insert(stream.end(), 100, 0);
        peer.write(stream);
        EXPECT_EQ(receive_all(port).size(), 1U) << length;
        EXPECT_EQ(stats(port).malformed, before + 1);
        EXPECT_EQ(send(port, frame(2)), -ENOTCONN);
        EXPECT_EQ(service(), 0);
        EXPECT_EQ(news.told.back(),
                  "down: the switch sent a frame of " + std::to_string(length) +
                      " bytes; it has 14 to 65408");
        EXPECT_EQ(next, now + 100 * kMillisecond);
        EXPECT_EQ(service(100 * kMillisecond), 1);
        peer = listener.accept();
    }
}

TEST_F(ClientStream, WhatCanBeNoFrameIsRefusedAndWhatStandsBeforeItGoes) {
    const Bytes good = frame(1), too_long(SEALANE_MAX_FRAME + 1);
    for (const sealane_frame& bad : {sealane_frame{good.data(), 13},
                                     sealane_frame{too_long.data(), too_long.size()},
                                     sealane_frame{nullptr, 60}}) {
        const sealane_frame three[] = {{good.data(), good.size()}, bad, {good.data(), good.size()}};
        EXPECT_EQ(sealane_port_send(port.get(), &bad, 1), -EMSGSIZE);
        EXPECT_NE(sealane_port_error(port.get()), std::string());
        EXPECT_EQ(sealane_port_send(port.get(), three, 3), 1);
    }
    EXPECT_EQ(peer.read().size(), 3 * framed(good).size());
}

TEST_F(ClientStream, APeerThatDoesNotReadFillsTheQueueAndNothingIsLostWhenItReadsAgain) {
    int taken = 0;
    while (send(port, frame(static_cast<std::uint8_t>(taken), 1000)) == 1) {
        ASSERT_LT(++taken, 100'000);
    }
    EXPECT_GT(taken, 199);
    EXPECT_FALSE(is_readable(port)) << "nobody has made room";
    Bytes stream;
    for (;;) {
        const Bytes some = peer.read();
        if (some.empty()) break;
        EXPECT_TRUE(is_readable(port) ||
                    stats(port).sent_frames == static_cast<std::uint64_t>(taken));
        stream.insert(stream.end(), some.begin(), some.end());
        EXPECT_EQ(service(), 1);
    }
    ASSERT_EQ(stream.size(), static_cast<std::size_t>(taken) * 1004);
    for (int i = 0; i < taken; ++i) {
        EXPECT_EQ(stream[static_cast<std::size_t>(i) * 1004 + 4], static_cast<std::uint8_t>(i));
    }
    EXPECT_EQ(stats(port).sent_frames, static_cast<std::uint64_t>(taken));
    EXPECT_FALSE(is_readable(port));
}

TEST_F(ClientStream, WhatTheSwitchHadNotTakenWhenItWentIsUnsent) {
    int taken = 0;
    while (send(port, frame(1, 1000)) == 1) {
        ++taken;
    }
    peer = Socket(-1);
    EXPECT_EQ(service(), 0);
    const sealane_port_stats read = stats(port);
    EXPECT_GT(read.unsent, 0U);
    EXPECT_EQ(read.sent_frames + read.unsent, static_cast<std::uint64_t>(taken));
    EXPECT_EQ(read.sent_bytes, 1000 * read.sent_frames);
}

TEST_F(ClientStream, ASwitchThatGoesIsNoticedAndOneThatComesBackIsFound) {
    for (int i = 0; i < 100; ++i) {
        peer = Socket(-1);
        EXPECT_TRUE(is_readable(port));
        EXPECT_THAT(receive_all(port), IsEmpty());
        EXPECT_EQ(service(), 0);
        EXPECT_EQ(news.told.back(), "down: the switch has closed the connection");
        EXPECT_FALSE(is_readable(port)) << "there is a deadline instead";
        EXPECT_EQ(send(port, frame(1)), -ENOTCONN);
        EXPECT_EQ(service(100 * kMillisecond), 1);
        peer = listener.accept();
        EXPECT_EQ(send(port, frame(2)), 1);
        EXPECT_EQ(peer.read(), framed(frame(2)));
    }
    EXPECT_EQ(stats(port).connected, 101U);
    EXPECT_EQ(news.told.size(), 201U);
}

TEST_F(ClientStream, TriesLessAndLessOftenWhileNobodyIsThereAndOftenAgainAfterwards) {
    ::unlink(path.c_str());
    peer = Socket(-1);
    listener = Socket(-1);
    (void)receive_all(port);
    EXPECT_EQ(service(), 0);
    std::vector<std::uint64_t> delays;
    for (int i = 0; i < 7; ++i) {
        delays.push_back((next - now) / kMillisecond);
        EXPECT_EQ(service(next - now - 1), 0);
        EXPECT_EQ(next, now + 1) << "not before";
        EXPECT_EQ(service(1), 0);
    }
    EXPECT_THAT(delays, ElementsAre(100, 100, 200, 400, 500, 500, 500));
    EXPECT_EQ(sealane_port_error(port.get()), path + ": No such file or directory");
    listener = Socket(SOCK_STREAM, path);
    EXPECT_EQ(service(next - now), 1);
    peer = listener.accept();
    peer = Socket(-1);
    (void)receive_all(port);
    EXPECT_EQ(service(), 0);
    EXPECT_EQ(next, now + 100 * kMillisecond);
}

TEST_F(ClientStream, ItsDescriptorStaysReadableWhileFramesThatWereReadAreLeft) {
    for (std::uint8_t i = 0; i < 3; ++i) {
        peer.write(framed(frame(i)));
    }
    sealane_frame one;
    for (int left = 3; left > 0; --left) {
        EXPECT_TRUE(is_readable(port)) << left;
        EXPECT_EQ(sealane_port_receive(port.get(), &one, 1), 1);
    }
    EXPECT_FALSE(is_readable(port));
    EXPECT_EQ(sealane_port_receive(port.get(), &one, 1), 0);
}

TEST_F(ClientStream, ItsDescriptorIsReadableUntilServiceHasToldOfAnEndThatReceiveOrSendMet) {
    peer.write({0xff, 0xff, 0xff, 0xff});
    EXPECT_TRUE(is_readable(port));
    EXPECT_THAT(receive_all(port), IsEmpty());
    EXPECT_TRUE(is_readable(port)) << "nobody was told, and there is no deadline";
    EXPECT_EQ(service(), 0);
    EXPECT_FALSE(is_readable(port));
    EXPECT_EQ(service(100 * kMillisecond), 1);
    peer = listener.accept();
    peer = Socket(-1);
    (void)send(port, frame(1));
    EXPECT_TRUE(is_readable(port));
    EXPECT_EQ(service(), 0);
    EXPECT_FALSE(is_readable(port));
}

/// Frames that nobody has received, and then something to send to a switch that has gone.
TEST_F(ClientStream, FramesThatCameBeforeASwitchWentAreCountedWhenSendingMeetsItsEnd) {
    for (std::uint8_t i = 0; i < 5; ++i) {
        peer.write(framed(frame(i, 1000)));
    }
    sealane_frame one;
    ASSERT_EQ(sealane_port_receive(port.get(), &one, 1), 1);
    while (send(port, frame(7, 1000)) == 1) {
    }
    for (std::uint8_t i = 5; i < 9; ++i) {
        peer.write(framed(frame(i, 1000)));
    }
    peer.write({0, 0, 0, 60, 1, 2});
    peer = Socket(-1);
    EXPECT_EQ(service(), 0);
    EXPECT_EQ(stats(port).received_frames, 1U);
    EXPECT_EQ(stats(port).unreceived, 8U) << "four in the library, four in the kernel";
    EXPECT_EQ(stats(port).malformed, 0U);
    EXPECT_EQ(static_cast<const std::uint8_t*>(one.bytes)[999], 0) << "it is lent still";
}

TEST_F(ClientStream, ALengthThatNoFrameHasIsCountedThoughNobodyReceivedIt) {
    peer.write(framed(frame(1)));
    peer.write({0xff, 0xff, 0xff, 0xff});
    peer.write(framed(frame(2)));
    while (send(port, frame(7, 1000)) == 1) {
    }
    peer = Socket(-1);
    EXPECT_EQ(service(), 0);
    EXPECT_EQ(stats(port).unreceived, 1U);
    EXPECT_EQ(stats(port).malformed, 1U);
}

TEST_F(ClientStream, WhatWasReceivedBeforeAnEndIsNotUnreceived) {
    peer.write(framed(frame(1)));
    peer = Socket(-1);
    EXPECT_THAT(receive_all(port), ElementsAre(frame(1)));
    EXPECT_EQ(service(), 0);
    EXPECT_EQ(stats(port).unreceived, 0U);
}

TEST_F(ClientStream, NothingOfAConnectionIsLeftInTheNext) {
    peer.write({0, 0, 0, 60, 1, 2, 3});
    EXPECT_THAT(receive_all(port), IsEmpty());
    while (send(port, frame(7, 1000)) == 1) {
    }
    peer = Socket(-1);
    (void)receive_all(port);
    EXPECT_EQ(service(), 0);
    EXPECT_EQ(service(100 * kMillisecond), 1);
    peer = listener.accept();
    EXPECT_THAT(peer.read(), IsEmpty());
    peer.write(framed(frame(8)));
    EXPECT_THAT(receive_all(port), ElementsAre(frame(8)));
}

}  // namespace
}  // namespace sealane::test
