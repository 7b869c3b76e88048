#include "control/cli/table.h"

#include <gtest/gtest.h>

namespace sealane::cli {
namespace {

TEST(Table, ColumnsAreAsWideAsTheirWidestCell) {
    Table table(
        {{"NAME", Table::Align::Left}, {"N", Table::Align::Right}, {"", Table::Align::Left}});
    table.add({"a", "1", "x"});
    table.add({"longer", "1000", ""});
    EXPECT_EQ(table.text(),
              "NAME       N\n"
              "a          1  x\n"
              "longer  1000\n");
}

TEST(Table, WidthIsInCharacters) {
    Table table({{"A", Table::Align::Left}, {"B", Table::Align::Left}});
    table.add({"–", "x"});
    table.add({"ab", "x"});
    EXPECT_EQ(table.text(),
              "A   B\n"
              "–   x\n"
              "ab  x\n");
}

TEST(Order, NumbersInNamesCompareAsNumbers) {
    EXPECT_TRUE(comes_before("vios1/ent2", "vios1/ent10"));
    EXPECT_FALSE(comes_before("vios1/ent10", "vios1/ent2"));
    EXPECT_TRUE(comes_before("vios2/ent9", "vios10/ent0"));
    EXPECT_TRUE(comes_before("a", "a1"));
    EXPECT_TRUE(comes_before("a", "b"));
    EXPECT_FALSE(comes_before("ent1", "ent1"));
    EXPECT_NE(comes_before("ent1", "ent01"), comes_before("ent01", "ent1"));
    EXPECT_NE(comes_before("ent00", "ent0"), comes_before("ent0", "ent00"));
}

}  // namespace
}  // namespace sealane::cli
