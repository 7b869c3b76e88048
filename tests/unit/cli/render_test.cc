// Replies as text, byte for byte.
#include "control/cli/render.h"

#include <nlohmann/json.hpp>

#include <gtest/gtest.h>

#include "control/rpc/replies.h"
#include "tests/unit/rpc/fake_system.h"

namespace sealane::cli {
namespace {

using nlohmann::json;

const auto kParts = runtime::fake_parts();

TEST(Render, Show) {
    EXPECT_EQ(
        render_show(rpc::show_reply(kParts->system, kParts->adapters)),
        R"(frame1 (frame.yaml): up 1 min 1 s, 2 workers, 17 of 4096 buffers in use, no hugepages

ADAPTER     ROLE      STATE  MAC                VSWITCH    PVID  VIDS   SLOT     MTU  WORKER  PORT         DETAIL
lpar1/ent0  client    up     02:00:5e:10:00:01  ETHERNET0     1  10,20  –       1500       0  qemu-stream  run/lpar1.sock
vios1/ent3  trunk     up     –                  ETHERNET0    99  1      active  1500       0  none         link to vios1/ent6
vios1/ent0  physical  down   –                  –             –  –      –       1500       1  ethdev       link down
vios1/ent6  sea       up     –                  –             –  –      –       1500       0  sea          virtual side of vios1/ent6
)");
}

TEST(Render, ShowTellsWhoHoldsASlotAndWhatIsDisabled) {
    json reply = rpc::show_reply(kParts->system, kParts->adapters);
    reply["adapters"][0]["enabled"] = false;
    reply["adapters"][1]["slot"] = {{"active", false}, {"holder", "vios2/ent3"}};
    const std::string text = render_show(reply);
    EXPECT_NE(text.find("disabled"), std::string::npos);
    EXPECT_NE(text.find("held by vios2/ent3"), std::string::npos);
    reply["adapters"][1]["slot"]["holder"] = "";
    EXPECT_NE(render_show(reply).find("  free  "), std::string::npos);
}

TEST(Render, ShowNamesWhatAPortAndItsPeerAgreedOnAndWhyNotTheRest) {
    std::vector<runtime::AdapterReport> adapters = kParts->adapters;
    adapters.resize(1);
    adapters[0].port.features = {{.name = "csum", .offered = true, .acked = true},
                                 {.name = "packed", .offered = true, .why_not = "not wanted"},
                                 {.name = "mq", .why_not = "one queue"}};
    const std::string up = render_show(rpc::show_reply(kParts->system, adapters));
    EXPECT_NE(up.find("lpar1/ent0\n  offered: csum, packed\n  acked: csum\n"
                      "  not acked (not wanted): packed\n  not acked (one queue): mq\n"),
              std::string::npos)
        << up;
    adapters[0].port.up = false;
    EXPECT_EQ(render_show(rpc::show_reply(kParts->system, adapters)).find("  not "),
              std::string::npos);

    adapters[0].port.features.assign(30, {.name = "guest_tso4", .offered = true});
    const std::string wide = render_show(rpc::show_reply(kParts->system, adapters));
    const std::string six =
        " guest_tso4, guest_tso4, guest_tso4, guest_tso4, guest_tso4, guest_tso4,";
    EXPECT_NE(wide.find("\n  offered:" + six + " guest_tso4,\n   " + six), std::string::npos)
        << wide;
}

TEST(Render, UptimeIsInTheTwoLargestUnits) {
    json reply = rpc::show_reply(kParts->system, {});
    const std::pair<double, const char*> cases[] = {{59.9, "up 59 s,"},
                                                    {60, "up 1 min 0 s,"},
                                                    {3'599, "up 59 min 59 s,"},
                                                    {3'600, "up 1 h 0 min,"},
                                                    {86'399, "up 23 h 59 min,"},
                                                    {90'000, "up 1 d 1 h,"}};
    for (const auto& [seconds, text] : cases) {
        reply["uptime_s"] = seconds;
        EXPECT_NE(render_show(reply).find(text), std::string::npos) << seconds;
    }
}

TEST(Render, Stats) {
    EXPECT_EQ(
        render_stats(rpc::stats_reply(kParts->system, kParts->adapters)),
        R"(ADAPTER     RX FRAMES  RX BYTES  ADMITTED  OFFERED  TX FRAMES  TX BYTES  COPIES  MERGED  PENDING  DROPPED
lpar1/ent0         10       640         7        5          2       128       1       0        2        6
vios1/ent0          0         0         0        0          0         0       0       0        0        0
vios1/ent3          0         0         0        0          0         0       0       0        0        4
vios1/ent6          0         0         0        0          0         0       0       0        0        0
)");
}

TEST(Render, RatesArePerSecondOfTheDaemonsClock) {
    const json before = rpc::stats_reply(kParts->system, {kParts->adapters[0]});
    json after = before;
    after["uptime_s"] = before["uptime_s"].get<double>() + 2;
    after["adapters"]["lpar1/ent0"]["rx_frames"] = 2'010;
    after["adapters"]["lpar1/ent0"]["rx_bytes"] = 640 + 2'500'000;
    after["adapters"]["lpar1/ent0"]["tx_frames"] = 1;  // started anew: counts from zero
    after["adapters"]["lpar1/ent0"]["drops"]["runt"] = 4;
    EXPECT_EQ(render_rates(before, after),
              R"(ADAPTER     RX FRAMES/S  RX MBIT/S  TX FRAMES/S  TX MBIT/S  DROPPED/S
lpar1/ent0       1000.0       10.0          0.5        0.0        2.0
)");
}

TEST(Render, Drops) {
    EXPECT_EQ(render_drops(rpc::drops_reply(kParts->adapters)),
              R"(REASON          ADAPTER     IN  BETWEEN  OUT
ingress_vlan    lpar1/ent0   3        –    –
no_destination  lpar1/ent0   –        2    –
queue_full      lpar1/ent0   –        –    1
queue_full      vios1/ent3   –        –    4

REASON          FRAMES  MEANING
ingress_vlan         3  tagged with a VLAN that the adapter is no member of; see `sealane vlan`
no_destination       2  unknown unicast, and the VLAN has no active trunk adapter, or came in by it
queue_full           5  the port's transmit queue is full
)");
    EXPECT_EQ(render_drops(rpc::drops_reply({})), "no frame was dropped\n");
}

TEST(Render, Vlan) {
    EXPECT_EQ(render_vlan(rpc::vlan_reply(kParts->adapters)),
              R"(ETHERNET0   1  10  20  99
lpar1/ent0  U   T   T   –
vios1/ent3  T   –   –   T

U leaves untagged, T leaves tagged, – no member
)");
}

TEST(Render, VlansBeyondTwentyAreContinuedBelow) {
    json reply = rpc::vlan_reply({kParts->adapters[0]});
    json& vswitch = reply["vswitches"]["ETHERNET0"];
    vswitch["vlans"] = json::array();
    for (int vlan = 1; vlan <= 21; ++vlan) {
        vswitch["vlans"].push_back(vlan);
    }
    EXPECT_NE(render_vlan(reply).find("\n\nETHERNET0   21\nlpar1/ent0   –\n\nU leaves"),
              std::string::npos);
}

TEST(Render, Sea) {
    EXPECT_EQ(
        render_sea(rpc::sea_reply(kParts->seas, {})),
        R"(SEA         REAL ADAPTER  LINK  HA MODE   PRIORITY  STATE      BRIDGE MODE  SINCE  PRIMARY  BACKUP  FLIP-FLOP  BECAUSE
vios1/ent6  vios1/ent0    down  disabled         1  PRIMARY    All              –        –       –          –  –
vios2/ent6  vios2/ent0    down  sharing          2  BACKUP_SH  Partial       12 s        1       2          3  it owns a part of the trunk slots

SEA         TRUNK ADAPTER  PVID  VIDS  DEFAULT  SLOT
vios1/ent6  vios1/ent3       99  1     yes      active
vios2/ent6  vios2/ent3       99  1     yes      active

SEA         SIDE     RX FRAMES  RX BYTES  TX FRAMES  TX BYTES  DROPPED
vios1/ent6  real             0         0          0         0        0
vios1/ent6  virtual          0         0          0         0        0
vios2/ent6  real             0         0          0         0        0
vios2/ent6  virtual          0         0          0         0        0
)");
    EXPECT_EQ(render_sea(rpc::sea_reply({}, {})), "no Shared Ethernet Adapter runs here\n");
}

TEST(Render, WhoCouldNotBeAskedForItsSeasIsNamed) {
    nlohmann::json reply = rpc::sea_reply({}, {{"vios1", "/f/1"}, {"vios2", "/f/2"}});
    reply["elsewhere"][1]["why"] = "nobody listens at /f/2";
    const std::string told = "vios2 is not reached: nobody listens at /f/2\n\n";
    EXPECT_EQ(render_sea(reply), told + "no Shared Ethernet Adapter runs here\n");
    EXPECT_EQ(render_pairs(reply), told + "no Shared Ethernet Adapter runs here\n");
}

TEST(Render, PairsSpeakTheOriginalsWords) {
    EXPECT_EQ(render_pairs(rpc::sea_reply(kParts->seas, {})),
              R"(vios1/ent6
    High Availability Mode: Disabled

vios2/ent6
High Availability Statistics:
    Control Channel PVID: 100
    Control Packets in: 43
    Control Packets out: 41
    Announcements of Clients: 6
    Own Packets not sent: 0
Type of Packets Received:
    Keep-Alive Packets: 40
    Recovery Packets: 1
    Notify Packets: 0
    Limbo Packets: 0
    Packets not believed: replay 5
    State: BACKUP_SH
    Since: 12.2 s, because it owns a part of the trunk slots
    Bridge Mode: Partial
    VID shared: 1
    Number of Times Server became Backup: 2
    Number of Times Server became Primary: 1
    High Availability Mode: Sharing
    Priority: 2
    Partner: PRIMARY_SH, priority 1
    Alarm: same_priority
)");
    EXPECT_EQ(render_pairs(rpc::sea_reply({}, {})), "no Shared Ethernet Adapter runs here\n");
}

TEST(Render, EventsAreALineEach) {
    EXPECT_EQ(render_events({{"events", nlohmann::json::array()}}),
              "nothing has happened to SEAs\n");
    const nlohmann::json event{{"number", 1},
                               {"age_s", 0.25},
                               {"sea", "vios2/ent6"},
                               {"kind", "role"},
                               {"what", "BACKUP > PRIMARY"},
                               {"cause", "it owns all trunk slots"}};
    EXPECT_EQ(
        render_events({{"events", {event}}}),
        "     0.250 s ago  vios2/ent6      role        BACKUP > PRIMARY              it owns all "
        "trunk slots\n");
}

TEST(Render, Addresses) {
    EXPECT_EQ(render_addresses(rpc::addresses_reply(kParts->tables, kParts->addresses, 9)),
              R"(VSWITCH    VLAN  MAC                ADAPTER     KIND         AGE
ETHERNET0     1  02:00:5e:10:00:01  lpar1/ent0  configured     –
ETHERNET0    10  02:00:5e:10:00:02  lpar1/ent0  learned     12 s

ETHERNET0: 2 of 65536 addresses; learned 3, moved 0, aged 1, evicted 0, refused 0
)");
    EXPECT_EQ(
        render_addresses(rpc::addresses_reply(kParts->tables, {}, 9)),
        "ETHERNET0: 2 of 65536 addresses; learned 3, moved 0, aged 1, evicted 0, refused 0\n");
    EXPECT_NE(render_addresses(rpc::addresses_reply(kParts->tables, kParts->addresses, 1))
                  .find("… and more: see --limit\n"),
              std::string::npos);
}

TEST(Render, Impair) {
    const json reply = json::parse(R"({"adapter": "lpar1/ent0", "link": "down",
        "in": {"set": {"loss": "30%", "delay": "5ms"}, "events": {"lost": 3, "delayed": 7, "corrupted": 0}},
        "out": {"set": {}, "events": {"lost": 0}}})");
    EXPECT_EQ(render_impair(reply),
              "lpar1/ent0: link down\n"
              "  in   delay=5ms loss=30%\n"
              "       delayed 7, lost 3\n"
              "  out  a good wire\n"
              "       nothing happened to frames yet\n");
}

TEST(Render, Version) {
    EXPECT_EQ(
        render_version(rpc::version_reply({"0.1.0", "DPDK 22.11.11", "x86-64 (corei7)", "avx2"})),
        "sealane 0.1.0\nDPDK 22.11.11\nbuilt for x86-64 (corei7)\nsums checksums with avx2\n");
}

}  // namespace
}  // namespace sealane::cli
