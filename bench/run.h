// main() of the benchmarks that need DPDK's environment.
#pragma once

namespace sealane {

/// Runs those that `argv` asks for, of all that are registered.
int run_benchmarks(int argc, char** argv);

}  // namespace sealane
