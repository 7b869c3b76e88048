// Frames between clients in the host's process.
#include <cerrno>
#include <poll.h>

#include <gmock/gmock.h>

#include "tests/component/embed/embedded.h"

namespace sealane::test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

bool is_readable(int descriptor, int wait_ms = 0) {
    pollfd one{.fd = descriptor, .events = POLLIN, .revents = 0};
    return ::poll(&one, 1, wait_ms) == 1;
}

class EmbeddedClients : public testing::Test {
  protected:
    void SetUp() override {
        ASSERT_NE(instance, nullptr);
        for (int i = 0; i < 3; ++i) {
            at[i] =
                sealane_attach(instance.get(), ("lpar" + std::to_string(i + 1) + "/ent0").c_str());
            ASSERT_NE(at[i], nullptr) << sealane_error(instance.get());
        }
    }

    Instance instance = create(kThreeClients, driven());
    sealane_client* at[3] = {};
};

TEST_F(EmbeddedClients, AFrameReachesItsReceiverInTheHostsNextPollAndNobodyElse) {
    const Bytes hello = frame(mac(2), mac(1), "hello");
    ASSERT_EQ(send(at[0], hello), 1);
    EXPECT_THAT(receive_all(at[1]), IsEmpty()) << "frames move in sealane_poll() only";
    EXPECT_EQ(sealane_poll(instance.get(), 0, 64, nullptr), 1);
    EXPECT_THAT(receive_all(at[1]), ElementsAre(hello));
    EXPECT_THAT(receive_all(at[2]), IsEmpty());
}

TEST_F(EmbeddedClients, ABroadcastStaysInItsVlanAndIsTaggedWhereTheVlanIs) {
    const Bytes hello = frame(kBroadcast, mac(3), "hello");
    ASSERT_EQ(send(at[2], hello), 1);
    run_dry(instance.get(), 0);
    Bytes tagged = hello;
    const Bytes tag{0x81, 0x00, 0x00, 10};
    tagged.insert(tagged.begin() + 12, tag.begin(), tag.end());
    EXPECT_THAT(receive_all(at[0]), IsEmpty());
    EXPECT_THAT(receive_all(at[1]), ElementsAre(tagged));
}

TEST_F(EmbeddedClients, ALongFrameIsLentInOnePiece) {
    Bytes longest = frame(mac(2), mac(1), "long", SEALANE_MAX_FRAME - 14);
    for (std::size_t i = 20; i < longest.size(); ++i) {
        longest[i] = static_cast<std::uint8_t>(i * 7);
    }
    ASSERT_EQ(call(instance.get(), "mtu", R"({"adapter":"lpar2/ent0","mtu":65394})").find("error"),
              std::string::npos);
    ASSERT_EQ(call(instance.get(), "mtu", R"({"adapter":"lpar1/ent0","mtu":65394})").find("error"),
              std::string::npos);
    ASSERT_EQ(send(at[0], longest), 1);
    ASSERT_EQ(send(at[0], frame(mac(2), mac(1), "short")), 1);
    run_dry(instance.get(), 0);
    EXPECT_THAT(receive_all(at[1]), ElementsAre(longest, frame(mac(2), mac(1), "short")));
}

TEST_F(EmbeddedClients, WhatTheSwitchHasNoRoomForIsTheCallersStillAndNothingIsLost) {
    const Bytes one = frame(mac(2), mac(1), "one of many");
    const std::vector<sealane_frame> many(300, {one.data(), one.size()});
    EXPECT_EQ(sealane_send(at[0], many.data(), 300), 255) << "of a ring of 256";
    EXPECT_EQ(sealane_send(at[0], many.data(), 45), 0);
    run_dry(instance.get(), 0);
    EXPECT_EQ(receive_all(at[1]).size(), 255U);
    EXPECT_EQ(sealane_send(at[0], many.data(), 45), 45);
    run_dry(instance.get(), 0);
    EXPECT_EQ(receive_all(at[1]).size(), 45U);
}

TEST_F(EmbeddedClients, WhatCanBeNoFrameIsRefusedAndWhatStandsBeforeItGoes) {
    const Bytes good = frame(mac(2), mac(1), "good");
    const Bytes too_long(SEALANE_MAX_FRAME + 1);
    for (const sealane_frame& bad : {sealane_frame{good.data(), 0},
                                     sealane_frame{too_long.data(), too_long.size()},
                                     sealane_frame{nullptr, 60}}) {
        const sealane_frame three[] = {{good.data(), good.size()}, bad, {good.data(), good.size()}};
        EXPECT_EQ(sealane_send(at[0], &bad, 1), -EMSGSIZE);
        EXPECT_EQ(sealane_send(at[0], three, 3), 1);
    }
    EXPECT_EQ(sealane_send(at[0], nullptr, 0), 0);
    run_dry(instance.get(), 0);
    EXPECT_EQ(receive_all(at[1]).size(), 3U);
}

TEST_F(EmbeddedClients, ItsDescriptorIsReadableOnceSomethingHasComeSinceItFoundNothing) {
    EXPECT_THAT(receive_all(at[1]), IsEmpty());
    EXPECT_FALSE(is_readable(sealane_client_fd(at[1])));
    ASSERT_EQ(send(at[0], frame(mac(2), mac(1), "wake")), 1);
    run_dry(instance.get(), 0);
    EXPECT_TRUE(is_readable(sealane_client_fd(at[1])));
    EXPECT_EQ(receive_all(at[1]).size(), 1U);
    EXPECT_FALSE(is_readable(sealane_client_fd(at[1])));
}

TEST_F(EmbeddedClients, TheInstancesDescriptorIsReadableOnceAClientHasSentSinceItFoundNothing) {
    std::uint64_t next = 0;
    EXPECT_EQ(sealane_poll(instance.get(), 5, 64, &next), 0);
    EXPECT_GT(next, 5U);
    EXPECT_FALSE(is_readable(sealane_fd(instance.get())));
    ASSERT_EQ(send(at[0], frame(mac(2), mac(1), "wake")), 1);
    EXPECT_TRUE(is_readable(sealane_fd(instance.get())));
    EXPECT_EQ(sealane_poll(instance.get(), 6, 64, &next), 1);
    EXPECT_EQ(next, 6U) << "there may be more";
    EXPECT_EQ(sealane_poll(instance.get(), 6, 64, &next), 0);
    EXPECT_FALSE(is_readable(sealane_fd(instance.get())));
}

TEST_F(EmbeddedClients, TheBudgetBoundsWhatOnePollTakes) {
    const Bytes one = frame(mac(2), mac(1), "one of many");
    const std::vector<sealane_frame> many(200, {one.data(), one.size()});
    ASSERT_EQ(sealane_send(at[0], many.data(), 200), 200);
    EXPECT_EQ(sealane_poll(instance.get(), 0, 1, nullptr), 64)
        << "a burst, which is what a turn takes";
    EXPECT_EQ(sealane_poll(instance.get(), 0, 65, nullptr), 128);
    EXPECT_EQ(sealane_poll(instance.get(), 0, 65, nullptr), 8);
}

TEST_F(EmbeddedClients, WithoutAClientFramesToItsAdapterAreDroppedAsPortDown) {
    sealane_detach(at[1]);
    ASSERT_EQ(send(at[0], frame(mac(2), mac(1), "nobody")), 1);
    run_dry(instance.get(), 0);
    EXPECT_NE(call(instance.get(), "stats").find(R"("port_down":1)"), std::string::npos);
    at[1] = sealane_attach(instance.get(), "lpar2/ent0");
    ASSERT_NE(at[1], nullptr);
    EXPECT_THAT(receive_all(at[1]), IsEmpty());
    ASSERT_EQ(send(at[0], frame(mac(2), mac(1), "again")), 1);
    run_dry(instance.get(), 0);
    EXPECT_EQ(receive_all(at[1]).size(), 1U);
}

TEST_F(EmbeddedClients, AnAdapterHasOneClientAndItMustHaveARing) {
    EXPECT_EQ(sealane_attach(instance.get(), "lpar1/ent0"), nullptr);
    EXPECT_STREQ(sealane_error(instance.get()), "lpar1/ent0 has a client; detach it first");
    EXPECT_EQ(sealane_attach(instance.get(), "lpar9/ent0"), nullptr);
    EXPECT_STREQ(sealane_error(instance.get()),
                 "no adapter 'lpar9/ent0' with `port: {type: ring}`");
}

TEST(EmbeddedWorkers, FramesMoveByThemselvesAndWakeTheReceiver) {
    sealane_options options{};
    options.size = sizeof options;
    const Instance instance = create(kThreeClients, options);
    ASSERT_NE(instance, nullptr);
    sealane_client* const from = sealane_attach(instance.get(), "lpar1/ent0");
    sealane_client* const to = sealane_attach(instance.get(), "lpar2/ent0");
    for (int i = 0; i < 100; ++i) {
        EXPECT_THAT(receive_all(to), IsEmpty());
        const Bytes hello = frame(mac(2), mac(1), "number " + std::to_string(i));
        ASSERT_EQ(send(from, hello), 1);
        ASSERT_TRUE(is_readable(sealane_client_fd(to), 20'000));
        EXPECT_THAT(receive_all(to), ElementsAre(hello));
    }
    EXPECT_EQ(sealane_poll(instance.get(), 0, 1, nullptr), -EINVAL);
    EXPECT_EQ(sealane_fd(instance.get()), -EINVAL);
}

}  // namespace
}  // namespace sealane::test
