// A link that goes on purpose comes back, and is nobody's fault meanwhile.
#include "control/failover/adapter_reset.h"

#include <gtest/gtest.h>

namespace sealane::failover {
namespace {

using namespace std::chrono_literals;

constexpr Instant kStoodBack{1h};
constexpr Instant kGone = kStoodBack + kResetAfter;
constexpr Instant kBack = kGone + kResetFor;

/// The link has just been taken down.
AdapterReset away() {
    AdapterReset reset;
    reset.begin(kStoodBack);
    EXPECT_EQ(reset.take(false, kGone), LinkDeed::TakeDown);
    EXPECT_EQ(reset.take(false, kGone), LinkDeed::Leave);
    return reset;
}

TEST(AdapterReset, NothingHappensUnlessItHasStoodBack) {
    AdapterReset reset;
    EXPECT_EQ(reset.next(), Instant::max());
    EXPECT_EQ(reset.take(false, kBack), LinkDeed::Leave);
    EXPECT_FALSE(reset.hides(false, kBack));
}

TEST(AdapterReset, TheLinkGoesWhenTheHandOverIsOverAndComesBackAfterItsTime) {
    AdapterReset reset;
    reset.begin(kStoodBack);
    EXPECT_EQ(reset.next(), kGone);
    EXPECT_EQ(reset.take(false, kGone - 1ns), LinkDeed::Leave);
    EXPECT_FALSE(reset.hides(false, kGone - 1ns)) << "who else took it?";
    EXPECT_EQ(reset.take(false, kGone), LinkDeed::TakeDown);
    EXPECT_EQ(reset.take(false, kGone), LinkDeed::Leave);
    EXPECT_EQ(reset.next(), kBack);
    EXPECT_TRUE(reset.is_down());
    EXPECT_TRUE(reset.hides(false, kGone));
    EXPECT_TRUE(reset.hides(true, kGone)) << "nobody has looked since";
    EXPECT_EQ(reset.take(false, kBack - 1ns), LinkDeed::Leave);
    EXPECT_EQ(reset.take(false, kBack), LinkDeed::BringUp);
    EXPECT_FALSE(reset.is_down());
}

TEST(AdapterReset, ALinkThatTakesLongToGoIsAwayForItsTimeNevertheless) {
    AdapterReset reset;
    reset.begin(kStoodBack);
    ASSERT_EQ(reset.take(false, kGone), LinkDeed::TakeDown);
    EXPECT_LE(reset.next(), kGone) << "it is to be looked at again";
    EXPECT_EQ(reset.take(false, kGone + 1s), LinkDeed::Leave);
    EXPECT_EQ(reset.take(false, kGone + 1s + kResetFor - 1ns), LinkDeed::Leave);
    EXPECT_EQ(reset.take(false, kGone + 1s + kResetFor), LinkDeed::BringUp);
}

TEST(AdapterReset, ALinkThatIsBackIsLookedAtAgain) {
    AdapterReset reset = away();
    ASSERT_EQ(reset.take(false, kBack), LinkDeed::BringUp);
    EXPECT_TRUE(reset.hides(false, kBack + 1ms));
    EXPECT_FALSE(reset.hides(true, kBack + 2ms));
    EXPECT_FALSE(reset.hides(false, kBack + 3ms)) << "that is a fault";
    EXPECT_EQ(reset.next(), Instant::max());
}

TEST(AdapterReset, ALinkThatDoesNotComeBackIsAFaultAfterASecond) {
    AdapterReset reset = away();
    ASSERT_EQ(reset.take(false, kBack), LinkDeed::BringUp);
    EXPECT_TRUE(reset.hides(false, kBack + kComesBack - 1ns));
    EXPECT_FALSE(reset.hides(false, kBack + kComesBack));
}

TEST(AdapterReset, WhoBridgesAgainKeepsItsLink) {
    AdapterReset reset;
    reset.begin(kStoodBack);
    EXPECT_EQ(reset.take(true, kStoodBack + 1ms), LinkDeed::Leave);
    EXPECT_EQ(reset.take(false, kBack), LinkDeed::Leave);
}

TEST(AdapterReset, WhoBridgesAgainGetsItsLinkBackAtOnce) {
    AdapterReset reset = away();
    EXPECT_EQ(reset.take(true, kGone + 1ms), LinkDeed::BringUp);
    EXPECT_FALSE(reset.is_down());
}

TEST(AdapterReset, StandingBackAgainWhileTheLinkIsAwayDoesNotKeepItAway) {
    AdapterReset reset = away();
    reset.begin(kGone + 50ms);
    EXPECT_EQ(reset.take(false, kBack), LinkDeed::BringUp);
}

TEST(AdapterReset, ALinkThatCannotBeTakenIsWatchedAsBefore) {
    AdapterReset reset = away();
    reset.give_up();
    EXPECT_FALSE(reset.hides(false, kGone));
    EXPECT_EQ(reset.take(false, kBack), LinkDeed::Leave);
}

}  // namespace
}  // namespace sealane::failover
