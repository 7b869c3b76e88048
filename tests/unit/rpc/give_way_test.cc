// Who leaves when the control socket is full.
#include "control/rpc/give_way.h"

#include <vector>

#include <gtest/gtest.h>

namespace sealane::rpc {
namespace {

using namespace std::chrono_literals;

constexpr Instant kStart{1h};

TEST(GiveWay, BusyClientsKeepTheirPlaces) {
    const std::vector<Conduct> clients(3, {.served = kStart, .heard = kStart, .is_amid = true});
    EXPECT_EQ(who_gives_way({}, kStart), std::nullopt);
    EXPECT_EQ(who_gives_way(clients, kStart), std::nullopt);
    EXPECT_EQ(who_gives_way(clients, kStart + 249ms), std::nullopt);
    EXPECT_EQ(who_gives_way(clients, kStart + 250ms), 0U);
}

TEST(GiveWay, AByteNowAndThenBuysFiveSeconds) {
    std::vector<Conduct> clients(1, {.served = kStart, .is_amid = true});
    clients[0].heard = kStart + 4999ms;
    EXPECT_EQ(who_gives_way(clients, kStart + 4999ms), std::nullopt);
    clients[0].heard = kStart + 5s;
    EXPECT_EQ(who_gives_way(clients, kStart + 5s), 0U);
}

TEST(GiveWay, WhoHoldsHalfARequestLeavesBeforeWhoIsQuiet) {
    const std::vector<Conduct> clients{
        {.served = kStart, .heard = kStart},
        {.served = kStart + 2s, .heard = kStart + 2s, .is_amid = true},
        {.served = kStart + 1s, .heard = kStart + 1s, .is_amid = true},
        {.served = kStart + 1s, .heard = kStart + 3s, .is_amid = true}};
    EXPECT_EQ(who_gives_way(clients, kStart + 3s), 2U);
}

TEST(GiveWay, OfTheQuietTheOneServedLongestAgoLeaves) {
    const std::vector<Conduct> clients{{.served = kStart + 2s, .heard = kStart + 2s},
                                       {.served = kStart + 1s, .heard = kStart + 1s},
                                       {.served = kStart + 3s, .heard = kStart + 3s}};
    EXPECT_EQ(who_gives_way(clients, kStart + 10s), 1U);
}

}  // namespace
}  // namespace sealane::rpc
