// Adapters of clients that come and go, and what is refused.
#include "tests/component/runtime/change_adapters.h"

#include <gmock/gmock.h>

namespace sealane::runtime {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

INSTANTIATE_TEST_SUITE_P(Workers, ChangeAdapters, testing::Values(1, 3));

TEST_P(ChangeAdapters, OneThatCameIsReachedAndReaches) {
    add("lpar9", adapter_text(9));
    open("lpar9/ent0");
    ASSERT_TRUE(send("lpar1/ent0", between(9, 1)));
    settle();
    EXPECT_THAT(take("lpar9/ent0"), ElementsAre(between(9, 1)));
    ASSERT_TRUE(send("lpar9/ent0", between(2, 9)));
    settle();
    EXPECT_THAT(take("lpar2/ent0"), ElementsAre(between(2, 9)));
    EXPECT_THAT(take("vios1/ent0"), IsEmpty());
}

TEST_P(ChangeAdapters, OneThatWentGetsNothingMoreAndItsFramesStayCounted) {
    add("lpar9", adapter_text(9));
    open("lpar9/ent0");
    ASSERT_TRUE(send("lpar9/ent0", between(2, 9)));
    ASSERT_TRUE(send("lpar1/ent0", between(9, 1)));
    settle();
    take("lpar9/ent0");
    close("lpar9/ent0");
    const Status removed = system().remove_adapter("lpar9/ent0");
    ASSERT_TRUE(removed.ok()) << removed.error().text;
    EXPECT_THAT(names(), testing::Not(testing::Contains("lpar9/ent0")));

    ASSERT_TRUE(send("lpar1/ent0", between(9, 1)));
    settle();
    EXPECT_THAT(take("vios1/ent0"), ElementsAre(between(9, 1))) << "an unknown one goes outside";
    const AdapterReport gone = system().tallies().back();
    EXPECT_EQ(gone.name, System::kRemoved);
    EXPECT_EQ(gone.totals.rx_frames, 1U);
    EXPECT_EQ(gone.totals.tx_frames, 1U);
}

TEST_P(ChangeAdapters, ItsPlaceBeginsAnew) {
    add("lpar9", adapter_text(9));
    open("lpar9/ent0");
    ASSERT_TRUE(send("lpar9/ent0", between(2, 9)));
    settle();
    close("lpar9/ent0");
    ASSERT_TRUE(system().remove_adapter("lpar9/ent0").ok());
    add("lpar8", adapter_text(8));
    EXPECT_EQ(totals("lpar8/ent0"), AdapterTotals{});
    for (const AddressReport& one : system().addresses("", 100)) {
        EXPECT_NE(to_string(one.mac), "02:00:00:00:00:09") << "at " << one.adapter;
    }
}

TEST_P(ChangeAdapters, BeforeItsClientIsThereFramesToItAreCounted) {
    add("lpar9", adapter_text(9));
    ASSERT_TRUE(send("lpar1/ent0", between(9, 1)));
    settle();
    EXPECT_EQ(totals("lpar9/ent0").dropped(Direction::Out, Drop::PortDown), 1U);
}

TEST_P(ChangeAdapters, ADumpHasItAndLoadsToTheSame) {
    const std::string before = config::dump(system().model());
    add("lpar9", adapter_text(9));
    const std::string after = config::dump(system().model());
    EXPECT_THAT(after, HasSubstr("lpar9"));
    EXPECT_EQ(model_of(after), system().model());
    ASSERT_TRUE(system().remove_adapter("lpar9/ent0").ok());
    EXPECT_EQ(config::dump(system().model()), before);
}

TEST_P(ChangeAdapters, WhatCantComeIsRefusedByNameAndNothingIsChanged) {
    EXPECT_THAT(refused("lpar9", "{name: ent0, type: virtual, vswitch: ETHERNET0, pvid: 4095}"),
                AllOf(HasSubstr("1:"), HasSubstr("lpar9/ent0: "), HasSubstr("4095")));
    EXPECT_THAT(refused("lpar9", adapter_text(1)), HasSubstr("02:00:00:00:00:01"));
    EXPECT_THAT(refused("vios1", "{name: ent8, type: physical, port: {type: ring}}"),
                HasSubstr("vios1/ent8"));
    EXPECT_THAT(refused("vios1",
                        "{name: ent8, type: virtual, vswitch: ETHERNET0, pvid: 7, "
                        "trunk_priority: 1}"),
                AllOf(HasSubstr("vios1/ent8"), HasSubstr("trunk")));
    EXPECT_THAT(
        refused("lpar9", adapter_text(9, "{type: qemu-stream, listen: /nosuch/folder/a.sock}")),
        HasSubstr("/nosuch/folder/a.sock"));
    EXPECT_THAT(names(), SizeIs(5));
}

TEST_P(ChangeAdapters, WhatCantGoIsKept) {
    EXPECT_THAT(kept("vios1/ent3"), HasSubstr("a trunk adapter"));
    EXPECT_THAT(kept("vios1/ent0"), HasSubstr("a physical adapter"));
    EXPECT_THAT(kept("vios1/ent6"), HasSubstr("a SEA"));
    EXPECT_THAT(kept("lpar7/ent0"), HasSubstr("no adapter is called 'lpar7/ent0'"));
    EXPECT_THAT(kept(""), HasSubstr("no adapter is called ''"));
    ASSERT_TRUE(send("lpar1/ent0", between(2, 1)));  // by which the client is there
    EXPECT_THAT(kept("lpar1/ent0"), HasSubstr("detach"));
    settle();
}

TEST_P(ChangeAdapters, PlacesAreAsManyAsTheFileKeeps) {
    add("lpar8", adapter_text(8));
    add("lpar9", adapter_text(9));
    EXPECT_THAT(refused("lpar7", adapter_text(7)), HasSubstr("spare_adapters: 2"));
    ASSERT_TRUE(system().remove_adapter("lpar8/ent0").ok());
    add("lpar7", adapter_text(7));
}

TEST_P(ChangeAdapters, OnesThatWereInTheFileMakePlace) {
    ASSERT_TRUE(system().remove_adapter("lpar2/ent0").ok());
    add("lpar7", adapter_text(7));
    add("lpar8", adapter_text(8));
    add("lpar9", adapter_text(9));
    EXPECT_THAT(refused("lpar2", adapter_text(2)), HasSubstr("no place"));
}

TEST_P(ChangeAdapters, APortThatMayHoldMoreThanIsKeptIsRefused) {
    EXPECT_THAT(
        refused("lpar9",
                adapter_text(9, "{type: qemu-stream, listen: run.sock, queue_frames: 65536}")),
        AllOf(HasSubstr("buffers"), HasSubstr("spare_adapters")));
}

TEST_P(ChangeAdapters, AddressesBoundByCommandGoWithIt) {
    add("lpar9", adapter_text(9));
    const auto mac = parse_mac("02:00:00:00:00:77");
    ASSERT_TRUE(system().add_addresses({{{1}, *mac, "lpar9/ent0"}}).ok());
    ASSERT_TRUE(system().remove_adapter("lpar9/ent0").ok());
    const auto removed = system().remove_address("ETHERNET0", {1}, *mac);
    ASSERT_TRUE(removed.ok());
    EXPECT_FALSE(*removed);
}

}  // namespace
}  // namespace sealane::runtime
