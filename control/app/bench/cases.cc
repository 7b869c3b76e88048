#include "control/app/bench/cases.h"

#include <fmt/core.h>

namespace sealane::app {
namespace {

constexpr std::size_t kOnTheWay = 8192;  // buffers beside those in which the source keeps its file

/// One worker that never rests, and a client that sends.
std::string with_source(const std::string& path, std::size_t macs) {
    return fmt::format(
        "system: bench\n"
        "vswitches:\n"
        "  - {{name: ETHERNET0, address_table: {{capacity: 4194304}}}}\n"
        "runtime: {{idle: poll, workers: 1, buffers: {}}}\n"
        "partitions:\n"
        "  - name: source\n"
        "    type: client\n"
        "    adapters:\n"
        "      - {{name: ent0, type: virtual, vswitch: ETHERNET0, pvid: 1, mtu: 1500,\n"
        "         port: {{type: ethdev, devargs: \"net_pcap0,rx_pcap={},infinite_rx=1\"}}}}\n",
        macs + kOnTheWay,
        path);
}

constexpr const char* kSink = R"(
  - name: sink
    type: client
    adapters:
      - {name: ent0, type: virtual, vswitch: ETHERNET0, pvid: 1, mtu: 1500, max_macs: 1048576,
         port: {type: ethdev, devargs: "net_null1,no-rx=1"}}
)";

constexpr const char* kVios = R"(
  - name: vios1
    type: vios
    adapters:
      - {name: ent0, type: physical, port: {type: ethdev, devargs: "net_null1,no-rx=1"}}
      - {name: ent3, type: virtual, vswitch: ETHERNET0, pvid: 1, trunk_priority: 1}
    seas:
      - {name: ent6, real_adapter: ent0, virt_adapters: [ent3], pvid_adapter: ent3, pvid: 1}
)";

}  // namespace

std::vector<BenchCase> bench_cases(const std::string& wanted,
                                   const std::string& path,
                                   std::size_t macs) {
    std::vector<BenchCase> cases;
    const std::string source = with_source(path, macs);
    if (wanted.empty() || wanted == "switch") {
        cases.push_back({"switch", "sink/ent0", true, source + kSink});
    }
    if (wanted.empty() || wanted == "sea") {
        cases.push_back({"sea", "vios1/ent0", false, source + kVios});
    }
    return cases;
}

}  // namespace sealane::app
