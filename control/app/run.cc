#include "control/app/run.h"

#include <algorithm>
#include <csignal>
#include <cstring>
#include <fmt/format.h>
#include <iostream>
#include <span>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>
#include <sys/signalfd.h>
#include <unistd.h>
#include <vector>

#include "control/app/seed.h"
#include "control/app/socket_guard.h"
#include "control/app/version.h"
#include "control/cli/check.h"
#include "control/cli/render.h"
#include "control/config/load.h"
#include "control/config/notices.h"
#include "control/rpc/listener.h"
#include "control/rpc/methods.h"
#include "control/rpc/server.h"
#include "control/runtime/clock.h"
#include "control/runtime/peer_watch.h"
#include "control/runtime/system.h"
#include "dataplane/worker/eal.h"

namespace sealane::app {

namespace {

using cli::kExitDone;
using cli::kExitFailed;

constexpr Duration kLookEvery = std::chrono::milliseconds(250);

void start_log() {
    auto log = spdlog::stderr_logger_mt("sealane");  // DPDK's lines come on other threads
    log->set_pattern("%Y-%m-%dT%H:%M:%S.%eZ sealane: %v", spdlog::pattern_time_type::utc);
    log->flush_on(spdlog::level::trace);
    spdlog::set_default_logger(std::move(log));
}

void log_line_of_dpdk(worker::EalLogLevel level, std::string_view line) {
    switch (level) {
        case worker::EalLogLevel::Error:
            return spdlog::error("error: {}", line);
        case worker::EalLogLevel::Warning:
            return spdlog::warn("warning: {}", line);
        case worker::EalLogLevel::Info:
            return spdlog::debug("{}", line);
    }
}

sigset_t stop_signals() {
    sigset_t set;
    sigemptyset(&set);
    for (const int signal : {SIGTERM, SIGINT, SIGHUP}) {
        sigaddset(&set, signal);
    }
    return set;
}

/// From here on stop signals wait in a descriptor, in this thread and all that it starts.
rpc::Fd catch_stop_signals() {
    ::signal(SIGPIPE, SIG_IGN);
    const sigset_t set = stop_signals();
    ::pthread_sigmask(SIG_BLOCK, &set, nullptr);
    return rpc::Fd(::signalfd(-1, &set, SFD_CLOEXEC));
}

/// Takes the signal that stopped us and gives the next one its usual, deadly effect.
void take_stop_signal(const rpc::Fd& signals) {
    signalfd_siginfo got{};
    if (::read(signals.get(), &got, sizeof got) == static_cast<ssize_t>(sizeof got)) {
        spdlog::info("stopping: {}", ::strsignal(static_cast<int>(got.ssi_signo)));
    }
    const sigset_t set = stop_signals();
    ::pthread_sigmask(SIG_UNBLOCK, &set, nullptr);
}

int fail(const cli::Invocation& asked, const Error& error) {
    spdlog::error("{}", error.text);
    if (asked.json) std::cout << cli::error_as_json(error.text);
    return kExitFailed;
}

void log_notices(const std::string& file, const config::System& model) {
    for (const config::Notice& notice : config::notices(model)) {
        spdlog::warn(
            "{}:{}:{}: notice: {}", file, notice.place.line, notice.place.column, notice.what);
    }
}

void log_notices(const runtime::System& system) {
    for (const runtime::AdapterReport& adapter : system.adapters()) {
        if (adapter.port.notice.empty()) continue;
        spdlog::warn("{}: notice: {}", adapter.name, adapter.port.notice);
    }
}

void log_changes(runtime::PeerWatch& watch, const runtime::System& system) {
    for (const std::string& line : watch.look(system.peers(), runtime::now())) {
        spdlog::info("{}", line);
    }
}

/// Roles and alarms of SEAs since event `told`, which moves on.  Of a storm the newest few: the
/// rest is in `sealane events`.
void log_events(std::uint64_t& told, const runtime::System& system) {
    constexpr std::size_t kAtOnce = 8;
    std::vector<runtime::EventReport> events = system.events(told);
    if (events.empty()) return;
    told = events.back().number;
    std::erase_if(events, [](const runtime::EventReport& event) { return event.kind == "slot"; });
    const std::size_t skipped = events.size() - std::min(events.size(), kAtOnce);
    if (skipped > 0) spdlog::info("{} events of SEAs: `sealane events` has them", skipped);
    for (const runtime::EventReport& event : std::span(events).subspan(skipped)) {
        spdlog::info("{}: {}: {}, for {}", event.sea, event.kind, event.what, event.cause);
    }
}

/// The sockets that the frame's ports make.
std::vector<std::string> port_sockets(const config::System& model) {
    std::vector<std::string> paths;
    for (const config::Partition& partition : model.partitions) {
        for (const config::Adapter& adapter : partition.adapters) {
            const auto* stream = std::get_if<config::QemuStreamPort>(&adapter.port);
            if (stream != nullptr && stream->listen) paths.push_back(stream->path);
            const auto* vhost = std::get_if<config::VhostUserPort>(&adapter.port);
            if (vhost != nullptr && vhost->server) paths.push_back(vhost->path);
        }
    }
    return paths;
}

std::string some(std::size_t number, const char* thing) {
    return fmt::format("{} {}{}", number, thing, number == 1 ? "" : "s");
}

void log_start(const config::System& model, bool hugepages, const std::string& control) {
    std::size_t adapters = 0;
    std::size_t seas = 0;
    for (const config::Partition& partition : model.partitions) {
        adapters += partition.adapters.size();
        seas += partition.seas.size();
    }
    spdlog::info("{} runs: {}, {}, {}hugepages; control at {}",
                 model.name,
                 some(adapters, "adapter"),
                 some(seas, "SEA"),
                 hugepages ? "" : "no ",
                 control);
}

/// All that has threads; its end is the end of them.
int serve(const config::System& model,
          const cli::Invocation& asked,
          const rpc::Listener& listener,
          const rpc::Fd& signals,
          SocketGuard& guard) {
    worker::EalNeeds needs = runtime::needs_of(model);
    needs.log = log_line_of_dpdk;
    const auto environment = worker::Eal::start(needs);
    if (!environment) return fail(asked, environment.error());
    const std::vector<std::string> sockets = port_sockets(model);
    for (const std::string& path : sockets) {
        guard.expect(path);
    }
    auto system = runtime::System::start(model, **environment, asked.file, new_seed());
    if (!system) return fail(asked, system.error());
    for (const std::string& path : sockets) {
        guard.watch(path);
    }
    log_notices(**system);
    log_start(model, (*environment)->profile().hugepages, listener.path());

    const rpc::Methods methods = rpc::make_methods(**system, version_facts());
    runtime::PeerWatch watch;
    std::uint64_t told = 0;
    const auto log_news = [&watch, &told, &running = **system] {
        log_changes(watch, running);
        log_events(told, running);
    };
    const Status served = rpc::Server(listener, methods, runtime::now)
                              .serve_until(signals.get(), {kLookEvery, log_news});
    if (!served) return fail(asked, served.error());
    take_stop_signal(signals);
    return kExitDone;
}

}  // namespace

int run_daemon(const cli::Invocation& asked) {
    auto guard = SocketGuard::start();  // forks, so it comes before everything else
    start_log();
    if (!guard) return fail(asked, guard.error());
    const config::Loaded loaded = config::load_file(asked.file);
    if (!loaded.system) {
        const int exit_code = cli::refuse_file(asked, loaded, std::cout, std::cerr);
        spdlog::error("{}: nothing was started", asked.file);
        return exit_code;
    }
    log_notices(asked.file, *loaded.system);

    const rpc::Fd signals = catch_stop_signals();
    guard->expect(asked.control);
    const auto listener = rpc::Listener::open(asked.control);
    if (!listener) return fail(asked, listener.error());
    guard->watch(listener->path());
    return serve(*loaded.system, asked, *listener, signals, *guard);
}

}  // namespace sealane::app
