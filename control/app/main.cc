// The executable: every verb of the command line, and who carries it out.
#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <iostream>
#include <nlohmann/json.hpp>
#include <unistd.h>

#include "control/app/bench/bench.h"
#include "control/app/demo/demo.h"
#include "control/app/run.h"
#include "control/app/version.h"
#include "control/cli/check.h"
#include "control/cli/command_line.h"
#include "control/cli/machine.h"
#include "control/cli/port_args.h"
#include "control/cli/remote.h"
#include "control/cli/render.h"
#include "control/rpc/replies.h"
#include "dataplane/worker/eal.h"

namespace sealane::app {

namespace {

int print_version(const cli::Invocation& asked) {
    const nlohmann::json reply = rpc::version_reply(version_facts());
    std::cout << (asked.json ? reply.dump(2) + "\n" : cli::render_version(reply));
    return cli::kExitDone;
}

int examine_machine(const cli::Invocation& asked) {
    cli::MachineFacts facts = cli::look_at_machine();
    const rpc::VersionFacts version = version_facts();
    facts.dpdk = version.dpdk;
    facts.isa = version.isa;
    facts.cpu_runs_it = cpu_runs_it();
    for (const worker::HugepageState& pages : worker::hugepage_state()) {
        facts.hugepages.push_back({pages.page_kb, pages.total, pages.free});
    }
    const auto findings = cli::judge(facts);
    std::cout << (asked.json ? cli::findings_as_json(findings) : cli::render_findings(findings));
    return cli::exit_code_of(findings);
}

int carry_out(const cli::Invocation& asked) {
    switch (asked.verb) {
        case cli::Verb::Run:
            return run_daemon(asked);
        case cli::Verb::Check:
            return cli::check_files(asked, std::cout);
        case cli::Verb::ConfigDumpFile:
            return cli::dump_file(asked, std::cout, std::cerr);
        case cli::Verb::PortArgs:
            if (!asked.file.empty()) return cli::port_args_of_file(asked, std::cout, std::cerr);
            return cli::ask_daemon(asked, std::cout, std::cerr);
        case cli::Verb::Version:
            return print_version(asked);
        case cli::Verb::Doctor:
            return examine_machine(asked);
        case cli::Verb::Demo:
            return run_demo(asked.json);
        case cli::Verb::Bench:
            return run_bench(asked, version_facts());
        default:
            return cli::ask_daemon(asked, std::cout, std::cerr);
    }
}

}  // namespace

/// Understands the line and does what it says; the exit code.
int obey(const std::vector<std::string>& words) {
    const std::string control = cli::default_control_path(
        std::getenv("SEALANE_CONTROL"), std::getenv("XDG_RUNTIME_DIR"), ::geteuid());
    const cli::CommandLine line = cli::parse_command_line(words, control);
    std::cout << line.out;
    std::cerr << line.err;
    if (line.invocation) return carry_out(*line.invocation);
    const bool json = std::ranges::find(words, "--json") != words.end();
    if (json && line.exit_code != cli::kExitDone) std::cout << cli::error_as_json(line.err);
    return line.exit_code;
}

/// What was said must have been heard: an answer that a full disk cut short is a failure, and a
/// failure that could only be told there has not been told.
int heard(int exit_code) {
    std::cout.flush();
    if (std::cout.good() && std::fflush(stdout) == 0) return exit_code;
    std::cerr << "sealane: can't write all of the answer: " << std::strerror(errno) << '\n';
    return exit_code == cli::kExitDone ? cli::kExitFailed : exit_code;
}

}  // namespace sealane::app

int main(int argc, char** argv) {
    return sealane::app::heard(sealane::app::obey(std::vector<std::string>(argv + 1, argv + argc)));
}
