// The host's clock: time passes as it says, and the same in gives the same out.
#include <cerrno>
#include <random>

#include <gmock/gmock.h>

#include "tests/component/embed/embedded.h"

namespace sealane::test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

TEST(EmbeddedTime, MayStandStillAndNotGoBack) {
    const Instance instance = create(kThreeClients, driven(7 * kSecond));
    EXPECT_EQ(sealane_poll(instance.get(), 7 * kSecond, 1, nullptr), 0);
    EXPECT_EQ(sealane_poll(instance.get(), 7 * kSecond, 1, nullptr), 0);
    EXPECT_EQ(sealane_poll(instance.get(), 7 * kSecond - 1, 1, nullptr), -EINVAL);
    EXPECT_STREQ(
        sealane_error(instance.get()),
        "sealane_poll() at 6999999999 ns, after 7000000000; time may stand still, not go back");
    EXPECT_EQ(sealane_poll(instance.get(), 7 * kSecond, 0, nullptr), -EINVAL);
    EXPECT_EQ(sealane_poll(instance.get(), 8 * kSecond, 1, nullptr), 0);
}

TEST(EmbeddedTime, UptimeIsTheHosts) {
    const Instance instance = create(kThreeClients, driven(kSecond));
    ASSERT_EQ(sealane_poll(instance.get(), 3601 * kSecond, 1, nullptr), 0);
    EXPECT_NE(call(instance.get(), "show").find(R"("uptime_s":3600.0)"), std::string::npos)
        << call(instance.get(), "show");
}

TEST(EmbeddedTime, AnAddressIsForgottenWhenTheHostSaysThatSoMuchTimeHasPassed) {
    const Instance instance = create(kThreeClients, driven());
    sealane_client* const one = sealane_attach(instance.get(), "lpar1/ent0");
    sealane_client* const two = sealane_attach(instance.get(), "lpar2/ent0");
    const Bytes stranger{2, 0, 0, 0, 0xff, 1};
    ASSERT_EQ(send(two, frame(mac(1), stranger, "I am here")), 1);
    run_dry(instance.get(), 0);
    EXPECT_THAT(call(instance.get(), "fdb.show"), testing::HasSubstr("02:00:00:00:ff:01"));
    EXPECT_THAT(receive_all(one), SizeIs(1));
    for (std::uint64_t s = 1; s <= 400; ++s) {
        run_dry(instance.get(), s * kSecond);
    }
    EXPECT_THAT(call(instance.get(), "fdb.show"),
                testing::Not(testing::HasSubstr("02:00:00:00:ff:01")));
}

/// All that three clients see of a thousand frames from anybody to anybody, with time passing, and
/// what the instance says of itself at the end.
std::string story(std::uint64_t seed_of_host) {
    const Instance instance = create(kThreeClients, driven(5 * kSecond, 42));
    if (instance == nullptr) return "no instance";
    std::vector<sealane_client*> clients;
    for (const char* const name : {"lpar1/ent0", "lpar2/ent0", "lpar3/ent0"}) {
        clients.push_back(sealane_attach(instance.get(), name));
    }
    std::mt19937_64 chance(seed_of_host);
    std::uint64_t now = 5 * kSecond;
    std::string told;
    for (int i = 0; i < 1000; ++i) {
        const std::uint64_t drawn = chance();
        const auto station = [&](int shift) {
            return mac(static_cast<std::uint8_t>(drawn >> shift & 7));
        };
        const Bytes to = (drawn & 0xf) == 0 ? kBroadcast : station(8);
        (void)send(clients[drawn % 3],
                   frame(to, station(16), std::to_string(i), 60 + (drawn >> 24) % 1400));
        now += (drawn >> 40) % (20 * kMillisecond);
        std::uint64_t next = 0;
        told += std::to_string(sealane_poll(instance.get(), now, 64, &next)) + " " +
                std::to_string(next) + "\n";
        for (sealane_client* const client : clients) {
            for (const Bytes& got : receive_all(client)) {
                told.append(got.begin(), got.end());
            }
        }
    }
    return told + call(instance.get(), "show") + call(instance.get(), "stats") +
           call(instance.get(), "fdb.show");
}

TEST(EmbeddedTime, TheSameInGivesTheSameOutByteForByte) {
    const std::string first = story(1);
    EXPECT_GT(first.size(), 100'000U);
    EXPECT_EQ(first, story(1));
    EXPECT_NE(first, story(2));
}

}  // namespace
}  // namespace sealane::test
