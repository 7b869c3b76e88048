// What holds for every step, whoever takes it.
#include <gtest/gtest.h>

#include "tests/unit/ha/machine_pair.h"

namespace sealane::ha {
namespace {

TEST(Machine, EqualArgumentsGiveEqualResults) {
    const Pair pair = settled(config_of(1), config_of(2));
    const Node& node = pair.node[0];
    const Step once = step(node.config, node.state, Link{false}, pair.now);
    const Step again = step(node.config, node.state, Link{false}, pair.now);
    EXPECT_EQ(once.state, again.state);
    EXPECT_EQ(once.actions, again.actions);
    EXPECT_EQ(once.wake, again.wake);
}

TEST(Machine, ItNeverAsksToBeWokenInThePast) {
    Pair pair(config_of(1), config_of(2));
    pair.start(0);
    for (int i = 0; i < 1000; ++i) {
        ASSERT_GT(pair.node[0].wake, pair.now);
        pair.run(37ms);
    }
}

TEST(Machine, WakingItEarlyOrTwiceChangesNothing) {
    Pair pair = settled(config_of(1), config_of(2));
    const State before = pair.node[0].state;
    pair.feed(0, Wake{});
    pair.feed(0, Wake{});
    EXPECT_EQ(pair.node[0].state, before);
    EXPECT_TRUE(pair.node[0].done.empty());
}

}  // namespace
}  // namespace sealane::ha
