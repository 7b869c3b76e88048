// A host that has started DPDK itself.
#include <rte_eal.h>

#include <gmock/gmock.h>

#include "tests/component/embed/embedded.h"

namespace sealane::test {
namespace {

TEST(EmbeddedAdopt, DpdkThatIsUpIsUsedAndStaysUp) {
    sealane_options options = driven();
    options.dpdk_is_up = 1;
    std::string error;
    EXPECT_EQ(create(kThreeClients, options, &error), nullptr);
    EXPECT_THAT(error, testing::HasSubstr("call rte_eal_init() before"));

    char words[][24] = {
        "host", "--no-huge", "--no-shconf", "--no-pci", "-m", "256", "--no-telemetry"};
    std::vector<char*> pointers;
    for (char* const word : words) {
        pointers.push_back(word);
    }
    ASSERT_GE(rte_eal_init(static_cast<int>(pointers.size()), pointers.data()), 0);
    for (int i = 0; i < 2; ++i) {
        const Instance instance = create(kThreeClients, options);
        sealane_client* const from = sealane_attach(instance.get(), "lpar1/ent0");
        sealane_client* const to = sealane_attach(instance.get(), "lpar2/ent0");
        ASSERT_EQ(send(from, frame(mac(2), mac(1), "hello")), 1);
        run_dry(instance.get(), 0);
        EXPECT_EQ(receive_all(to).size(), 1U);
    }
    EXPECT_EQ(rte_eal_cleanup(), 0) << "it is the host's to end";
}

}  // namespace
}  // namespace sealane::test
