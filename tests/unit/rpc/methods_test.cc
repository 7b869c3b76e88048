// The table of methods on a system of plain values.
#include "control/rpc/methods.h"

#include <filesystem>
#include <nlohmann/json.hpp>

#include <gtest/gtest.h>

#include "control/rpc/dispatch.h"
#include "tests/unit/rpc/fake_system.h"

namespace sealane::rpc {
namespace {

using nlohmann::json;

struct Fixture {
    std::unique_ptr<runtime::System::Parts> made = runtime::fake_parts();
    runtime::System::Parts* parts = made.get();
    std::unique_ptr<runtime::System> system = runtime::System::Parts::run(std::move(made));
    Methods methods = make_methods(*system, {"0.1.0", "DPDK 22.11.11", "corei7", "avx2"});

    json ask(const std::string& method, const json& params = json::object()) {
        const json request{{"jsonrpc", "2.0"}, {"id", 1}, {"method", method}, {"params", params}};
        const json reply = json::parse(answer(methods, request.dump()));
        return reply.contains("result") ? reply["result"] : reply["error"];
    }
};

TEST(Methods, EveryReplyCarriesTheSchemaVersion) {
    Fixture fixture;
    for (const char* method : {"version",
                               "system",
                               "show",
                               "stats",
                               "drops",
                               "vlan",
                               "sea",
                               "config.dump",
                               "fdb.show"}) {
        EXPECT_EQ(fixture.ask(method)["schema_version"], 1) << method;
    }
    EXPECT_EQ(fixture.ask("fdb.flush")["schema_version"], 1);
}

TEST(Methods, UnknownParametersAreRefusedByName) {
    EXPECT_EQ(Fixture().ask("stats", {{"adapter", "x"}})["message"],
              "unknown parameter \"adapter\" of stats: it takes none");
    EXPECT_EQ(Fixture().ask("fdb.del", {{"mac", "02:00:5e:10:00:02"}, {"vid", 1}})["message"],
              "unknown parameter \"vid\" of fdb.del: it takes mac, vlan, vswitch (optional)");
}

TEST(Methods, AddReachesTheSystemAsOneRequest) {
    Fixture fixture;
    const json reply = fixture.ask(
        "fdb.add", {{"mac", "02:00:5e:10:00:09"}, {"vlan", 10}, {"adapter", "lpar1/ent0"}});
    EXPECT_EQ(reply, json({{"schema_version", 1}, {"added", 1}}));
    ASSERT_EQ(fixture.parts->added.size(), 1U);
    EXPECT_EQ(fixture.parts->added[0].mac, MacAddress{0x02005e100009});
    EXPECT_EQ(fixture.parts->added[0].vlan, VlanId{10});
}

TEST(Methods, LoadIsAllOrNothingAndNamesTheEntry) {
    Fixture fixture;
    json rows{"02:00:5e:10:00:09 10 lpar1/ent0", "02:00:5e:10:00:0a 10 lpar1/ent0"};
    EXPECT_EQ(fixture.ask("fdb.load", {{"entries", rows}})["added"], 2);
    EXPECT_EQ(fixture.parts->added.size(), 2U);

    rows.push_back("02:00:5e:10:00:0b 10");
    EXPECT_EQ(
        fixture.ask("fdb.load", {{"entries", rows}}),
        json({{"code", kFailed}, {"message", "entry 3: a row has three words, MAC VLAN ADAPTER"}}));
    rows.back() = "02:00:5e:10:00:0b 10 lpar9/ent0";
    EXPECT_EQ(fixture.ask("fdb.load", {{"entries", rows}})["message"],
              "entry 3: no adapter is called 'lpar9/ent0'");
    EXPECT_EQ(fixture.parts->added.size(), 2U);
}

TEST(Methods, DelTellsWhetherItWasThere) {
    Fixture fixture;
    EXPECT_EQ(fixture.ask("fdb.del", {{"mac", "02:00:5e:10:00:02"}, {"vlan", 10}})["removed"], 1);
    EXPECT_EQ(fixture.ask("fdb.del", {{"mac", "02:00:5e:10:00:03"}, {"vlan", 10}})["message"],
              "02:00:5e:10:00:03 is not in VLAN 10 of ETHERNET0");
    EXPECT_EQ(fixture.ask("fdb.del", {{"mac", "02:00:5e:10:00:01"}, {"vlan", 1}})["message"],
              "it is lpar1/ent0's own address");
}

TEST(Methods, DelAsksWhichVswitchWhereThereAreSeveral) {
    Fixture fixture;
    fixture.parts->model.vswitches.push_back(fixture.parts->model.vswitches[0]);
    fixture.parts->model.vswitches[1].name = "ETHERNET1";
    json params{{"mac", "02:00:5e:10:00:02"}, {"vlan", 10}};
    EXPECT_EQ(
        fixture.ask("fdb.del", params)["message"],
        "the address may be in several virtual switches: say in which with --vswitch, ETHERNET0 "
        "or ETHERNET1");
    params["vswitch"] = "ETHERNET1";
    EXPECT_EQ(fixture.ask("fdb.del", params)["removed"], 1);
}

TEST(Methods, FlushPassesEveryConditionOn) {
    Fixture fixture;
    EXPECT_EQ(fixture.ask("fdb.flush",
                          {{"vswitch", "ETHERNET0"},
                           {"adapter", "lpar1/ent0"},
                           {"vlan", 20},
                           {"static", true}})["removed"],
              5);
    const runtime::FlushRequest& request = fixture.parts->flushed.at(0);
    EXPECT_EQ(request.vswitch, "ETHERNET0");
    EXPECT_EQ(request.adapter, "lpar1/ent0");
    EXPECT_EQ(request.vlan, VlanId{20});
    EXPECT_TRUE(request.fixed_too);
    static_cast<void>(fixture.ask("fdb.flush"));
    EXPECT_EQ(fixture.parts->flushed.at(1).vlan, std::nullopt);
    EXPECT_FALSE(fixture.parts->flushed.at(1).fixed_too);
}

TEST(Methods, ShowOfAddressesSaysWhenItLeavesSomeOut) {
    Fixture fixture;
    EXPECT_FALSE(fixture.ask("fdb.show")["truncated"]);
    const json reply = fixture.ask("fdb.show", {{"limit", 1}});
    EXPECT_EQ(reply["entries"].size(), 1U);
    EXPECT_TRUE(reply["truncated"]);
    EXPECT_EQ(fixture.ask("fdb.show", {{"vswitch", "nosuch"}})["message"],
              "no virtual switch is called 'nosuch'");
}

TEST(Methods, ConfigurationIsDumpedAsText) {
    const json reply = Fixture().ask("config.dump");
    EXPECT_NE(reply["yaml"].get<std::string>().find("\nsystem: frame1\n"), std::string::npos);
    EXPECT_EQ(reply["directory"], std::filesystem::current_path().string());
}

TEST(Methods, HaModeIsSetWhileItRuns) {
    Fixture fixture;
    EXPECT_EQ(fixture.ask("sea.set", {{"sea", "vios2/ent6"}, {"ha_mode", "standby"}})["ha_mode"],
              "standby");
    EXPECT_EQ(fixture.parts->ha_mode, "standby");
    EXPECT_EQ(fixture.ask("sea.set", {{"sea", "vios9/ent6"}, {"ha_mode", "auto"}})["message"],
              "no SEA is called 'vios9/ent6'");
    EXPECT_NE(fixture.ask("sea.set", {{"sea", "vios2/ent6"}})["message"].get<std::string>().find(
                  "ha_mode"),
              std::string::npos);
}

TEST(Methods, EventsAreThoseAfterANumber) {
    Fixture fixture;
    EXPECT_EQ(fixture.ask("events")["events"].size(), 2U);
    const json later = fixture.ask("events", {{"after", 1}})["events"];
    ASSERT_EQ(later.size(), 1U);
    EXPECT_EQ(later[0],
              json({{"number", 2},
                    {"age_s", 12.25},
                    {"sea", "vios2/ent6"},
                    {"kind", "alarm"},
                    {"what", "same_priority"},
                    {"cause", "the partner has it"}}));
}

TEST(Methods, ImpairChangesWhatIsGivenAndLeavesTheRest) {
    Fixture fixture;
    const json first = fixture.ask(
        "impair",
        {{"adapter", "lpar1/ent0"}, {"in", {"loss=30%"}}, {"out", {"delay=5ms", "loss=1%"}}});
    EXPECT_EQ(first,
              json({{"schema_version", 1},
                    {"adapter", "lpar1/ent0"},
                    {"link", "up"},
                    {"in", {{"set", {{"loss", "30%"}}}, {"events", {{"lost", 3}, {"delayed", 0}}}}},
                    {"out",
                     {{"set", {{"delay", "5ms"}, {"loss", "1%"}}},
                      {"events", {{"lost", 0}, {"delayed", 0}}}}}}));
    fixture.ask("impair", {{"adapter", "lpar1/ent0"}, {"out", {"loss=0%"}}, {"link", "down"}});
    const Impairments expected{
        .in = {.loss = 0.3}, .out = {.delay = std::chrono::milliseconds{5}}, .link_down = true};
    EXPECT_EQ(fixture.parts->impairments, expected);
    EXPECT_EQ(fixture.ask("impair", {{"adapter", "lpar1/ent0"}})["link"], "down");

    fixture.ask("impair", {{"adapter", "lpar1/ent0"}, {"clear", true}, {"in", {"corrupt=1%"}}});
    EXPECT_EQ(fixture.parts->impairments, (Impairments{.in = {.corrupt = 0.01}}));
}

TEST(Methods, AdaptersComeAndGo) {
    Fixture fixture;
    const json expected{
        {"schema_version", 1}, {"adapter", "lpar9/ent0"}, {"mac", "02:00:00:00:00:09"}};
    EXPECT_EQ(fixture.ask("adapter.add", {{"partition", "lpar9"}, {"adapter", "{pvid: 1}"}}),
              expected);
    EXPECT_EQ(fixture.ask("adapter.remove", {{"adapter", "lpar9/ent0"}}),
              json({{"schema_version", 1}, {"adapter", "lpar9/ent0"}}));
    EXPECT_EQ(fixture.ask("adapter.add", {{"partition", "lpar9"}, {"adapter", {{"pvid", 1}}}}),
              expected)
        << "an object is as good as its text";
}

TEST(Methods, MtuIsSetAndItsErrorsAreHandedOn) {
    Fixture fixture;
    EXPECT_EQ(fixture.ask("mtu", {{"adapter", "lpar1/ent0"}, {"mtu", 9000}}),
              json({{"schema_version", 1}, {"adapter", "lpar1/ent0"}, {"mtu", 9000}}));
    EXPECT_EQ(fixture.parts->mtu, 9000U);
    const json reply = fixture.ask("mtu", {{"adapter", "lpar9/ent0"}, {"mtu", 1500}});
    EXPECT_EQ(reply.value("message", ""), "no adapter is called 'lpar9/ent0'");
    EXPECT_EQ(fixture.parts->mtu, 9000U);
    // How much an adapter can have is the system's to say, of any number.
    EXPECT_EQ(fixture.ask("mtu", {{"adapter", "lpar1/ent0"}, {"mtu", 99'999}})["mtu"], 99'999);
    EXPECT_EQ(fixture.parts->mtu, 99'999U);
}

TEST(Methods, ImpairIsAllOrNothing) {
    Fixture fixture;
    const auto fault = [&](const json& params) {
        const json reply = fixture.ask("impair", params);
        EXPECT_EQ(fixture.parts->impairments, Impairments{});
        return reply.value("message", "");
    };
    EXPECT_EQ(fault({{"adapter", "lpar1/ent0"}, {"in", {"loss=30%"}}, {"out", {"loss=3"}}}),
              "out: loss '3' can't be read; use a percentage with at most 6 decimals, such as 30% "
              "or 0.1%");
    EXPECT_EQ(fault({{"adapter", "lpar1/ent0"}, {"in", {"loss"}}}),
              "in: 'loss' says nothing; use KEY=TEXT, such as loss=30%");
    EXPECT_EQ(fault({{"adapter", "lpar1/ent0"}, {"in", {"loss=30%"}}, {"link", "gone"}}),
              "link 'gone' is unknown; use up or down");
    EXPECT_EQ(fault({{"adapter", "lpar9/ent0"}, {"link", "down"}}), "lpar9/ent0 can't be impaired");
}

}  // namespace
}  // namespace sealane::rpc
