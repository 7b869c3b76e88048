// Shapes that users' scripts read.
#include "control/rpc/replies.h"

#include <nlohmann/json.hpp>

#include <gtest/gtest.h>

#include "tests/unit/rpc/fake_system.h"

namespace sealane::rpc {
namespace {

using nlohmann::json;

TEST(Replies, StatsHasEveryNumberAndOnlyReasonsThatHappened) {
    const auto parts = runtime::fake_parts();
    const json reply = stats_reply(parts->system, parts->adapters);
    EXPECT_EQ(reply["adapters"]["lpar1/ent0"], json::parse(R"({
        "rx_frames": 10, "rx_bytes": 640, "admitted": 7, "copies": 1, "merged": 0,
        "offered": 5, "tx_frames": 2, "tx_bytes": 128, "pending": 2,
        "drops": {"ingress_vlan": 3, "no_destination": 2, "queue_full": 1}})"));
    EXPECT_EQ(reply["adapters"]["vios1/ent0"]["drops"], json::object());
    EXPECT_EQ(reply["adapters"].size(), 4U);
    EXPECT_EQ(reply["uptime_s"], 61.5);
}

TEST(Replies, DropsAreByAdapterDirectionAndReasonWithMeanings) {
    const auto parts = runtime::fake_parts();
    const json reply = drops_reply(parts->adapters);
    EXPECT_EQ(reply["adapters"]["lpar1/ent0"], json::parse(R"({
        "in": {"ingress_vlan": 3}, "between": {"no_destination": 2}, "out": {"queue_full": 1}})"));
    EXPECT_EQ(reply["adapters"]["vios1/ent3"],
              json::parse(R"({"in": {}, "between": {}, "out": {"queue_full": 4}})"));
    EXPECT_EQ(reply["reasons"].size(), 3U);
    EXPECT_EQ(reply["reasons"]["queue_full"],
              json::parse(R"({"total": 5, "meaning": "the port's transmit queue is full"})"));
}

TEST(Replies, VlanMatrixTellsUntaggedFromTagged) {
    const auto parts = runtime::fake_parts();
    EXPECT_EQ(vlan_reply(parts->adapters), json::parse(R"({
        "schema_version": 1,
        "vswitches": {"ETHERNET0": {
            "vlans": [1, 10, 20, 99],
            "adapters": {"lpar1/ent0": {"1": "U", "10": "T", "20": "T"},
                         "vios1/ent3": {"99": "T", "1": "T"}}}}})"));
}

TEST(Replies, ShowListsAdaptersInTheFilesOrder) {
    const auto parts = runtime::fake_parts();
    const json reply = show_reply(parts->system, parts->adapters);
    EXPECT_EQ(reply["system"], "frame1");
    EXPECT_EQ(reply["adapters"][0], json::parse(R"({
        "name": "lpar1/ent0", "role": "client", "enabled": true, "mtu": 1500, "worker": 0,
        "port": {"type": "qemu-stream", "up": true, "detail": "run/lpar1.sock", "pending": 2},
        "vswitch": "ETHERNET0", "pvid": 1, "tag_pvid": false, "vids": [10, 20],
        "mac": "02:00:5e:10:00:01", "trunk_priority": 0, "addresses": 1})"));
    EXPECT_EQ(reply["adapters"][1]["slot"], json::parse(R"({
        "slot": 0, "active": true, "holder": "vios1/ent3", "epoch": 1})"));
    EXPECT_TRUE(reply["adapters"][1]["mac"].is_null());
    EXPECT_EQ(reply["adapters"][2], json::parse(R"({
        "name": "vios1/ent0", "role": "physical", "enabled": true, "mtu": 1500, "worker": 1,
        "port": {"type": "ethdev", "up": false, "detail": "link down", "pending": 0}})"));
    EXPECT_EQ(reply["adapters"][3]["role"], "sea");
}

TEST(Replies, AHypervisorNamesWhoHasTheOtherSeas) {
    EXPECT_FALSE(sea_reply({}, {}).contains("elsewhere"));
    EXPECT_EQ(sea_reply({}, {{"vios1", "/f/vios1.control"}})["elsewhere"],
              json::array({{{"part", "vios1"}, {"control", "/f/vios1.control"}}}));
}

TEST(Replies, SeaHasItsTrunksAndBothSides) {
    const json sea = sea_reply(runtime::fake_parts()->seas, {})["seas"][0];
    EXPECT_EQ(sea["state"], "PRIMARY");
    EXPECT_TRUE(sea["pair"].is_null());
    const json pair = sea_reply(runtime::fake_parts()->seas, {})["seas"][1]["pair"];
    EXPECT_EQ(pair["partner"], json({{"state", "PRIMARY_SH"}, {"priority", 1}}));
    EXPECT_EQ(pair["received"]["keep-alive"], 40);
    EXPECT_EQ(pair["rejected"]["replay"], 5);
    EXPECT_EQ(pair["alarms"], json({"same_priority"}));
    EXPECT_EQ(sea["trunks"], json::parse(R"([{
        "adapter": "vios1/ent3", "pvid": 99, "vids": [1], "default": true, "active": true}])"));
    EXPECT_EQ(sea["real_side"]["rx_frames"], 0);
    EXPECT_EQ(sea["virtual_side"]["drops"], json::object());
}

TEST(Replies, AddressesComeWithTheirTables) {
    const auto parts = runtime::fake_parts();
    EXPECT_EQ(addresses_reply(parts->tables, parts->addresses, 1), json::parse(R"({
        "schema_version": 1,
        "tables": [{"vswitch": "ETHERNET0", "size": 2, "capacity": 65536, "added": 3, "moved": 0,
                    "aged": 1, "evicted": 0, "refused": 0}],
        "entries": [{"vswitch": "ETHERNET0", "vlan": 1, "mac": "02:00:5e:10:00:01",
                     "adapter": "lpar1/ent0", "kind": "configured", "age_s": 0}],
        "truncated": true})"));
}

}  // namespace
}  // namespace sealane::rpc
