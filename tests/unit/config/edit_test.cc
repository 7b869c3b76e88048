// A system with an adapter more, or one less.
#include "control/config/edit.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "control/config/dump.h"
#include "control/config/load.h"
#include "tests/unit/config/edited_file.h"

namespace sealane::config {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::SizeIs;

/// Of good/design.yaml: vios1 with a SEA, and the client lpar1 with ent0.
System usual() {
    Loaded loaded = load(sample("design.yaml"), "design.yaml");
    EXPECT_EQ(to_string(loaded.faults), "");
    return loaded.system.value_or(System{});
}

std::string described(const std::string& more) {
    return "{type: virtual, vswitch: ETHERNET0, pvid: 1, " + more + "}";
}

std::string refusal(const std::string& partition, const std::string& text) {
    const auto changed = with_adapter(usual(), partition, text);
    return changed ? "it was taken" : changed.error().text;
}

TEST(Edit, ANewPartitionIsAClientsAndItsAdapterHasTheUsualDefaults) {
    const auto changed = with_adapter(usual(), "lpar9", described("name: ent0"));
    ASSERT_TRUE(changed) << changed.error().text;
    const Partition& added = changed->partitions.back();
    EXPECT_EQ(added.name, "lpar9");
    EXPECT_EQ(added.type, PartitionType::Client);
    ASSERT_THAT(added.adapters, SizeIs(1));
    EXPECT_EQ(added.adapters[0].mtu, kMaxMtu);
    const Loaded again = load(dump(*changed), "dump.yaml");
    EXPECT_EQ(again.system, *changed) << to_string(again.faults);
}

TEST(Edit, JsonIsYaml) {
    const auto changed =
        with_adapter(usual(),
                     "lpar1",
                     R"({"name": "ent1", "type": "virtual", "vswitch": "ETHERNET0", "pvid": 20})");
    ASSERT_TRUE(changed) << changed.error().text;
    EXPECT_EQ(changed->partitions,
              with_adapter(usual(),
                           "lpar1",
                           "{name: ent1, type: virtual, vswitch: ETHERNET0, "
                           "pvid: 20}")
                  ->partitions);
    EXPECT_EQ(changed->partitions.size(), usual().partitions.size());
}

TEST(Edit, WithoutItAllIsAsBeforeItCame) {
    const auto changed = with_adapter(usual(), "lpar9", described("name: ent0"));
    ASSERT_TRUE(changed);
    const auto back = without_adapter(*changed, "lpar9/ent0");
    ASSERT_TRUE(back);
    EXPECT_EQ(*back, usual()) << "a client goes with its last adapter";
}

TEST(Edit, WhatIsReadOfTheTextHasItsPlace) {
    EXPECT_EQ(
        refusal("lpar9", "{name: ent0, type: virtual, vswitch: ETHERNET0, pvid: 4095}"),
        "1:55: lpar9/ent0: PVID 4095 is reserved by the platform; use 1 to 4094 without 3358");
    EXPECT_THAT(refusal("lpar9", described("name: ent0, nosuch: 1")),
                AllOf(HasSubstr("1:"), HasSubstr("nosuch")));
    EXPECT_THAT(refusal("lpar9", "- {}"), HasSubstr("1:1: "));
    EXPECT_THAT(refusal("lpar9", "{}"), HasSubstr("lpar9/adapter: "));
    EXPECT_THAT(refusal("lpar9", "{name: ["), HasSubstr("1:"));
}

TEST(Edit, WhatTheRulesForbidIsSaidWithoutAPlace) {
    EXPECT_THAT(refusal("lpar9", "{name: ent0, type: virtual, vswitch: NOSUCH, pvid: 1}"),
                AllOf(testing::StartsWith("lpar9/ent0: "), HasSubstr("ETHERNET0")));
    EXPECT_THAT(refusal("lpar9", "{name: ent0, type: physical, port: {type: ring}}"),
                AllOf(testing::StartsWith("lpar9/ent0: "), HasSubstr("physical")));
}

TEST(Edit, WhatIsNoAdapterAtAllIsNamed) {
    EXPECT_THAT(refusal("lpar9", ""), HasSubstr("lpar9: no adapter is described; use {name"));
    EXPECT_THAT(refusal("lpar9", " \n"), HasSubstr("lpar9: no adapter is described"));
    EXPECT_THAT(refusal("no/name", described("name: ent0")), HasSubstr("use a letter"));
    EXPECT_THAT(refusal("lpar1", described("name: ent0")),
                HasSubstr("lpar1/ent0 is there already"));
}

TEST(Edit, WhatIsNotThereCantGo) {
    for (const char* const name : {"lpar7/ent0", "lpar1", "ent0", ""}) {
        const auto changed = without_adapter(usual(), name);
        ASSERT_FALSE(changed);
        EXPECT_THAT(changed.error().text,
                    HasSubstr("no adapter is called '" + std::string(name) + "'"));
    }
}

TEST(Edit, WhatASeaNeedsCantGo) {
    const auto changed = without_adapter(usual(), "vios1/ent3");
    ASSERT_FALSE(changed);
    EXPECT_THAT(changed.error().text, HasSubstr("vios1/ent6"));
}

}  // namespace
}  // namespace sealane::config
