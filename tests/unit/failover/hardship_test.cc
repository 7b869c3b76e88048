// Pairs that have it hard for long: what must not move does not, and what moves does so once.
#include <algorithm>
#include <tuple>

#include <gtest/gtest.h>

#include "tests/unit/failover/agents.h"

namespace sealane::failover {
namespace {

/// Both have found each other, and the better one bridges.
class HardTimes : public testing::Test {
  protected:
    void SetUp() override {
        pair.start(0, 11);
        pair.start(1, 22);
        pair.run(3s);
        ASSERT_EQ(pair.active(0), ha::TrunkSet::first(2));
    }
    /// How often either has begun to bridge, or stopped.
    [[nodiscard]] std::size_t slot_changes() {
        std::size_t changes = 0;
        for (std::size_t i : {0, 1}) {
            changes += static_cast<std::size_t>(std::ranges::count(
                pair.side(i).notes, "slot", [](const Note& note) { return note.kind; }));
        }
        return changes;
    }
    /// One of them gets a processor for `runs` of each `period` only.
    void starve(std::size_t i, Duration runs, Duration period, Duration time) {
        for (Duration done{}; done < time; done += period) {
            pair.side(i).hangs = false;
            pair.run(runs);
            pair.side(i).hangs = true;
            pair.run(period - runs);
        }
        pair.side(i).hangs = false;
    }

    Agents pair;
};

class LossyChannel : public HardTimes, public testing::WithParamInterface<std::tuple<int, bool>> {};

TEST_P(LossyChannel, H21_MovesNothingInTenMinutes) {
    const auto [percent, in_bursts] = GetParam();
    const double loss = percent / 100.0;
    // Bursts of ten messages in the mean.
    const Impairment bad =
        in_bursts ? Impairment{.burst_begin = 0.1 * loss / (1 - loss), .burst_end = 0.1}
                  : Impairment{.loss = loss};
    for (wire::BadWire& way : pair.channel) {
        way.change(bad);
    }
    const std::size_t before = slot_changes();
    pair.run(10min);
    std::uint64_t lost = 0;
    for (const wire::BadWire& way : pair.channel) {
        lost += way.count(in_bursts ? wire::WireEvent::LostInBurst : wire::WireEvent::Lost);
    }
    EXPECT_GT(static_cast<double>(lost), 0.6 * loss * 2 * 600 * 4) << "too little was lost";
    EXPECT_EQ(slot_changes(), before);
    EXPECT_EQ(pair.active(0), ha::TrunkSet::first(2));
}

INSTANTIATE_TEST_SUITE_P(Rates,
                         LossyChannel,
                         testing::Combine(testing::Values(10, 30, 50, 80), testing::Bool()),
                         [](const auto& of) {
                             return "Of" + std::to_string(std::get<0>(of.param)) + "Percent" +
                                    (std::get<1>(of.param) ? "InBursts" : "");
                         });

TEST_F(HardTimes, H16_StarvedForLessThanItsLeaseItKeepsItsSlots) {
    const std::size_t before = slot_changes();
    starve(0, 5ms, kLease, 1min);
    EXPECT_EQ(slot_changes(), before);
    EXPECT_EQ(pair.active(0), ha::TrunkSet::first(2));
}

TEST_F(HardTimes, H16_StarvedForLongerItLosesThemOnceAndDoesNotTakeThemBackUntilItIsFed) {
    const std::size_t before = slot_changes();
    starve(0, 10ms, 2 * kLease, 1min);
    EXPECT_EQ(pair.active(1), ha::TrunkSet::first(2));
    EXPECT_EQ(slot_changes(), before + 4) << "two slots left one and came to the other";
    pair.run(10s);
    EXPECT_EQ(pair.active(0), ha::TrunkSet::first(2));
    EXPECT_EQ(slot_changes(), before + 8);
}

TEST_F(HardTimes, H47_VlansThatChangeInATakeOverAreToldByBothAndOneOfThemBridges) {
    pair.kill(0);
    pair.vlan_digests = {6, 5};  // a VLAN more
    pair.start(0, 12);
    pair.run(10s);
    for (std::size_t i : {0, 1}) {
        EXPECT_TRUE(std::ranges::any_of(pair.side(i).notes, [](const Note& note) {
            return note.kind == "alarm" && note.what == "other_vlans";
        })) << i;
    }
    EXPECT_EQ(pair.active(0), ha::TrunkSet::first(2)) << "the better one, as before";
    EXPECT_EQ(pair.active(1), ha::TrunkSet{});
    pair.vlan_digests = {6, 6};
    pair.kill(1);
    pair.start(1, 23);
    pair.run(10s);
    EXPECT_TRUE(std::ranges::any_of(pair.side(0).notes, [](const Note& note) {
        return note.kind == "alarm_over" && note.what == "other_vlans";
    }));
}

}  // namespace
}  // namespace sealane::failover
