// Adapters that a host adds and removes while its instance runs.
#include <cerrno>
#include <poll.h>
#include <sealane/sealane.hpp>

#include <gmock/gmock.h>

#include "tests/component/embed/embedded.h"

namespace sealane::test {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

const std::string kFourth =
    R"({"name": "ent0", "type": "virtual", "vswitch": "ETHERNET0", "pvid": 1, )"
    R"("mac": "02:00:00:00:00:04", "port": {"type": "ring"}})";

int add(sealane_instance* to, const std::string& partition, const std::string& text) {
    return sealane_add_adapter(to, partition.c_str(), text.data(), text.size());
}

TEST(EmbeddedChange, AnAdapterComesIsUsedAndGoes) {
    const Instance instance = create(kThreeClients, driven());
    sealane_client* const first = sealane_attach(instance.get(), "lpar1/ent0");
    ASSERT_EQ(sealane_attach(instance.get(), "lpar4/ent0"), nullptr);
    ASSERT_EQ(add(instance.get(), "lpar4", kFourth), 0) << sealane_error(instance.get());
    sealane_client* const fourth = sealane_attach(instance.get(), "lpar4/ent0");
    ASSERT_NE(fourth, nullptr) << sealane_error(instance.get());

    ASSERT_EQ(send(first, frame(mac(4), mac(1), "to it")), 1);
    ASSERT_EQ(send(fourth, frame(mac(1), mac(4), "from it")), 1);
    run_dry(instance.get(), kSecond);
    EXPECT_THAT(receive_all(fourth), ElementsAre(frame(mac(4), mac(1), "to it")));
    EXPECT_THAT(receive_all(first), ElementsAre(frame(mac(1), mac(4), "from it")));

    EXPECT_EQ(sealane_remove_adapter(instance.get(), "lpar4/ent0"), -EINVAL);
    EXPECT_THAT(sealane_error(instance.get()), HasSubstr("detach"));
    sealane_detach(fourth);
    EXPECT_EQ(sealane_remove_adapter(instance.get(), "lpar4/ent0"), 0);
    EXPECT_EQ(sealane_attach(instance.get(), "lpar4/ent0"), nullptr);
    EXPECT_THAT(call(instance.get(), "stats"), HasSubstr("(removed)"));
}

TEST(EmbeddedChange, WhatIsWrongIsToldWithItsPlaceAndNothingIsChanged) {
    const Instance instance = create(kThreeClients, driven());
    const std::string before = call(instance.get(), "config.dump");
    EXPECT_EQ(add(instance.get(), "lpar4", "{name: ent0, type: virtual, pvid: 4095}"), -EINVAL);
    EXPECT_THAT(sealane_error(instance.get()),
                AllOf(HasSubstr("1:"), HasSubstr("lpar4/ent0"), HasSubstr("4095")));
    EXPECT_EQ(sealane_remove_adapter(instance.get(), "lpar9/ent0"), -EINVAL);
    EXPECT_THAT(sealane_error(instance.get()), HasSubstr("lpar9/ent0"));
    EXPECT_EQ(call(instance.get(), "config.dump"), before);
}

TEST(EmbeddedChange, ByJsonRpcItIsTheSame) {
    const Instance instance = create(kThreeClients, driven());
    EXPECT_THAT(
        call(
            instance.get(), "adapter.add", R"({"partition": "lpar4", "adapter": )" + kFourth + "}"),
        AllOf(HasSubstr("lpar4/ent0"), HasSubstr("02:00:00:00:00:04")));
    EXPECT_THAT(call(instance.get(), "adapter.remove", R"({"adapter": "lpar4/ent0"})"),
                HasSubstr("lpar4/ent0"));
    EXPECT_THAT(call(instance.get(), "adapter.remove", R"({"adapter": "lpar4/ent0"})"),
                HasSubstr("no adapter is called"));
    EXPECT_THAT(call(instance.get(), "adapter.add", R"({"partition": "lpar4", "adapter": 7})"),
                HasSubstr("an object, or a string"));
}

/// All that a host sees of an instance in which an adapter comes and goes.
std::string history() {
    const Instance instance = create(kThreeClients, driven());
    sealane_client* const first = sealane_attach(instance.get(), "lpar1/ent0");
    std::string seen;
    for (std::uint64_t round = 1; round <= 20; ++round) {
        EXPECT_EQ(add(instance.get(), "lpar4", kFourth), 0) << sealane_error(instance.get());
        sealane_client* const fourth = sealane_attach(instance.get(), "lpar4/ent0");
        if (fourth == nullptr) return "no client";
        send(first, frame(kBroadcast, mac(1), "round " + std::to_string(round)));
        std::uint64_t next = 0;
        while (sealane_poll(instance.get(), round * kSecond, 3, &next) > 0) {
        }
        for (const Bytes& one : receive_all(fourth))
            seen.append(one.begin(), one.end());
        seen += std::to_string(next) + call(instance.get(), "stats");
        sealane_detach(fourth);
        EXPECT_EQ(sealane_remove_adapter(instance.get(), "lpar4/ent0"), 0);
    }
    return seen;
}

TEST(EmbeddedChange, TheSameInGivesTheSameOut) {
    const std::string once = history();
    EXPECT_THAT(once, HasSubstr("round 20"));
    EXPECT_EQ(history(), once);
}

TEST(EmbeddedChange, InCppItThrowsTheSentence) {
    Switch network(kThreeClients, Switch::driven());
    network.add_adapter("lpar4", kFourth);
    EXPECT_NO_THROW((void)network.attach("lpar4/ent0"));
    network.remove_adapter("lpar4/ent0");
    EXPECT_THROW(network.remove_adapter("lpar4/ent0"), Failure);
    EXPECT_THROW(network.add_adapter("lpar4", "{}"), Failure);
}

TEST(EmbeddedChange, BesideWorkersOfItsOwn) {
    sealane_options options{};
    options.size = sizeof options;
    const Instance instance = create(kThreeClients, options);
    sealane_client* const first = sealane_attach(instance.get(), "lpar1/ent0");
    for (int round = 0; round < 20; ++round) {
        ASSERT_EQ(add(instance.get(), "lpar4", kFourth), 0) << sealane_error(instance.get());
        sealane_client* const fourth = sealane_attach(instance.get(), "lpar4/ent0");
        ASSERT_NE(fourth, nullptr);
        ASSERT_EQ(send(first, frame(mac(4), mac(1), "now")), 1);
        pollfd one{.fd = sealane_client_fd(fourth), .events = POLLIN, .revents = 0};
        std::vector<Bytes> got = receive_all(fourth);
        if (got.empty() && ::poll(&one, 1, 10'000) == 1) got = receive_all(fourth);
        EXPECT_THAT(got, ElementsAre(frame(mac(4), mac(1), "now")));
        sealane_detach(fourth);
        ASSERT_EQ(sealane_remove_adapter(instance.get(), "lpar4/ent0"), 0);
    }
}

}  // namespace
}  // namespace sealane::test
