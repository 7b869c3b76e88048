#include "dataplane/base/ids.h"

#include <gtest/gtest.h>

namespace sealane {
namespace {

TEST(VlanId, IsUsableFrom1To4094) {
    for (std::uint16_t vid = 0; vid < kVlanCount; ++vid) {
        EXPECT_EQ(VlanId{vid}.is_usable(), vid != 0 && vid != 4095) << vid;
    }
    EXPECT_FALSE(VlanId{4096}.is_usable());
    EXPECT_FALSE(VlanId{0xffff}.is_usable());
}

}  // namespace
}  // namespace sealane
