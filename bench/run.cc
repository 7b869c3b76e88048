#include "bench/run.h"

#include <memory>

#include <benchmark/benchmark.h>

#include "dataplane/base/check.h"
#include "dataplane/worker/eal.h"

namespace sealane {

int run_benchmarks(int argc, char** argv) {
    benchmark::Initialize(&argc, argv);
    const Result<std::unique_ptr<worker::Eal>> environment = worker::Eal::start({.memory_mb = 256});
    SEALANE_CHECK(environment.ok(), "DPDK's environment did not start");
    benchmark::RunSpecifiedBenchmarks();
    return 0;
}

}  // namespace sealane
