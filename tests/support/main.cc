// main() of the component tests: DPDK's environment is started once in a process.
#include <cstdio>
#include <memory>

#include <gtest/gtest.h>

#include "dataplane/worker/eal.h"
#include "tests/support/seed.h"
#include "tests/support/visible_pools.h"

namespace {

class WithEal : public testing::Environment {
  public:
    void SetUp() override {
        // Ordinary memory is touched only where pools use it, and is there on every machine.
        sealane::Result<std::unique_ptr<sealane::worker::Eal>> started =
            sealane::worker::Eal::start({.memory_mb = 320, .hugepages = false});
        ASSERT_TRUE(started.ok()) << started.error().text;
        eal_ = std::move(started).value();
        sealane::test::make_pools_visible();
    }
    void TearDown() override { eal_.reset(); }

  private:
    std::unique_ptr<sealane::worker::Eal> eal_;
};

}  // namespace

int main(int argc, char** argv) {
    testing::InitGoogleTest(&argc, argv);
    sealane::test::seed_rapidcheck();
    testing::AddGlobalTestEnvironment(new WithEal);  // gtest deletes it
    return RUN_ALL_TESTS();
}
