#include "control/cli/qemu_version.h"

#include <gtest/gtest.h>

namespace sealane::cli {
namespace {

TEST(AttachVersion, WhatQemuTellsIsUnderstood) {
    EXPECT_EQ(qemu_version_told("QEMU emulator version 7.2.22 (Debian 1:7.2+dfsg-7+deb12u18)\n"),
              (QemuVersion{7, 2}));
    EXPECT_EQ(qemu_version_told("QEMU emulator version 10.0.0\nCopyright"), (QemuVersion{10, 0}));
    EXPECT_EQ(qemu_version_told("qemu-img version 7.2.22"), std::nullopt);
    EXPECT_EQ(qemu_version_told(""), std::nullopt);
}

TEST(AttachVersion, TwoOrThreeNumbersAreOne) {
    EXPECT_EQ(parse_qemu_version("7.2"), (QemuVersion{7, 2}));
    EXPECT_EQ(parse_qemu_version("9.2.1"), (QemuVersion{9, 2}));
    for (const char* const wrong :
         {"", "7", "7.", "7.2.", "7.2x", ".2", "-7.2", "7.2.3.4", "99999.1"}) {
        EXPECT_EQ(parse_qemu_version(wrong), std::nullopt) << wrong;
    }
    EXPECT_LT((QemuVersion{9, 2}), (QemuVersion{10, 0}));
}

}  // namespace
}  // namespace sealane::cli
