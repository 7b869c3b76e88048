#include "control/failover/announcer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/failover/agents.h"

namespace sealane::failover {
namespace {

constexpr ha::TrunkSet kFirst{0b01};
constexpr ha::TrunkSet kSecond{0b10};

class Announcing : public testing::Test {
  protected:
    static std::vector<ClientAddress> clients(std::size_t count) {
        std::vector<ClientAddress> all;
        for (std::size_t i = 0; i < count; ++i) {
            all.push_back({{5}, {0x0200'0000'0000 + i}});
        }
        return all;
    }

    Instant now{1h};
    Announcer announcer;
};

TEST_F(Announcing, RoundsAreNowAfterASecondAndAfterFive) {
    announcer.begin(kFirst, now);
    EXPECT_EQ(announcer.take_round(now), kFirst);
    EXPECT_EQ(announcer.take_round(now + 999ms), ha::TrunkSet{});
    EXPECT_EQ(announcer.take_round(now + 1s), kFirst);
    EXPECT_EQ(announcer.next(), now + 5s);
    EXPECT_EQ(announcer.take_round(now + 5s), kFirst);
    EXPECT_EQ(announcer.next(), Instant::max());
}

TEST_F(Announcing, WhatIsDueTogetherIsOneRound) {
    announcer.begin(kFirst, now);
    announcer.begin(kSecond, now);
    EXPECT_EQ(announcer.take_round(now), kFirst | kSecond);
}

TEST_F(Announcing, H41_ManyClientsArePaced) {
    announcer.add(clients(150));
    EXPECT_EQ(announcer.take(now).size(), 64U);
    EXPECT_TRUE(announcer.take(now + 999us).empty());
    EXPECT_EQ(announcer.next(), now + 1ms);
    EXPECT_EQ(announcer.take(now + 1ms).size(), 64U);
    const std::vector<ClientAddress> all = clients(150);
    EXPECT_EQ(announcer.take(now + 2ms), std::vector(all.begin() + 128, all.end()));
    EXPECT_EQ(announcer.next(), Instant::max());
}

TEST_F(Announcing, WhatIsAnothersNowIsNotAnnounced) {
    announcer.begin(kFirst | kSecond, now);
    std::vector<ClientAddress> all = clients(3);
    all[1].place = 1;
    announcer.add(all);
    announcer.stop(kFirst);
    EXPECT_EQ(announcer.take(now), std::vector{all[1]});
    EXPECT_EQ(announcer.take_round(now + 1s), kSecond);
}

}  // namespace
}  // namespace sealane::failover
