// main() of the unit tests that draw lots.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/seed.h"

int main(int argc, char** argv) {
    testing::InitGoogleMock(&argc, argv);
    sealane::test::seed_rapidcheck();
    return RUN_ALL_TESTS();
}
