// Clients that come and go, as the log tells it.
#include "control/runtime/peer_watch.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace sealane::runtime {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::ElementsAre;
using testing::IsEmpty;

PeerReport absent(std::uint64_t came, const std::string& why = "") {
    return {.adapter = "lpar1/ent0",
            .came = came,
            .became_ready = came,
            .why_gone = why,
            .detail = "listening at s"};
}

PeerReport ready(std::uint64_t came, std::uint64_t became_ready) {
    return {.adapter = "lpar1/ent0",
            .connected = true,
            .ready = true,
            .came = came,
            .became_ready = became_ready,
            .detail = "peer at s"};
}

PeerReport connected(std::uint64_t came, std::uint64_t became_ready) {
    PeerReport peer = ready(came, became_ready);
    peer.ready = false;
    return peer;
}

TEST(TellChange, NothingIsNoLine) {
    EXPECT_EQ(tell_change({}, absent(0)), "");
    EXPECT_EQ(tell_change(ready(1, 1), ready(1, 1)), "");
    EXPECT_EQ(tell_change(absent(3, "it died"), absent(3, "it died")), "");
}

TEST(TellChange, APeerThatComesAndGoes) {
    EXPECT_EQ(tell_change({}, ready(1, 1)), "a peer has connected and is ready");
    EXPECT_EQ(tell_change(ready(1, 1), absent(1, "it died")), "its peer has gone (it died)");
    EXPECT_EQ(tell_change(ready(1, 1), absent(1)), "its peer has gone");
    PeerReport explained = absent(1, "it died");
    explained.detail += ": it died";
    EXPECT_EQ(tell_change(ready(1, 1), explained), "its peer has gone");
}

TEST(TellChange, BecomingReadyTakesAGuestItsTime) {
    EXPECT_EQ(tell_change({}, connected(1, 0)), "a peer has connected, and is not ready yet");
    EXPECT_EQ(tell_change(connected(1, 0), ready(1, 1)), "its peer is ready");
    EXPECT_EQ(tell_change(ready(1, 1), connected(1, 1)), "its peer is not ready any more");
    EXPECT_EQ(tell_change(ready(1, 1), ready(1, 2)), "its peer has started anew");
}

TEST(TellChange, WhatHappenedBetweenTwoLooksIsSummedUp) {
    EXPECT_EQ(tell_change(absent(0), absent(1, "it died")), "a peer came and went (it died)");
    EXPECT_EQ(tell_change(absent(0), absent(7, "it died")), "7 peers came and went (it died)");
    EXPECT_EQ(tell_change(ready(1, 1), ready(2, 2)),
              "its peer has gone, a peer has connected and is ready");
    PeerReport busy = ready(1, 1);
    busy.refused = 2;
    EXPECT_EQ(tell_change(ready(1, 1), busy), "2 turned away, since one is connected");
}

TEST(PeerWatch, NamesTheAdapterWhatHappenedAndHowItIsNow) {
    PeerWatch watch;
    EXPECT_THAT(watch.look({absent(0)}, Instant(seconds(1))), IsEmpty());
    EXPECT_THAT(watch.look({ready(1, 1)}, Instant(seconds(2))),
                ElementsAre("lpar1/ent0: a peer has connected and is ready; peer at s"));
    EXPECT_THAT(watch.look({ready(1, 1)}, Instant(seconds(3))), IsEmpty());
}

TEST(PeerWatch, AFlappingPeerGetsALineEveryTenSecondsAndNothingIsLost) {
    PeerWatch watch;
    Instant now(seconds(1000));
    std::uint64_t came = 0;
    std::size_t lines = 0;
    for (; came < 4'000; now += milliseconds(250)) {  // 1000 s
        lines += watch.look({absent(++came, "it died")}, now).size();
    }
    EXPECT_EQ(lines, 5U + 100U);
    // The last change is told in the end, with all that was not.
    std::vector<std::string> last;
    const Instant end = now + PeerWatch::kBetweenLines;
    for (; last.empty() && now <= end; now += milliseconds(250)) {
        last = watch.look({absent(came, "it died")}, now);
    }
    ASSERT_EQ(last.size(), 1U);
    EXPECT_THAT(last[0], testing::HasSubstr(" peers came and went (it died)"));
}

TEST(PeerWatch, AFlappingPeerDoesNotSilenceAnother) {
    PeerWatch watch;
    const Instant now(seconds(1000));
    for (std::uint64_t came = 1; came < 100; ++came) {
        [[maybe_unused]] const auto lines =
            watch.look({absent(came)}, now);  // it has had its lines
    }
    PeerReport other = ready(1, 1);
    other.adapter = "lpar2/ent0";
    EXPECT_THAT(watch.look({absent(100), other}, now),
                ElementsAre("lpar2/ent0: a peer has connected and is ready; peer at s"));
}

TEST(PeerWatch, AnAdapterThatWasRemovedAndCameByTheSameNameIsAnother) {
    const auto line = ElementsAre("lpar1/ent0: a peer has connected and is ready; peer at s");
    PeerWatch watch;
    ASSERT_THAT(watch.look({ready(3, 3)}, Instant(seconds(1))), testing::SizeIs(1));
    EXPECT_THAT(watch.look({ready(1, 1)}, Instant(seconds(2))), line) << "between two looks";
    EXPECT_THAT(watch.look({}, Instant(seconds(3))), IsEmpty());
    EXPECT_THAT(watch.look({ready(1, 1)}, Instant(seconds(4))), line);
}

}  // namespace
}  // namespace sealane::runtime
