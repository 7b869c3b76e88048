// What `sealane events` tells of a group that is not as it should be, and why.
#include <algorithm>

#include <gtest/gtest.h>

#include "tests/unit/failover/agents.h"

namespace sealane::failover {
namespace {

class GroupAlarms : public testing::Test {
  protected:
    void start_both() {
        pair.start(0, 11);
        pair.start(1, 22);
        pair.run(3s);
    }
    /// How often the SEA told exactly this.
    [[nodiscard]] auto told(std::size_t i, const std::string& what, const std::string& cause) {
        return std::ranges::count_if(pair.side(i).notes, [&](const Note& note) {
            return note.kind.starts_with("alarm") && note.what == what && note.cause == cause;
        });
    }
    /// All that was said lately, to one of the two once more.
    void reflect_to(std::size_t i) {
        pair.seen.clear();
        pair.run(1s);
        const auto lately = pair.seen;
        for (const auto& frame : lately)
            pair.side(i).agent->hear(frame, pair.now, 77);
    }

    Agents pair;
};

TEST_F(GroupAlarms, AHealthyPairRaisesNoneThatStands) {
    start_both();
    for (std::size_t i : {0, 1}) {
        EXPECT_EQ(told(i, "same_priority", "the partner has the same trunk priority"), 0);
        EXPECT_EQ(told(i, "other_vlans", "the partner's trunk adapters carry other VLANs"), 0);
    }
}

TEST_F(GroupAlarms, H17_AnUnknownPartnerIsToldAndThatItIsBack) {
    start_both();
    pair.cut = true;
    pair.run(5s);
    EXPECT_EQ(told(0, "partner_unknown", "nothing is heard of a partner on the control channel"),
              1);
    pair.cut = false;
    pair.run(5s);
    EXPECT_EQ(told(0, "partner_unknown", "a partner is heard on the control channel"), 1);
}

TEST_F(GroupAlarms, H29_TwoNodesOnOnePriorityAreToldByBoth) {
    pair.priorities = {1, 1};
    start_both();
    for (std::size_t i : {0, 1}) {
        EXPECT_EQ(told(i, "same_priority", "the partner has the same trunk priority"), 1) << i;
    }
    EXPECT_EQ(pair.active(0), ha::TrunkSet::first(2)) << "the lower node id is the better one";
}

TEST_F(GroupAlarms, H31_OtherVlansAreToldByBothAndFailoverGoesOn) {
    pair.vlan_digests = {5, 6};
    start_both();
    for (std::size_t i : {0, 1}) {
        EXPECT_EQ(told(i, "other_vlans", "the partner's trunk adapters carry other VLANs"), 1) << i;
    }
    pair.kill(0);
    EXPECT_EQ(pair.active(1), ha::TrunkSet::first(2));
}

TEST_F(GroupAlarms, H32_ALoopIsToldAndMovesNothing) {
    start_both();
    reflect_to(0);
    EXPECT_EQ(told(0, "own_message", "own messages come back: the control channel has a loop"), 1);
    EXPECT_EQ(pair.active(0), ha::TrunkSet::first(2));
}

}  // namespace
}  // namespace sealane::failover
