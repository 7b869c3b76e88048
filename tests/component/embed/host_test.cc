// What is the host's stays as it was.
#include <array>
#include <csignal>
#include <filesystem>
#include <sched.h>

#include <gmock/gmock.h>

#include "tests/component/embed/embedded.h"

namespace sealane::test {
namespace {

std::size_t entries(const char* folder) {
    std::size_t count = 0;
    for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator(folder)) {
        ++count;
    }
    return count;
}

struct Belongings {
    cpu_set_t processors{};
    sigset_t mask{};
    std::array<void (*)(int), 65> handlers{};

    Belongings() {
        sched_getaffinity(0, sizeof processors, &processors);
        pthread_sigmask(SIG_SETMASK, nullptr, &mask);
        for (int number = 1; number <= 64; ++number) {
            struct sigaction action {};
            if (sigaction(number, nullptr, &action) == 0)
                handlers[static_cast<std::size_t>(number)] = action.sa_handler;
        }
    }
    bool operator==(const Belongings& other) const {
        return CPU_EQUAL(&processors, &other.processors) && handlers == other.handlers &&
               std::memcmp(&mask, &other.mask, sizeof mask) == 0;
    }
};

TEST(EmbeddedHost, KeepsItsAffinityItsSignalHandlersAndItsMask) {
    cpu_set_t one;
    CPU_ZERO(&one);
    CPU_SET(0, &one);
    cpu_set_t before;
    sched_getaffinity(0, sizeof before, &before);
    ASSERT_EQ(sched_setaffinity(0, sizeof one, &one), 0);
    const Belongings mine;
    for (const int is_driven : {0, 1}) {
        sealane_options options = driven();
        options.driven = is_driven;
        Instance instance = create(kThreeClients, options);
        EXPECT_EQ(Belongings(), mine);
        if (is_driven != 0) run_dry(instance.get(), kSecond);
        instance.reset();
        EXPECT_EQ(Belongings(), mine);
    }
    sched_setaffinity(0, sizeof before, &before);
}

TEST(EmbeddedHost, ManyInstancesOneAfterAnotherLeaveNothingBehind) {
    const auto live = [](int is_driven) {
        sealane_options options = driven();
        options.driven = is_driven;
        const Instance instance = create(kThreeClients, options);
        sealane_client* const from = sealane_attach(instance.get(), "lpar1/ent0");
        sealane_client* const to = sealane_attach(instance.get(), "lpar2/ent0");
        ASSERT_EQ(send(from, frame(mac(2), mac(1), "hello")), 1);
        if (is_driven != 0) run_dry(instance.get(), 0);
        EXPECT_EQ(sealane_receive(to, nullptr, 0), 0);  // what is on its way goes with the instance
    };
    live(1);
    live(0);
    const std::size_t descriptors = entries("/proc/self/fd"), threads = entries("/proc/self/task");
    for (int i = 0; i < 50; ++i) {
        live(i % 2);
    }
    EXPECT_EQ(entries("/proc/self/fd"), descriptors);
    EXPECT_EQ(entries("/proc/self/task"), threads);
}

TEST(EmbeddedHost, TwoInstancesAtOnceKnowNothingOfEachOther) {
    const Instance one = create(kThreeClients, driven(0)),
                   two = create(kThreeClients, driven(9 * kSecond));
    sealane_client* const from = sealane_attach(one.get(), "lpar1/ent0");
    sealane_client* const there = sealane_attach(one.get(), "lpar2/ent0");
    sealane_client* const elsewhere = sealane_attach(two.get(), "lpar2/ent0");
    ASSERT_EQ(send(from, frame(mac(2), mac(1), "hello")), 1);
    run_dry(two.get(), 9 * kSecond);
    run_dry(one.get(), 1);
    EXPECT_EQ(receive_all(there).size(), 1U);
    EXPECT_EQ(receive_all(elsewhere).size(), 0U);
}

}  // namespace
}  // namespace sealane::test
