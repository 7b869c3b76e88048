#include "control/app/bench/bench.h"

#include <algorithm>
#include <chrono>
#include <fmt/core.h>
#include <fstream>
#include <iostream>
#include <memory>
#include <sstream>
#include <sys/resource.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <rte_cycles.h>

#include "control/app/bench/cases.h"
#include "control/app/bench/report.h"
#include "control/app/bench/source.h"
#include "control/cli/render.h"
#include "control/config/load.h"
#include "control/runtime/clock.h"
#include "control/runtime/system.h"
#include "dataplane/worker/eal.h"

namespace sealane::app {
namespace {

constexpr std::uint32_t kChecksum = 4;  // bytes that a size counts and memory has not
constexpr double kWarmUpS = 0.2;

Duration seconds(double count) {
    return std::chrono::duration_cast<Duration>(std::chrono::duration<double>(count));
}

double seconds(Duration time) { return std::chrono::duration<double>(time).count(); }

/// What the rest of a line of /proc/cpuinfo that begins with `name` says.
std::string cpu_fact(const std::string& name) {
    std::ifstream facts("/proc/cpuinfo");
    for (std::string line; std::getline(facts, line);) {
        const std::size_t colon = line.find(": ");
        if (line.starts_with(name) && colon != std::string::npos) return line.substr(colon + 2);
    }
    return "";
}

BenchMachine look_at(const worker::Eal& environment, const rpc::VersionFacts& version) {
    BenchMachine machine;
    machine.version = version;
    machine.cpu = cpu_fact("model name");
    machine.cpus = static_cast<std::uint32_t>(std::max(1L, ::sysconf(_SC_NPROCESSORS_ONLN)));
    machine.tsc_hz = static_cast<double>(rte_get_tsc_hz());
    const std::string matters = " sse4_2 avx2 bmi2 avx512f avx512bw avx512vl avx512vbmi ";
    std::istringstream flags(cpu_fact("flags"));
    for (std::string flag; flags >> flag;) {
        if (matters.find(" " + flag + " ") != std::string::npos) machine.isa.push_back(flag);
    }
    utsname kernel{};
    if (::uname(&kernel) == 0) machine.kernel = kernel.release;
    machine.hugepages = environment.profile().hugepages;
    return machine;
}

/// Counters at one moment.
struct Moment {
    Instant when;
    double core_s = 0;
    std::uint64_t out_frames = 0, out_bytes = 0;
    std::uint64_t handled = 0, dropped = 0;  // by all adapters
};

Moment look(const runtime::System& system, const std::string& receiver) {
    Moment moment{.when = runtime::now()};
    rusage used{};
    ::getrusage(RUSAGE_SELF, &used);
    for (const timeval& time : {used.ru_utime, used.ru_stime}) {
        moment.core_s += static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
    }
    for (const runtime::AdapterReport& adapter : system.adapters()) {
        const AdapterTotals& totals = adapter.totals;
        moment.handled += totals.rx_frames + totals.copies;
        for (const Direction way : {Direction::In, Direction::Between, Direction::Out}) {
            moment.dropped += totals.dropped(way);
        }
        if (adapter.name != receiver) continue;
        moment.out_frames = totals.tx_frames;
        moment.out_bytes = totals.tx_bytes;
    }
    return moment;
}

BenchRow row_of(const Moment& before, const Moment& after, double tsc_hz) {
    const double took = seconds(after.when - before.when);
    const auto frames = static_cast<double>(after.out_frames - before.out_frames);
    const auto handled = static_cast<double>(after.handled - before.handled);
    BenchRow row;
    row.mpps = frames / took / 1e6;
    row.gbps = static_cast<double>(after.out_bytes - before.out_bytes) / took * 8e-9;
    row.cycles = frames > 0 ? tsc_hz * (after.core_s - before.core_s) / frames : 0;
    row.loss = handled > 0 ? static_cast<double>(after.dropped - before.dropped) / handled : 1;
    row.core = std::min(1.0, (after.core_s - before.core_s) / took);
    return row;
}

Status tell_addresses(runtime::System& system, const BenchCase& one, std::size_t macs) {
    if (!one.knows_addresses) return done();
    std::vector<runtime::AddressRequest> addresses;
    for (std::size_t index = 0; index < macs; ++index) {
        addresses.push_back({VlanId{1}, bench_destination(index), one.receiver});
    }
    return system.add_addresses(addresses);
}

Result<BenchRow> measure(const BenchCase& one,
                         const config::System& model,
                         const worker::Eal& environment,
                         const cli::BenchRequest& asked) {
    constexpr std::uint64_t kSeed = 1;  // nobody here wishes it ill
    auto system =
        runtime::System::start(model, environment, {.config_file = "bench.yaml", .seed = kSeed});
    if (!system) return system.error();
    if (Status told = tell_addresses(**system, one, asked.macs); !told) return told.error();
    runtime::wait_for(seconds(kWarmUpS));
    const Moment before = look(**system, one.receiver);
    runtime::wait_for(seconds(asked.seconds));
    const Moment after = look(**system, one.receiver);
    BenchRow row = row_of(before, after, static_cast<double>(rte_get_tsc_hz()));
    row.name = one.name;
    row.size = asked.size;
    row.macs = asked.macs;
    if (row.mpps == 0) return Error{one.name + ": no frame came out"};
    return row;
}

int fail(bool json, const std::string& why) {
    fmt::print(stderr, "sealane bench: {}\n", why);
    if (json) std::cout << cli::error_as_json("sealane bench: " + why);
    return cli::kExitFailed;
}

}  // namespace

int run_bench(const cli::Invocation& asked, const rpc::VersionFacts& version) {
    const cli::BenchRequest& wanted = asked.bench;
    const auto source = BenchSource::make(wanted.macs, wanted.size - kChecksum);
    if (!source) return fail(asked.json, source.error().text);
    const std::vector<BenchCase> cases = bench_cases(wanted.name, source->path(), wanted.macs);
    std::vector<config::System> models;
    worker::EalNeeds needs;
    for (const BenchCase& one : cases) {
        const config::Loaded loaded = config::load(one.text, "bench.yaml");
        if (!loaded.system) return fail(asked.json, config::to_string(loaded.faults.front()));
        models.push_back(*loaded.system);
        needs.memory_mb = std::max(needs.memory_mb, runtime::needs_of(models.back()).memory_mb);
    }
    const auto environment = worker::Eal::start(needs);
    if (!environment) return fail(asked.json, environment.error().text);

    std::vector<BenchRow> rows;
    for (std::size_t index = 0; index < cases.size(); ++index) {
        const auto row = measure(cases[index], models[index], **environment, wanted);
        if (!row) return fail(asked.json, row.error().text);
        rows.push_back(*row);
    }
    const BenchMachine machine = look_at(**environment, version);
    std::cout << (asked.json ? bench_as_json(machine, rows) : render_bench(machine, rows));
    return cli::kExitDone;
}

}  // namespace sealane::app
