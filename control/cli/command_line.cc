#include "control/cli/command_line.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <sstream>

#include "control/cli/number.h"
#include "control/config/model.h"
#include "control/rpc/socket_file.h"
#include "dataplane/base/impairment.h"
#include "dataplane/base/mac.h"

namespace sealane::cli {

namespace {

constexpr const char* kCommonOptions =
    "Also: --json, --control PATH, --timeout SECONDS (`sealane --help`).";

/// CLI11 writes through pointers; this is what they point to.
struct Parser {
    explicit Parser(const std::string& default_control);

    CLI::App app{"PowerVM's virtual network in software", "sealane"};
    Invocation asked;
    bool version_flag = false;
    std::uint16_t vlan = 0;
    double watch_s = 0;
    std::uint32_t limit = 0;

    void add_local_verbs();
    void add_bench();
    void add_watching_verbs();
    void add_config();
    void add_fdb();
    void add_adapter();
    void add_mtu();
    void add_impair();
    void add_port();
    void add_sea();
    CLI::App* add_verb(CLI::App* parent, const char* name, const char* meaning, Verb verb);
    void take_over();
};

std::string fault_of_mac(const std::string& text) {
    const auto mac = parse_mac(text);
    if (mac && !mac->is_multicast() && !mac->is_zero()) return "";
    return "'" + text + "' is no address of an adapter; one looks like 02:00:5e:10:00:01";
}

// CLI11's own ranges take nan for a number, and 010, 0x8 and +8 for VLAN 8.
auto count_within(std::uint32_t least, std::uint32_t most) {
    return [=](const std::string& text) { return fault_of_count(text, least, most); };
}

auto seconds_within(double least, double most) {
    return [=](const std::string& text) { return fault_of_seconds(text, least, most); };
}

void add_vlan(CLI::App* verb, const char* name, std::uint16_t& vlan, const char* meaning) {
    verb->add_option(name, vlan, meaning)->type_name("VLAN")->check(count_within(1, 4'094));
}

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

void Parser::add_watching_verbs() {
    add_verb(&app, "show", "adapters: role, port, address, VLANs, slot", Verb::Show);
    add_verb(&app, "stats", "adapters: frames and bytes", Verb::Stats)
        ->add_option("--watch", watch_s, "rates, again and again, every so many seconds")
        ->type_name("SECONDS")
        ->check(seconds_within(0.1, 86'400));
    add_verb(&app, "drops", "why frames were not delivered", Verb::Drops);
    add_verb(&app, "vlan", "adapter by VLAN: U untagged, T tagged", Verb::Vlan);
}

void Parser::add_config() {
    CLI::App* config = app.add_subcommand("config", "the configuration as a file");
    config->require_subcommand(1);
    add_verb(config,
             "dump",
             "the running configuration, or FILE's, as a file that loads to the same",
             Verb::ConfigDump)
        ->add_option("FILE", asked.file, "without it: of the daemon")
        ->type_name("");
}

void Parser::add_fdb() {
    CLI::App* fdb =
        add_verb(&app, "fdb", "the address tables; without a verb: show", Verb::FdbShow);
    fdb->require_subcommand(0, 1);
    fdb->add_option("--vswitch", asked.vswitch, "only this virtual switch (show, del, flush)")
        ->type_name("NAME");
    fdb->add_option("--limit", limit, "so many addresses at most (show); default 1000")
        ->type_name("N")
        ->check(count_within(1, 65'536));
    add_verb(fdb, "show", "the tables and their addresses", Verb::FdbShow);

    CLI::App* add = add_verb(fdb, "add", "bind an address to an adapter", Verb::FdbAdd);
    add->add_option("MAC", asked.mac)->required()->type_name("")->check(fault_of_mac);
    add_vlan(add, "VLAN", vlan, "");
    add->get_option("VLAN")->required();
    add->add_option("ADAPTER", asked.adapter, "such as lpar1/ent0")->required()->type_name("");

    CLI::App* del = add_verb(fdb, "del", "remove an address", Verb::FdbDel);
    del->add_option("MAC", asked.mac)->required()->type_name("")->check(fault_of_mac);
    add_vlan(del, "VLAN", vlan, "");
    del->get_option("VLAN")->required();

    add_verb(fdb, "load", "add the addresses of FILE, all or none", Verb::FdbLoad)
        ->add_option("FILE", asked.file, "lines of MAC VLAN ADAPTER; # begins a comment")
        ->required()
        ->type_name("");
    fdb->get_subcommand("load")->footer("--timeout grows by a second for each 50000 rows.\n" +
                                        std::string(kCommonOptions));

    CLI::App* flush = add_verb(fdb, "flush", "remove learned addresses", Verb::FdbFlush);
    add_vlan(flush, "--vlan", vlan, "only of this VLAN");
    flush->add_option("--adapter", asked.adapter, "only at this adapter")->type_name("ADAPTER");
    flush->add_flag("--static", asked.fixed_too, "added ones too; an adapter's own stay");
}

void Parser::add_sea() {
    CLI::App* sea = add_verb(&app, "sea", "Shared Ethernet Adapters, a line each", Verb::Sea);
    sea->require_subcommand(0, 1);
    add_verb(sea, "show", "what its pair does: state, packets, counts, alarms", Verb::SeaShow)
        ->add_option("SEA", asked.sea, "such as vios1/ent6; default: all")
        ->type_name("");
    CLI::App* set = add_verb(sea, "set", "change an attribute while it runs", Verb::SeaSet);
    set->add_option("SEA", asked.sea, "such as vios1/ent6")->required()->type_name("");
    const auto take = [this](const std::string& text) {
        constexpr std::string_view kKey = "ha_mode=";
        if (!text.starts_with(kKey)) {
            throw CLI::ValidationError("sea set", "can't set '" + text + "'; use ha_mode=standby");
        }
        asked.ha_mode = text.substr(kKey.size());
    };
    set->add_option_function<std::string>("ATTRIBUTE", take, "ha_mode=auto, standby or sharing")
        ->required()
        ->type_name("");
    CLI::App* events = add_verb(
        &app, "events", "what happened to SEAs: roles, slots, alarms, with causes", Verb::Events);
    events->add_option("--after", asked.after, "only those numbered above N")
        ->type_name("N")
        ->check(count_within(0, UINT32_MAX));
    events->add_flag("--follow", asked.follow, "and what happens from now on");
}

void Parser::add_adapter() {
    CLI::App* adapter = app.add_subcommand("adapter", "adapters of clients come and go");
    adapter->require_subcommand(1);
    CLI::App* add = add_verb(adapter, "add", "one more, while frames flow", Verb::AdapterAdd);
    add->add_option("PARTITION", asked.partition, "such as lpar9; made if there is none")
        ->required()
        ->type_name("");
    add->add_option("ADAPTER",
                    asked.description,
                    "as in a file: '{name: ent0, type: virtual, vswitch: ETHERNET0, pvid: 1, …}'")
        ->required()
        ->type_name("");
    adapter = add_verb(adapter, "remove", "one less, with its addresses", Verb::AdapterRemove);
    adapter->add_option("ADAPTER", asked.adapter, "such as lpar9/ent0")->required()->type_name("");
}

void Parser::add_mtu() {
    CLI::App* mtu = add_verb(&app, "mtu", "change how long frames to an adapter may be", Verb::Mtu);
    mtu->add_option("ADAPTER", asked.adapter, "such as lpar1/ent0")->required()->type_name("");
    mtu->add_option("BYTES", asked.mtu, "of payload, 68 to 65394")
        ->required()
        ->type_name("")
        ->check(count_within(config::kMinMtu, config::kMaxMtu));
}

void Parser::add_impair() {
    CLI::App* impair = add_verb(
        &app, "impair", "make an adapter's wire bad, and tell what that did", Verb::Impair);
    impair->add_option("ADAPTER", asked.adapter, "such as lpar1/ent0")->required()->type_name("");
    impair->add_flag("--in", asked.impair.in, "only frames that come in from the port");
    impair->add_flag("--out", asked.impair.out, "only frames that go out to it");
    impair->add_option("--link", asked.impair.link, "down: it looks unplugged")
        ->type_name("STATE")
        ->check(CLI::IsMember({"up", "down"}));
    impair->add_flag("--clear", asked.impair.clear, "a good wire, but for what else is given");
    for (const std::string_view key : kImpairmentKeys) {
        std::string option = "--" + std::string(key);
        std::replace(option.begin(), option.end(), '_', '-');
        const auto take = [this, key](const std::string& text) {
            Impairment unused;
            const Status set = set_impairment(unused, key, text);
            if (!set) throw CLI::ValidationError("impair", set.error().text);
            asked.impair.words.push_back(std::string(key) + "=" + text);
        };
        impair->add_option_function<std::string>(option, take, std::string(impairment_meaning(key)))
            ->type_name("TEXT");
    }
    impair->footer(
        "Only adapters with `impair` in the configuration, even if empty, can be changed.\n"
        "Without options: how it is now, and what has happened to frames.\n" +
        std::string(kCommonOptions));
}

void Parser::add_port() {
    CLI::App* port = app.add_subcommand("port", "how to attach to an adapter");
    port->require_subcommand(1);
    CLI::App* args = add_verb(
        port, "args", "the lines that attach QEMU, libvirt, VDE, testpmd, C", Verb::PortArgs);
    args->add_option("ADAPTER", asked.adapter, "such as lpar1/ent0")->required()->type_name("");
    const auto take_target = [this](const std::string& text) {
        asked.attach = attach_target(text);
        if (!asked.attach) {
            throw CLI::ValidationError(
                "--for", "'" + text + "' is none of qemu, libvirt, vde, testpmd, library");
        }
    };
    args->add_option_function<std::string>(
            "--for", take_target, "qemu, libvirt, vde, testpmd or library; default: all that can")
        ->type_name("WHOM");
    const auto take_version = [this](const std::string& text) {
        asked.qemu = parse_qemu_version(text);
        if (!asked.qemu) {
            throw CLI::ValidationError("--qemu", "'" + text + "' is no version; one is 7.2");
        }
    };
    args->add_option_function<std::string>(
            "--qemu", take_version, "for this QEMU; default: that which is installed, else 7.2")
        ->type_name("VERSION");
    args->add_option("--config", asked.file, "of this configuration, which need not run")
        ->type_name("FILE");
    args->footer(
        "Relative socket paths are the daemon's working directory's; with --config, this one's.\n" +
        std::string(kCommonOptions));
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

}  // namespace

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
