#include "dataplane/base/drop.h"

#include <algorithm>
#include <cctype>
#include <set>
#include <string_view>

#include <gtest/gtest.h>

namespace sealane {
namespace {

TEST(Drop, EveryReasonHasANameOfItsOwnInSnakeCase) {
    std::set<std::string_view> names;
    for (const DropText& text : kDropTexts) {
        EXPECT_FALSE(text.name.empty());
        EXPECT_TRUE(std::all_of(text.name.begin(), text.name.end(), [](unsigned char c) {
            return std::islower(c) != 0 || c == '_';
        })) << text.name;
        EXPECT_NE(text.name.front(), '_');
        EXPECT_NE(text.name.back(), '_');
        EXPECT_TRUE(names.insert(text.name).second) << text.name << " stands for two reasons";
    }
    EXPECT_EQ(names.size(), kDropCount);
}

TEST(Drop, EveryReasonHasAMeaningOfItsOwnOnOneLine) {
    std::set<std::string_view> meanings;
    for (const DropText& text : kDropTexts) {
        EXPECT_GT(text.meaning.size(), 8U) << text.name;
        EXPECT_EQ(text.meaning.find('\n'), std::string_view::npos) << text.name;
        EXPECT_LE(text.meaning.size(), 90U) << text.name;
        EXPECT_TRUE(meanings.insert(text.meaning).second) << text.meaning;
    }
}

// One pair of each group of the enum: an entry too many or too few shifts those behind it.
TEST(Drop, NamesStandInTheOrderOfTheReasons) {
    EXPECT_EQ(name_of(Drop::None), "none");
    EXPECT_EQ(name_of(Drop::Runt), "runt");
    EXPECT_EQ(name_of(Drop::BadSource), "bad_source");
    EXPECT_EQ(name_of(Drop::IngressVlan), "ingress_vlan");
    EXPECT_EQ(name_of(Drop::DoubleTag), "double_tag");
    EXPECT_EQ(name_of(Drop::StaticViolation), "static_violation");
    EXPECT_EQ(name_of(Drop::NotActive), "not_active");
    EXPECT_EQ(name_of(Drop::FilteredVlan), "filtered_vlan");
    EXPECT_EQ(name_of(Drop::NoDestination), "no_destination");
    EXPECT_EQ(name_of(Drop::EgressVlan), "egress_vlan");
    EXPECT_EQ(name_of(Drop::NoBuffer), "no_buffer");
    EXPECT_EQ(name_of(Drop::QueueFull), "queue_full");
}

TEST(Drop, DirectionsHaveNames) {
    EXPECT_EQ(name_of(Direction::In), "in");
    EXPECT_EQ(name_of(Direction::Between), "between");
    EXPECT_EQ(name_of(Direction::Out), "out");
}

}  // namespace
}  // namespace sealane
