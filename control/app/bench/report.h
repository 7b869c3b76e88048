// What `sealane bench` found, and how it is told.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "control/rpc/replies.h"

namespace sealane::app {

struct BenchMachine {
    std::string cpu;
    std::uint32_t cpus = 0;
    double tsc_hz = 0;
    std::vector<std::string> isa;  ///< Of what matters to packets, what the processor has.
    std::string kernel;
    bool hugepages = false;  ///< In use.
    rpc::VersionFacts version;
};

struct BenchRow {
    std::string name;
    std::uint32_t size = 0;  ///< Bytes of a frame, with the checksum that no virtual port carries.
    std::uint32_t macs = 0;
    double mpps = 0, gbps = 0;
    double cycles = 0;  ///< Ticks of the TSC a frame, of the worker's time; it never rests.
    double loss = 0;    ///< Part of the frames that came in.
    double core = 0;    ///< Part of a core that the worker had.
};

[[nodiscard]] std::string render_bench(const BenchMachine& machine,
                                       const std::vector<BenchRow>& rows);
/// The shape of `scripts/bench --json`.
[[nodiscard]] std::string bench_as_json(const BenchMachine& machine,
                                        const std::vector<BenchRow>& rows);

}  // namespace sealane::app
