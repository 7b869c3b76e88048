// A ring behind a bad wire: what happens to frames is counted, and the laws hold of it.
#include "dataplane/port/impaired_port.h"

#include <algorithm>
#include <memory>

#include "dataplane/port/ring_port.h"
#include "tests/component/port/port_test.h"
#include "tests/support/mbufs.h"

namespace sealane::test {
namespace {

using std::chrono::milliseconds;
using wire::WireEvent;

/// What the port under test reads as its clock, which is a plain function.
// NOLINTNEXTLINE(cppcoreguidelines-avoid-non-const-global-variables): it can be given no state.
Instant clock_now{};

class ImpairedPort : public PortTest {
  protected:
    void SetUp() override {
        PortTest::SetUp();
        Result<std::unique_ptr<port::RingPair>> made = port::RingPair::make(1024, false);
        ASSERT_TRUE(made.ok());
        ring_ = std::move(made).value();
    }
    void TearDown() override {
        if (port_) expect_laws(*port_);
        port_.reset();
        ring_.reset();
        PortTest::TearDown();
    }
    void impair(const Impairments& impairments) {
        clock_now = now();
        port_ = std::make_unique<port::ImpairedPort>(
            ring_->near(), pools().frames.get(), port::ImpairedPort::Settings{impairments, 7, [] {
                                                                                  return clock_now;
                                                                              }});
    }
    void let_pass(Duration time) {
        pass(time);
        clock_now = now();
        service(*port_);
    }
    /// From the switch to the peer: what has come there.
    std::vector<Bytes> outward(const std::vector<Bytes>& frames) {
        send_to(*port_, frames);
        return at_peer();
    }
    std::vector<Bytes> at_peer() { return peer_.receive_from(ring_->far(), 1000); }
    /// From the peer to the switch.
    std::vector<Bytes> inward(const std::vector<Bytes>& frames) {
        peer_.give(ring_->far(), frames, pools());
        return receive_all();
    }
    std::vector<Bytes> receive_all() {
        std::vector<Bytes> all;
        for (int i = 0; i < 20; ++i) {
            for (Bytes& frame : receive_from(*port_)) {
                all.push_back(std::move(frame));
            }
        }
        return all;
    }
    [[nodiscard]] std::uint64_t events(Direction direction, WireEvent event) const {
        return port_->count(direction, event);
    }
    static std::vector<Bytes> hundred() {
        std::vector<Bytes> frames;
        for (std::uint8_t i = 0; i < 100; ++i) {
            frames.push_back(frame_of(60U + i, i));
        }
        return frames;
    }

    std::unique_ptr<port::ImpairedPort> port_;

  private:
    /// The other end, with counters of its own.
    struct Peer {
        AdapterCounters counters;
        port::Tally tally{counters};

        std::vector<Bytes> receive_from(port::Port& end, std::size_t most) {
            std::vector<Bytes> received;
            rte_mbuf* frame = nullptr;
            while (received.size() < most && end.receive(&frame, 1, tally) == 1) {
                received.push_back(bytes_of(frame));
                rte_pktmbuf_free(frame);
            }
            return received;
        }
        void give(port::Port& end, const std::vector<Bytes>& frames, const port::Pools& pools) {
            for (const Bytes& bytes : frames) {
                rte_mbuf* frame = make_frame(pools.frames.get(), bytes);
                ASSERT_NE(frame, nullptr);
                end.send(&frame, 1, tally);
            }
        }
    };
    Peer peer_;
    std::unique_ptr<port::RingPair> ring_;
};

TEST_F(ImpairedPort, WithoutImpairmentsFramesPassAsTheyAre) {
    impair({});
    EXPECT_EQ(outward(hundred()), hundred());
    EXPECT_EQ(inward(hundred()), hundred());
    EXPECT_TRUE(port_->state().up);
    EXPECT_EQ(port_->state().detail.find("impaired"), std::string::npos);
}

TEST_F(ImpairedPort, LostFramesAreCountedWhereTheyWereLost) {
    impair({.in = {.loss = 0.3}, .out = {.loss = 0.5}});
    const std::size_t out = outward(hundred()).size();
    EXPECT_EQ(out + dropped(Direction::Out, Drop::Impaired), 100U);
    EXPECT_EQ(dropped(Direction::Out, Drop::Impaired), events(Direction::Out, WireEvent::Lost));
    EXPECT_GT(out, 20U);
    EXPECT_LT(out, 80U);

    const std::size_t in = inward(hundred()).size();
    EXPECT_EQ(in + dropped(Direction::In, Drop::Impaired), 100U);
    EXPECT_EQ(dropped(Direction::In, Drop::Impaired), events(Direction::In, WireEvent::Lost));
    EXPECT_EQ(totals().rx_frames, 100U);
    EXPECT_LT(in, 95U);
}

TEST_F(ImpairedPort, ABlackHoleLosesAllAndLooksWell) {
    impair({.in = {.black_hole = true}, .out = {.black_hole = true}});
    EXPECT_TRUE(outward(hundred()).empty());
    EXPECT_TRUE(inward(hundred()).empty());
    EXPECT_TRUE(port_->state().up);
    EXPECT_EQ(events(Direction::Out, WireEvent::LostInHole), 100U);
    EXPECT_EQ(dropped(Direction::In, Drop::Impaired), 100U);
}

TEST_F(ImpairedPort, DelayedFramesArePendingAndComeInOrderWhenTheirTimeHasCome) {
    impair({.in = {.delay = milliseconds{5}}, .out = {.delay = milliseconds{10}}});
    EXPECT_TRUE(outward(hundred()).empty());
    EXPECT_EQ(port_->state().pending, 100U);
    expect_laws(*port_);
    EXPECT_FALSE(port_->prepare_to_sleep());
    EXPECT_TRUE(inward(hundred()).empty());

    let_pass(milliseconds{5} - Duration{1});
    EXPECT_TRUE(receive_all().empty());
    let_pass(Duration{1});
    EXPECT_EQ(receive_all(), hundred());
    EXPECT_TRUE(at_peer().empty());
    let_pass(milliseconds{5});
    EXPECT_EQ(at_peer(), hundred());
    EXPECT_EQ(port_->state().pending, 0U);
    EXPECT_TRUE(port_->prepare_to_sleep());
    port_->awake();
}

TEST_F(ImpairedPort, DoubledFramesComeTwiceAndTheSecondIsACopyThatWasOffered) {
    impair({.in = {.duplicate = 1}, .out = {.duplicate = 1}});
    std::vector<Bytes> twice;
    for (const Bytes& frame : hundred()) {
        twice.insert(twice.end(), 2, frame);
    }
    EXPECT_EQ(outward(hundred()), twice);
    EXPECT_EQ(totals().offered, 200U);
    EXPECT_EQ(totals().copies, 100U);
    EXPECT_EQ(inward(hundred()), twice);
    EXPECT_EQ(totals().rx_frames, 200U);
}

TEST_F(ImpairedPort, ASpoiltFrameDiffersInOneBitAndWhoElseHasItSeesNothing) {
    impair({.out = {.corrupt = 1}});
    rte_mbuf* const shared = make_frame(pools().frames.get(), frame_of(200));
    rte_mbuf* frame = rte_pktmbuf_clone(shared, pools().frames.get());
    ASSERT_NE(frame, nullptr);
    tally().offered(1);
    port_->send(&frame, 1, tally());

    const std::vector<Bytes> came = at_peer();
    ASSERT_EQ(came.size(), 1U);
    ASSERT_EQ(came[0].size(), 200U);
    int bits = 0;
    const Bytes sent = frame_of(200);
    for (std::size_t i = 0; i < 200; ++i) {
        bits += __builtin_popcount(static_cast<unsigned>(came[0][i] ^ sent[i]));
    }
    EXPECT_EQ(bits, 1);
    EXPECT_EQ(bytes_of(shared), sent);
    rte_pktmbuf_free(shared);
}

TEST_F(ImpairedPort, ReorderedFramesComeAfterThoseSentBehindThem) {
    impair({.out = {.reorder = 0.2, .reorder_by = milliseconds{1}}});
    std::vector<Bytes> came = outward(hundred());
    const std::size_t at_once = came.size();
    EXPECT_LT(at_once, 100U);
    let_pass(milliseconds{1});
    for (Bytes& late : at_peer()) {
        came.push_back(std::move(late));
    }
    EXPECT_EQ(came.size() - at_once, events(Direction::Out, WireEvent::Reordered));
    EXPECT_NE(came, hundred());
    std::sort(came.begin(), came.end(), [](const Bytes& a, const Bytes& b) {
        return a.size() < b.size();
    });
    EXPECT_EQ(came, hundred());
}

TEST_F(ImpairedPort, WhatIsUnpluggedIsDownAndDropsWhatComesAndWhatIsUnderWay) {
    impair({.out = {.delay = milliseconds{10}}});
    EXPECT_TRUE(outward(hundred()).empty());
    port_->change({.out = {.delay = milliseconds{10}}, .link_down = true});
    EXPECT_TRUE(port_->state().up);  // until it is served
    let_pass(milliseconds{1});
    EXPECT_FALSE(port_->state().up);
    EXPECT_FALSE(port_->is_up());
    EXPECT_NE(port_->state().detail.find("unplugged"), std::string::npos);
    EXPECT_EQ(dropped(Direction::Out, Drop::PortDown), 100U);
    EXPECT_TRUE(outward(hundred()).empty());
    EXPECT_TRUE(inward(hundred()).empty());
    EXPECT_EQ(dropped(Direction::Out, Drop::PortDown), 200U);
    EXPECT_EQ(dropped(Direction::In, Drop::PortDown), 100U);

    port_->change({});
    let_pass(milliseconds{1});
    EXPECT_TRUE(port_->state().up);
    EXPECT_EQ(outward(hundred()), hundred());
}

TEST_F(ImpairedPort, MoreThanItHoldsIsLost) {
    make_pools(2 * port::ImpairedPort::kMostHeld);
    impair({.out = {.delay = milliseconds{10}}});
    const std::vector<Bytes> frames(port::ImpairedPort::kMostHeld + 5, frame_of(60));
    EXPECT_TRUE(outward(frames).empty());
    EXPECT_EQ(port_->state().pending, port::ImpairedPort::kMostHeld);
    EXPECT_EQ(dropped(Direction::Out, Drop::Impaired), 5U);
}

TEST_F(ImpairedPort, WhatIsUnderWayAtTheEndGoesBackToItsPool) {
    impair({.in = {.delay = milliseconds{10}}, .out = {.delay = milliseconds{10}}});
    EXPECT_TRUE(outward(hundred()).empty());
    EXPECT_TRUE(inward(hundred()).empty());
    EXPECT_GE(pools().in_use(), 200U);
}

}  // namespace
}  // namespace sealane::test
