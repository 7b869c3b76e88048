#include "dataplane/base/result.h"

#include <memory>
#include <string>

#include <gtest/gtest.h>

namespace sealane {
namespace {

Result<int> half_of(int number) {
    if (number % 2 != 0) return Error{"3 can't be halved: it is odd"};
    return number / 2;
}

TEST(Result, HoldsTheValue) {
    const Result<int> four = half_of(8);
    ASSERT_TRUE(four.ok());
    EXPECT_TRUE(static_cast<bool>(four));
    EXPECT_EQ(four.value(), 4);
    EXPECT_EQ(*four, 4);
}

TEST(Result, HoldsTheReasonWhyNot) {
    const Result<int> none = half_of(3);
    ASSERT_FALSE(none.ok());
    EXPECT_FALSE(static_cast<bool>(none));
    EXPECT_EQ(none.error(), Error{"3 can't be halved: it is odd"});
}

TEST(Result, GivesAwayWhatCanOnlyBeMoved) {
    Result<std::unique_ptr<int>> held = std::make_unique<int>(7);
    const std::unique_ptr<int> taken = std::move(held).value();
    ASSERT_NE(taken, nullptr);
    EXPECT_EQ(*taken, 7);
}

TEST(Result, CanHoldAnErrorAsItsValue) {
    const Result<std::string> text = std::string("fine");
    EXPECT_EQ(text->size(), 4U);
    EXPECT_EQ(*text, "fine");
}

TEST(Result, DoneIsAStatusWithoutAnError) { EXPECT_TRUE(done().ok()); }

TEST(ResultDeathTest, EndsTheProgramWhenAskedForWhatIsNotThere) {
    const Result<int> none = half_of(3);
    const Result<int> four = half_of(8);
    EXPECT_DEATH(static_cast<void>(none.value()), "broken promise");
    EXPECT_DEATH(static_cast<void>(four.error()), "broken promise");
}

}  // namespace
}  // namespace sealane
