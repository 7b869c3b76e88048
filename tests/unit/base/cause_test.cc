#include "dataplane/base/cause.h"

#include <cerrno>

#include <gtest/gtest.h>

namespace sealane {
namespace {

TEST(Cause, AMissingFolderIsNamedWithTheCommandThatMakesIt) {
    EXPECT_EQ(why_not_made("run/control.sock", ENOENT),
              "there is no folder run; make it: mkdir -p run");
    EXPECT_EQ(why_not_made("control.sock", ENOENT), "No such file or directory");
    EXPECT_EQ(why_not_made("run/control.sock", EACCES), "Permission denied");
}

}  // namespace
}  // namespace sealane
