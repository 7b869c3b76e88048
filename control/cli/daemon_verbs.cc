// The verbs that ask a daemon, as CLI11 is told of them.
#include <algorithm>

#include "control/cli/command_parser.h"
#include "control/config/model.h"
#include "dataplane/base/impairment.h"
#include "dataplane/base/mac.h"

namespace sealane::cli {
namespace {

std::string fault_of_mac(const std::string& text) {
    const auto mac = parse_mac(text);
    if (mac && !mac->is_multicast() && !mac->is_zero()) return "";
    return "'" + text + "' is no address of an adapter; one looks like 02:00:5e:10:00:01";
}

void add_vlan(CLI::App* verb, const char* name, std::uint16_t& vlan, const char* meaning) {
    verb->add_option(name, vlan, meaning)->type_name("VLAN")->check(count_within(1, 4'094));
}

}  // namespace

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
    CLI::App* remove =
        add_verb(adapter, "remove", "one less, with its addresses", Verb::AdapterRemove);
    remove->add_option("ADAPTER", asked.adapter, "such as lpar9/ent0")->required()->type_name("");
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

}  // namespace sealane::cli
