#include "control/cli/command_line.h"

#include <algorithm>
#include <sstream>

#include "control/cli/command_parser.h"
#include "control/rpc/socket_file.h"

namespace sealane::cli {
namespace {

bool uses_control(Verb verb) {
    switch (verb) {
        case Verb::Check:
        case Verb::ConfigDumpFile:
        case Verb::Version:
        case Verb::Doctor:
        case Verb::Demo:
        case Verb::Bench:
            return false;
        default:
            return true;
    }
}

/// A word where only a verb can stand, and none is: what could stand there.  Otherwise nothing.
std::string fault_of_verb(const CLI::App& app) {
    const CLI::App* parent = &app;
    while (!parent->get_subcommands().empty()) {
        parent = parent->get_subcommands().front();
    }
    const std::vector<std::string> rest = app.remaining(true);
    const auto verbs = parent->get_subcommands([](const CLI::App*) { return true; });
    if (verbs.empty() || rest.empty() || rest.front().starts_with('-')) return "";
    std::string names;
    for (const CLI::App* verb : verbs) {
        names += (names.empty() ? "" : ", ") + verb->get_name();
    }
    return "there is no verb '" + rest.front() + "'" +
           (parent == &app ? "" : " of " + parent->get_name()) + "; use one of " + names;
}

}  // namespace

Parser::Parser(const std::string& default_control) {
    asked.control = default_control;
    app.fallthrough();  // --json and its like may stand after the verb
    app.require_subcommand(0, 1);
    app.add_flag("--json", asked.json, "print JSON (every verb)");
    app.add_option("--control",
                   asked.control,
                   "the daemon's socket; default: $SEALANE_CONTROL, else "
                   "$XDG_RUNTIME_DIR/sealane.sock,\nelse /run/sealane.sock for root and "
                   "/tmp/sealane-UID.sock for others")
        ->type_name("PATH")
        ->option_text("PATH  [" + default_control + "]");
    app.add_option("--timeout", asked.timeout_s, "give up on the daemon after so long; default 5")
        ->type_name("SECONDS")
        ->check(seconds_within(0.001, 86'400));
    app.add_flag("--version", version_flag, "as the verb `version`");
    app.footer(
        "Exit codes: 0 done, 1 failed, 2 usage, 3 no daemon.\n"
        "`sealane VERB --help` says what a verb takes; all take the options above.");
    add_local_verbs();
    add_bench();
    add_watching_verbs();
    add_config();
    add_fdb();
    add_sea();
    add_adapter();
    add_mtu();
    add_impair();
    add_port();
}

CLI::App* Parser::add_verb(CLI::App* parent, const char* name, const char* meaning, Verb verb) {
    CLI::App* added = parent->add_subcommand(name, meaning);
    // A nested verb is parsed before its parent's callback runs: the innermost must win.
    added->callback([this, added, verb] {
        if (added->get_subcommands().empty()) asked.verb = verb;
    });
    added->footer(kCommonOptions);
    return added;
}

void Parser::add_local_verbs() {
    CLI::App* run = add_verb(&app, "run", "run the frame that FILE describes", Verb::Run);
    run->add_option("FILE", asked.file, "configuration")->required()->type_name("");
    run->add_option("--as",
                    asked.part,
                    "run one part of it: `hypervisor`, or a VIOS by its name, each a process")
        ->type_name("PART");
    run->add_option("--frame",
                    asked.directory,
                    "with --as: the directory where the parts meet; default: sealane-SYSTEM in\n"
                    "$XDG_RUNTIME_DIR, in /run for root, else /tmp/sealane-UID-SYSTEM")
        ->type_name("DIR")
        ->check([](const std::string& text) { return text.empty() ? "names no directory" : ""; });
    run->footer(
        "Listens on --control (a part: on DIR/PART.control) and ends on SIGTERM, SIGINT or "
        "SIGHUP.\n"
        "Relative socket paths in FILE are relative to the working directory.\n" +
        std::string(kCommonOptions));
    add_verb(&app, "check", "tell what is wrong with FILEs, without running them", Verb::Check)
        ->add_option("FILE", asked.files, "configuration, or several")
        ->required()
        ->type_name("");
    add_verb(&app, "doctor", "what this machine offers, and how to improve it", Verb::Doctor);
    add_verb(&app,
             "demo",
             "a frame of its own under traffic; its VIOS is killed, comes back and hands over",
             Verb::Demo);
    add_verb(&app, "version", "version of sealane and of DPDK", Verb::Version);
}

void Parser::add_bench() {
    CLI::App* bench =
        add_verb(&app, "bench", "frames a second of the switch, in this process", Verb::Bench);
    bench->add_option("--case", asked.bench.name, "switch, sea (across an SEA); default: both")
        ->type_name("NAME")
        ->check(CLI::IsMember({"switch", "sea"}));
    bench->add_option("--size", asked.bench.size, "bytes of a frame, 64 to 1518; default 64")
        ->type_name("BYTES")
        ->check(count_within(64, 1'518));
    bench->add_option("--macs", asked.bench.macs, "addresses that they go to; default 1024")
        ->type_name("N")
        ->check(count_within(1, 1'048'576));
    bench->add_option("--seconds", asked.bench.seconds, "for each case; default 2")
        ->type_name("SECONDS")
        ->check(seconds_within(0.1, 86'400));
}

/// What only the whole line can tell.
void Parser::take_over() {
    if (version_flag) asked.verb = Verb::Version;
    if (!version_flag && app.get_subcommands().empty()) {
        throw CLI::RequiredError("a verb (see `sealane --help`)");
    }
    asked.control_given = app.count("--control") > 0;
    if (!asked.directory.empty() && asked.part.empty()) {
        throw CLI::ValidationError("--frame", "is of a part, so it needs --as");
    }
    if (asked.verb == Verb::ConfigDump && !asked.file.empty()) asked.verb = Verb::ConfigDumpFile;
    if (uses_control(asked.verb)) {
        const auto address = rpc::unix_address(asked.control);
        if (!address) throw CLI::ValidationError("--control", address.error().text);
    }
    if (vlan != 0) asked.vlan = VlanId{vlan};
    if (watch_s > 0) asked.watch_s = watch_s;
    if (limit != 0) asked.limit = limit;
    if (limit != 0 && asked.verb != Verb::FdbShow) {
        throw CLI::ValidationError("--limit", "is of `fdb show` only");
    }
    if (!asked.vswitch.empty() && (asked.verb == Verb::FdbAdd || asked.verb == Verb::FdbLoad)) {
        throw CLI::ValidationError("--vswitch", "is the adapter's, so it is not given here");
    }
}

CommandLine parse_command_line(std::vector<std::string> words, const std::string& default_control) {
    Parser parser(default_control);
    std::reverse(words.begin(), words.end());  // as CLI11 wants them
    try {
        parser.app.parse(std::move(words));
        parser.take_over();
    } catch (const CLI::ParseError& fault) {
        std::ostringstream out;
        std::ostringstream err;
        const std::string verb = fault_of_verb(parser.app);
        const bool is_help = fault.get_exit_code() == 0;
        const CLI::ParseError said(verb, CLI::ExitCodes::ExtrasError);
        const int code = parser.app.exit(verb.empty() || is_help ? fault : said, out, err);
        return {std::nullopt, code == 0 ? kExitDone : kExitUsage, out.str(), err.str()};
    }
    return {parser.asked, kExitDone, "", ""};
}

std::string default_control_path(const char* sealane_control,
                                 const char* xdg_runtime_dir,
                                 std::uint32_t user) {
    if (sealane_control != nullptr && *sealane_control != '\0') return sealane_control;
    if (xdg_runtime_dir != nullptr && *xdg_runtime_dir != '\0') {
        return std::string(xdg_runtime_dir) + "/sealane.sock";
    }
    if (user == 0) return "/run/sealane.sock";
    return "/tmp/sealane-" + std::to_string(user) + ".sock";
}

std::string default_frame_directory(const char* xdg_runtime_dir,
                                    std::uint32_t user,
                                    const std::string& system) {
    if (xdg_runtime_dir != nullptr && *xdg_runtime_dir != '\0') {
        return std::string(xdg_runtime_dir) + "/sealane-" + system;
    }
    if (user == 0) return "/run/sealane-" + system;
    return "/tmp/sealane-" + std::to_string(user) + "-" + system;
}

}  // namespace sealane::cli
