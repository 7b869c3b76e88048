#include "dataplane/base/counters.h"

#include <memory>

#include <gtest/gtest.h>

namespace sealane {
namespace {

TEST(Counters, AreZeroAtFirst) {
    const auto counters = std::make_unique<AdapterCounters>();
    AdapterTotals totals;
    totals.add(*counters);
    EXPECT_EQ(totals, AdapterTotals{});
}

TEST(Counters, OfSeveralWorkersAddUp) {
    const auto first = std::make_unique<AdapterCounters>();
    const auto second = std::make_unique<AdapterCounters>();
    for (AdapterCounters* worker : {first.get(), second.get()}) {
        worker->rx_frames.add(10);
        worker->rx_bytes.add(640);
        worker->admitted.add(7);
        worker->copies.add(3);
        worker->merged.add(2);
        worker->offered.add(5);
        worker->tx_frames.add(4);
        worker->tx_bytes.add(256);
        worker->drop(Direction::In, Drop::Runt, 2);
        worker->drop(Direction::In, Drop::IngressVlan);
        worker->drop(Direction::Out, Drop::QueueFull);
    }
    AdapterTotals totals;
    totals.add(*first);
    totals.add(*second);
    EXPECT_EQ(totals.rx_frames, 20U);
    EXPECT_EQ(totals.rx_bytes, 1280U);
    EXPECT_EQ(totals.admitted, 14U);
    EXPECT_EQ(totals.copies, 6U);
    EXPECT_EQ(totals.merged, 4U);
    EXPECT_EQ(totals.offered, 10U);
    EXPECT_EQ(totals.tx_frames, 8U);
    EXPECT_EQ(totals.tx_bytes, 512U);
    EXPECT_EQ(totals.dropped(Direction::In), 6U);
    EXPECT_EQ(totals.dropped(Direction::In, Drop::Runt), 4U);
    EXPECT_EQ(totals.dropped(Direction::Between), 0U);
    EXPECT_EQ(totals.dropped(Direction::Out, Drop::QueueFull), 2U);

    AdapterTotals twice = totals;
    twice.add(totals);
    EXPECT_EQ(twice.rx_frames, 40U);
    EXPECT_EQ(twice.dropped(Direction::In, Drop::Runt), 8U);
    EXPECT_EQ(twice.tx_bytes, 1024U);
}

TEST(Counters, EveryReasonInEveryDirectionIsCountedByItself) {
    const auto counters = std::make_unique<AdapterCounters>();
    std::uint64_t amount = 0;
    for (std::size_t direction = 0; direction < kDirectionCount; ++direction) {
        for (std::size_t why = 0; why < kDropCount; ++why) {
            counters->drop(static_cast<Direction>(direction), static_cast<Drop>(why), ++amount);
        }
    }
    AdapterTotals totals;
    totals.add(*counters);
    amount = 0;
    for (std::size_t direction = 0; direction < kDirectionCount; ++direction) {
        for (std::size_t why = 0; why < kDropCount; ++why) {
            EXPECT_EQ(totals.dropped(static_cast<Direction>(direction), static_cast<Drop>(why)),
                      ++amount);
        }
    }
}

TEST(CountersLaw, InwardHoldsWhenReceivedIsAdmittedPlusDropped) {
    AdapterTotals adapter{.rx_frames = 5, .admitted = 3};
    adapter.drops[0][static_cast<std::size_t>(Drop::Runt)] = 2;
    EXPECT_TRUE(inward_law_holds(adapter));
    ++adapter.rx_frames;
    EXPECT_FALSE(inward_law_holds(adapter));
}

TEST(CountersLaw, OutwardHoldsWhenOfferedIsSentPlusDroppedPlusQueued) {
    AdapterTotals adapter{.offered = 9, .tx_frames = 6};
    adapter.drops[2][static_cast<std::size_t>(Drop::PortDown)] = 1;
    EXPECT_TRUE(outward_law_holds(adapter, 2));
    EXPECT_FALSE(outward_law_holds(adapter, 1));
    EXPECT_FALSE(outward_law_holds(adapter, 3));
}

TEST(CountersLaw, WholeHoldsWhenAdmittedPlusCopiesIsOfferedPlusMergedPlusDroppedBetween) {
    AdapterTotals sum{.admitted = 12, .copies = 4, .merged = 2, .offered = 11};
    sum.drops[1][static_cast<std::size_t>(Drop::NoDestination)] = 3;
    EXPECT_TRUE(whole_law_holds(sum));
    ++sum.copies;
    EXPECT_FALSE(whole_law_holds(sum));
    ++sum.merged;
    EXPECT_TRUE(whole_law_holds(sum));
}

TEST(CountersLaw, ADropInOneDirectionDoesNotBalanceAnother) {
    AdapterTotals adapter{.rx_frames = 1};
    adapter.drops[2][static_cast<std::size_t>(Drop::QueueFull)] = 1;
    EXPECT_FALSE(inward_law_holds(adapter));
}

}  // namespace
}  // namespace sealane
