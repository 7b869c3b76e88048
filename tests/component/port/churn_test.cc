// Who comes and goes a thousand times leaves nothing behind, and of two at once one is served.
#include <chrono>
#include <thread>

#include "dataplane/port/ring_port.h"
#include "dataplane/port/stream_port.h"
#include "dataplane/port/stream_socket.h"
#include "tests/component/port/census.h"
#include "tests/component/port/driven_test.h"
#include "tests/component/port/stream_peer.h"

namespace sealane::test {
namespace {

constexpr int kCycles = 1000;
constexpr int kFirst = 20;  ///< Whatever is made once for all is made by then.

class Churn : public DrivenTest {
  protected:
    /// P11: `cycle` a thousand times.
    template <typename Cycle>
    void expect_nothing_left(Cycle&& cycle) {
        Census before;
        for (int i = 0; i < kFirst + kCycles; ++i) {
            if (i == kFirst) before = Census::take();
            cycle(i);
            ASSERT_FALSE(HasFailure()) << "in cycle " << i;
        }
        // The library's thread is a little behind.
        EXPECT_TRUE(soon([&] { return Census::take().is_like(before); }))
            << Census::take() << "; before: " << before;
        EXPECT_EQ(pools().in_use(), 0U);
    }
};

TEST_F(Churn, P11ThousandRingsLeaveNothingBehind) {
    expect_nothing_left([&](int i) {
        Result<std::unique_ptr<port::RingPair>> made = port::RingPair::make(64, i % 2 == 0);
        ASSERT_TRUE(made.ok()) << made.error().text;
        port::RingPair& ring = *made.value();
        send_to(ring.near(), {frame_of(60, 1), frame_of(5000, 2)});
        EXPECT_EQ(receive_from(ring.far(), 1).size(), 1U);  // the other goes with the ring
    });
}

TEST_F(Churn, P11ThousandStreamsLeaveNothingBehind) {
    std::unique_ptr<port::QemuStreamPort> stream;
    expect_nothing_left([&](int i) {
        if (i % 10 == 0) {
            stream.reset();
            auto opened =
                port::QemuStreamPort::open({.name = "lpar1/ent0", .path = path()}, pools());
            ASSERT_TRUE(opened.ok()) << opened.error().text;
            stream = std::move(opened).value();
        }
        StreamPeer peer = StreamPeer::connect(path());
        service(*stream);
        ASSERT_TRUE(stream->state().up);
        peer.write(on_stream(frame_of(60, 1)));
        peer.write(with_length(100, frame_of(60, 2)));  // which never ends
        stream->awake();
        EXPECT_EQ(receive_from(*stream).size(), 1U);
        send_to(*stream, std::vector<Bytes>(40, frame_of(5000)));  // more than it reads
        peer.close();
        for (int turn = 0; turn < 5 && stream->state().up; ++turn) {
            pass(std::chrono::seconds(1));
            service(*stream);
            stream->awake();
            receive_from(*stream);
        }
        EXPECT_FALSE(stream->state().up);
    });
    expect_laws(*stream);
}

TEST_F(Churn, P11ThousandGuestsLeaveNothingBehind) {
    expect_nothing_left([&](int i) {
        // The library takes up to a second to close a port that nobody disturbs.
        if (i % 250 == 0) open(serving());
        {
            const auto peer = driver({.regions = 1U + static_cast<unsigned>(i % 8)});
            peer->give_buffers();
            exchange(*peer);
            EXPECT_TRUE(i % 2 == 0 || peer->stop_rings());
            peer->send(frame_of(2000));  // unread when it goes
            if (i % 500 == 249) return close();
        }
        EXPECT_TRUE(soon([&] { return !port().state().up; }));
        if (i % 500 == 499) close();
    });
}

TEST_F(Churn, P05PortThatGoesAmidAConnectionTakesNobodyAlong) {
    expect_nothing_left([&](int i) {
        open(serving());
        std::thread guest([&] { const VhostDriver peer({.path = path()}); });
        const auto until = std::chrono::steady_clock::now() + std::chrono::microseconds(i);
        while (std::chrono::steady_clock::now() < until) {
            receive_from(port());
        }
        close();
        guest.join();
    });
}

// P09, as when a guest moves: the new one is there before the old one has gone.
TEST_F(Churn, P09OfTwoGuestsTheLastIsServedAndNeverBoth) {
    open(serving());
    auto old = driver();
    old->give_buffers();
    exchange(*old);

    const auto fresh = driver();
    fresh->give_buffers();
    ASSERT_TRUE(soon([&] {
        fresh->send(frame_of(60, 3));
        return !take(1).empty();
    }));
    take(VhostDriver::kRing);
    for (int i = 0; i < 10; ++i) {
        EXPECT_TRUE(old->send(frame_of(60, 4)));
        EXPECT_TRUE(take(1).empty()) << "both are served";
        exchange(*fresh);
        EXPECT_TRUE(old->received().empty());
    }
    old.reset();
    for (int i = 0; i < 100; ++i) {
        exchange(*fresh);
        ASSERT_TRUE(port().state().up);
    }
}

TEST_F(Churn, P09WhoOnlyConnectsTakesNothingFromTheGuest) {
    open(serving());
    const auto peer = driver();
    peer->give_buffers();
    for (int i = 0; i < 20; ++i) {
        const Descriptor stranger = port::connect_to(path());
        EXPECT_TRUE(stranger.is_open());
        for (int n = 0; n < 20; ++n) {
            exchange(*peer);
        }
    }
    EXPECT_TRUE(peer->stop_rings());
    EXPECT_TRUE(soon([&] { return !port().state().up; }));
}

}  // namespace
}  // namespace sealane::test
