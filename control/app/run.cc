#include "control/app/run.h"

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <fmt/format.h>
#include <iostream>
#include <poll.h>
#include <span>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>
#include <sys/signalfd.h>
#include <unistd.h>
#include <vector>

#include "control/app/frame_directory.h"
#include "control/app/seed.h"
#include "control/app/service.h"
#include "control/app/socket_guard.h"
#include "control/app/version.h"
#include "control/cli/check.h"
#include "control/cli/command_line.h"
#include "control/cli/render.h"
#include "control/config/load.h"
#include "control/config/notices.h"
#include "control/rpc/listener.h"
#include "control/rpc/methods.h"
#include "control/rpc/server.h"
#include "control/runtime/clock.h"
#include "control/runtime/layout.h"
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

/// Of what the daemon can do without.
void log_failure(const Status& status) {
    if (!status) spdlog::warn("{}", status.error().text);
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

std::string some(std::size_t number, const char* thing) {
    return fmt::format("{} {}{}", number, thing, number == 1 ? "" : "s");
}

void log_start(const runtime::System& system, const std::string& control) {
    const runtime::SystemReport report = system.system();
    const std::size_t seas = system.seas().size();
    const std::size_t adapters = system.adapters().size() - seas;
    spdlog::info("{} runs: {}, {}, {}hugepages; control at {}",
                 report.part.empty() ? report.system : report.system + " as " + report.part,
                 some(adapters, "adapter"),
                 some(seas, "SEA"),
                 report.hugepages ? "" : "no ",
                 control);
}

/// Connects a VIOS to its hypervisor, which may come later.  Null: somebody stopped us meanwhile.
Result<std::unique_ptr<hypercall::Client>> wait_for_hypervisor(const config::System& model,
                                                               const runtime::Part& part,
                                                               const rpc::Fd& signals) {
    constexpr int kBetweenMs = 100;
    constexpr Duration kAnswer = std::chrono::seconds{5};
    const hypercall::Client::Settings settings{.path = runtime::hypercall_path(part),
                                               .digest = runtime::digest_of(model),
                                               .partition = part.vios};
    for (bool told = false; hypercall::is_nobody_there(settings.path); told = true) {
        if (!told) {
            spdlog::info("waiting for the hypervisor at {}: `sealane run FILE --as hypervisor`",
                         settings.path);
        }
        pollfd stop{.fd = signals.get(), .events = POLLIN, .revents = 0};
        if (::poll(&stop, 1, kBetweenMs) > 0) return std::unique_ptr<hypercall::Client>();
    }
    return hypercall::Client::connect(settings, kAnswer);
}

/// What `run` was asked for, understood.
struct Task {
    const cli::Invocation& asked;
    config::System model;
    runtime::Part part;
    std::string control;
};

/// All that has threads; its end is the end of them.
int serve(const Task& task,
          const rpc::Listener& listener,
          const rpc::Fd& signals,
          SocketGuard& guard) {
    const cli::Invocation& asked = task.asked;
    runtime::Start how{.config_file = asked.file,
                       .seed = new_seed(),
                       .draw = [] { return new_seed() | 1; },
                       .part = task.part};
    if (task.part.kind == runtime::PartKind::Vios) {
        auto hypervisor = wait_for_hypervisor(task.model, task.part, signals);
        if (!hypervisor) return fail(asked, hypervisor.error());
        how.hypervisor = std::move(hypervisor).value();
        if (!how.hypervisor) {
            take_stop_signal(signals);
            return kExitDone;
        }
    }
    worker::EalNeeds needs = runtime::needs_of(task.model, task.part);
    needs.log = log_line_of_dpdk;
    const auto environment = worker::Eal::start(needs);
    if (!environment) return fail(asked, environment.error());
    const std::vector<std::string> sockets = runtime::sockets_of(task.model, task.part);
    for (const std::string& path : sockets) {
        guard.expect(path);
    }
    auto system = runtime::System::start(task.model, **environment, std::move(how));
    if (!system) return fail(asked, system.error());
    for (const std::string& path : sockets) {
        guard.watch(path);
    }
    log_notices(**system);
    log_start(**system, listener.path());
    const ServiceManager manager(std::getenv("NOTIFY_SOCKET"));
    log_failure(manager.tell_ready(task.model.name + " runs"));

    const rpc::Methods methods = rpc::make_methods(**system, version_facts());
    runtime::PeerWatch watch;
    std::uint64_t told = 0;
    const auto log_news = [&watch, &told, &running = **system] {
        log_changes(watch, running);
        log_events(told, running);
        return !running.has_lost_hypervisor();
    };
    const Status served = rpc::Server(listener, methods, runtime::now)
                              .serve_until(signals.get(), {kLookEvery, log_news});
    log_failure(manager.tell_stopping());
    if (!served) return fail(asked, served.error());
    if ((*system)->has_lost_hypervisor()) {
        return fail(asked,
                    Error{task.part.vios + " ends: its hypervisor has gone, and a partition does "
                                           "not outlive it"});
    }
    take_stop_signal(signals);
    return kExitDone;
}

Result<Task> understand(const cli::Invocation& asked, const config::System& model) {
    Task task{.asked = asked, .model = model, .part = {}, .control = asked.control};
    if (asked.part.empty()) return task;
    const std::string directory =
        !asked.directory.empty()
            ? asked.directory
            : cli::default_frame_directory(std::getenv("XDG_RUNTIME_DIR"), ::geteuid(), model.name);
    Result<runtime::Part> part = runtime::find_part(model, asked.part, directory);
    if (!part) return part.error();
    task.part = std::move(part).value();
    if (!asked.control_given) task.control = runtime::control_path(task.part);
    if (Status made = make_frame_directory(directory); !made) return made.error();
    return task;
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
    const Result<Task> task = understand(asked, *loaded.system);
    if (!task) return fail(asked, task.error());

    const rpc::Fd signals = catch_stop_signals();
    guard->expect(task->control);
    const auto listener = rpc::Listener::open(task->control);
    if (!listener) return fail(asked, listener.error());
    guard->watch(listener->path());
    return serve(*task, *listener, signals, *guard);
}

}  // namespace sealane::app
