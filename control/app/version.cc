#include "control/app/version.h"

#include "dataplane/wire/checksum.h"
#include "dataplane/worker/eal.h"

namespace sealane::app {

// DPDK's headers decide what they are compiled for, and we with them.
#if defined(__AVX512F__)
#define SEALANE_ISA "x86-64 with AVX-512"
#define SEALANE_CPU_FEATURE "avx512f"
#elif defined(__AVX2__)
#define SEALANE_ISA "x86-64 with AVX2"
#define SEALANE_CPU_FEATURE "avx2"
#elif defined(__SSE4_2__)
#define SEALANE_ISA "x86-64 with SSE4.2"
#define SEALANE_CPU_FEATURE "sse4.2"
#elif defined(__x86_64__)
#define SEALANE_ISA "x86-64"
#elif defined(__aarch64__)
#define SEALANE_ISA "aarch64"
#elif defined(__powerpc64__)
#define SEALANE_ISA "ppc64le"
#else
#define SEALANE_ISA "an architecture without a name here"
#endif

rpc::VersionFacts version_facts() {
    return {
        SEALANE_VERSION, worker::dpdk_version(), SEALANE_ISA, std::string(wire::sum_kernel_name())};
}

bool cpu_runs_it() {
#if defined(SEALANE_CPU_FEATURE)
    return __builtin_cpu_supports(SEALANE_CPU_FEATURE) != 0;
#else
    return true;
#endif
}

}  // namespace sealane::app
