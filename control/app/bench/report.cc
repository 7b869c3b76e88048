#include "control/app/bench/report.h"

#include <fmt/core.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include "control/cli/table.h"
#include "control/rpc/method.h"

namespace sealane::app {

std::string render_bench(const BenchMachine& machine, const std::vector<BenchRow>& rows) {
    std::string text = fmt::format(
        "{}, {} core{}, TSC {:.3f} GHz, {}\n"
        "sealane {} for {}, {}, kernel {}, {}hugepages\n"
        "one worker replays frames to so many addresses from memory into a switch that throws "
        "away what comes out\n\n",
        machine.cpu,
        machine.cpus,
        machine.cpus == 1 ? "" : "s",
        machine.tsc_hz / 1e9,
        fmt::join(machine.isa, " "),
        machine.version.version,
        machine.version.isa,
        machine.version.dpdk,
        machine.kernel,
        machine.hugepages ? "" : "no ");
    using Align = cli::Table::Align;
    cli::Table table({{"CASE"},
                      {"SIZE", Align::Right},
                      {"ADDRESSES", Align::Right},
                      {"MPPS", Align::Right},
                      {"GBIT/S", Align::Right},
                      {"CYCLES", Align::Right},
                      {"LOSS", Align::Right},
                      {"CORE", Align::Right}});
    for (const BenchRow& row : rows) {
        table.add({row.name,
                   std::to_string(row.size),
                   std::to_string(row.macs),
                   fmt::format("{:.2f}", row.mpps),
                   fmt::format("{:.1f}", row.gbps),
                   fmt::format("{:.0f}", row.cycles),
                   fmt::format("{:.2f}%", row.loss * 100),
                   fmt::format("{:.0f}%", row.core * 100)});
    }
    text += table.text();
    text +=
        "\nCYCLES are ticks of the TSC a frame of the worker's time; with CORE below 100% other "
        "work ran on its core.\n"
        "scripts/bench in the source tree measures testpmd and Open vSwitch in the same run.\n";
    return text;
}

std::string bench_as_json(const BenchMachine& machine, const std::vector<BenchRow>& rows) {
    using nlohmann::json;
    json told = json::array();
    for (const BenchRow& row : rows) {
        told.push_back({{"case", row.name},
                        {"variant", fmt::format("macs={}", row.macs)},
                        {"dut", "sealane"},
                        {"size", row.size},
                        {"macs", row.macs},
                        {"mpps", row.mpps},
                        {"gbps", row.gbps},
                        {"cycles", row.cycles},
                        {"loss", row.loss},
                        {"core", row.core}});
    }
    const json all{
        {"schema_version", rpc::kSchemaVersion},
        {"machine",
         {{"cpu", machine.cpu},
          {"cpus", machine.cpus},
          {"tsc_hz", machine.tsc_hz},
          {"isa", machine.isa},
          {"built_for", machine.version.isa},
          {"kernel", machine.kernel},
          {"hugepages", machine.hugepages},
          {"versions", {{"sealane", machine.version.version}, {"dpdk", machine.version.dpdk}}}}},
        {"rows", std::move(told)}};
    return all.dump(2) + "\n";
}

}  // namespace sealane::app
