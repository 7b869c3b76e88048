// What the rules ask of pairs that have no control channel.
#include <gtest/gtest.h>

#include "control/config/load.h"

namespace sealane::config {
namespace {

std::string vios(int number, int pvid, const std::string& more) {
    const std::string n = std::to_string(number);
    return "  - name: vios" + n +
           "\n    type: vios\n    adapters:\n"
           "      - {name: ent0, type: physical, port: {type: ring}}\n"
           "      - {name: ent3, type: virtual, vswitch: E, pvid: 1, trunk_priority: " +
           n +
           "}\n"
           "      - {name: ent4, type: virtual, vswitch: E, pvid: 2, trunk_priority: " +
           n +
           "}\n"
           "    seas:\n      - {name: ent6, real_adapter: ent0, virt_adapters: [ent3, ent4], "
           "pvid_adapter: " +
           (pvid == 1 ? "ent3" : "ent4") + ", pvid: " + std::to_string(pvid) + more + "}\n";
}

std::string faults_of_pair(int pvid, const std::string& more, const std::string& table = "") {
    return to_string(load("system: s\nvswitches: [{name: E" + table + "}]\npartitions:\n" +
                              vios(1, 1, more) + vios(2, pvid, more),
                          "f")
                         .faults);
}

TEST(DiscoveryRules, PartnersWithoutAControlChannelHaveOnePvid) {
    EXPECT_EQ(faults_of_pair(1, ", ha_mode: auto"), "");
    EXPECT_EQ(faults_of_pair(2, ", ha_mode: auto"),
              "f:19:97: vios2/ent6: pvid 2 is not 1, that of partner vios1/ent6, and without "
              "ctl_chan a pair is found by it; use the same, or a ctl_chan\n");
}

TEST(DiscoveryRules, OnVlan4095EachHasAnAddressThatTheTableMustHold) {
    // Own addresses: 4 of trunk adapters, and 2 on VLAN 4095.
    std::string extra;
    for (int i = 0; i < 11; ++i) {
        extra += (i == 0 ? "" : ", ") + std::to_string(100 + i);
    }
    const std::string clients =
        "  - {name: lpar1, type: client, adapters: [{name: ent0, type: virtual, vswitch: E, pvid: "
        "99, vids: [" +
        extra + "]}]}\n";
    const auto faults = [&](const std::string& mode) {
        return to_string(load("system: s\nvswitches: [{name: E, address_table: {capacity: 16}}]\n"
                              "partitions:\n" +
                                  vios(1, 1, mode) + vios(2, 1, mode) + clients,
                              "f")
                             .faults);
    };
    EXPECT_EQ(faults(", ha_mode: disabled"), "");
    EXPECT_EQ(faults(", ha_mode: auto"),
              "f:2:49: E: address_table: capacity 16 is too small for the own addresses of its "
              "adapters, one in each of their VLANs; use 18 or more, and room for what is "
              "learned\n");
}

}  // namespace
}  // namespace sealane::config
