// Which real adapters may lose their link on purpose.
#include <gtest/gtest.h>

#include "control/config/load.h"

namespace sealane::config {
namespace {

std::string faults_with(const std::string& port) {
    return to_string(
        load("system: s\nvswitches: [{name: E}]\npartitions:\n"
             "  - name: vios1\n    type: vios\n    adapters:\n"
             "      - {name: ent0, type: physical, port: " +
                 port +
                 "}\n"
                 "      - {name: ent3, type: virtual, vswitch: E, pvid: 1, trunk_priority: 1}\n"
                 "    seas: [{name: ent6, real_adapter: ent0, virt_adapters: [ent3], "
                 "pvid_adapter: ent3, pvid: 1, ha_mode: auto, adapter_reset: true}]\n",
             "f")
            .faults);
}

TEST(AdapterResetRule, IsForDevicesWhoseLinkCanBeTakenDown) {
    for (const char* device : {"devargs: \"net_af_packet0,iface=up1\"",
                               "devargs: \"net_tap0,iface=t0\"",
                               "pci: \"0000:01:00.0\""}) {
        EXPECT_EQ(faults_with("{type: ethdev, " + std::string(device) + "}"), "") << device;
    }
    for (const char* port : {"{type: ring}",
                             "{type: ethdev, devargs: \"net_pcap0,rx_pcap=a,tx_pcap=b\"}",
                             "{type: ethdev, devargs: \"net_memif0,role=client\"}"}) {
        EXPECT_EQ(faults_with(port),
                  "f:9:127: vios1/ent6: adapter_reset true takes a real adapter whose link can be "
                  "taken down: an ethdev of net_af_packet, net_tap, or a NIC; use one, or false: "
                  "the outside learns where clients are from RARP\n")
            << port;
    }
}

}  // namespace
}  // namespace sealane::config
