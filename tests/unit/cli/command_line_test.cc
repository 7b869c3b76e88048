// Words to invocations, and what is said about wrong ones.
#include "control/cli/command_line.h"

#include <sstream>

#include <gtest/gtest.h>

namespace sealane::cli {
namespace {

CommandLine parse(const std::string& line) {
    std::istringstream stream(line);
    std::vector<std::string> words;
    for (std::string word; stream >> word;) {
        words.push_back(word);
    }
    return parse_command_line(words, "/run/default.sock");
}

Invocation understood(const std::string& line) {
    const CommandLine parsed = parse(line);
    EXPECT_TRUE(parsed.invocation.has_value()) << line << ": " << parsed.err;
    return parsed.invocation.value_or(Invocation{});
}

TEST(CommandLine, EveryVerbIsKnown) {
    const std::pair<const char*, Verb> verbs[] = {
        {"run f.yaml", Verb::Run},
        {"check f.yaml", Verb::Check},
        {"config dump f.yaml", Verb::ConfigDumpFile},
        {"config dump", Verb::ConfigDump},
        {"show", Verb::Show},
        {"stats", Verb::Stats},
        {"drops", Verb::Drops},
        {"fdb", Verb::FdbShow},
        {"fdb show", Verb::FdbShow},
        {"fdb add 02:00:00:00:00:01 10 lpar1/ent0", Verb::FdbAdd},
        {"fdb del 02:00:00:00:00:01 10", Verb::FdbDel},
        {"fdb load f.txt", Verb::FdbLoad},
        {"fdb flush", Verb::FdbFlush},
        {"vlan", Verb::Vlan},
        {"sea", Verb::Sea},
        {"sea show", Verb::SeaShow},
        {"sea show vios1/ent6", Verb::SeaShow},
        {"sea set vios1/ent6 ha_mode=standby", Verb::SeaSet},
        {"events --after 7 --follow", Verb::Events},
        {"mtu lpar1/ent0 9000", Verb::Mtu},
        {"adapter add lpar9 {name:ent0}", Verb::AdapterAdd},
        {"adapter remove lpar9/ent0", Verb::AdapterRemove},
        {"impair lpar1/ent0", Verb::Impair},
        {"port args lpar1/ent0", Verb::PortArgs},
        {"version", Verb::Version},
        {"--version", Verb::Version},
        {"doctor", Verb::Doctor},
        {"demo", Verb::Demo},
        {"bench", Verb::Bench},
    };
    for (const auto& [line, verb] : verbs) {
        EXPECT_EQ(understood(line).verb, verb) << line;
    }
}

TEST(CommandLine, CommonOptionsStandBeforeOrAfterTheVerb) {
    for (const char* line : {"--json --control /x --timeout 0.5 show",
                             "show --json --control /x --timeout 0.5",
                             "--json show --control=/x --timeout=0.5",
                             "fdb show --json --control /x --timeout 0.5",
                             "run f --json --control /x --timeout 0.5"}) {
        const Invocation asked = understood(line);
        EXPECT_TRUE(asked.json) << line;
        EXPECT_EQ(asked.control, "/x") << line;
        EXPECT_EQ(asked.timeout_s, 0.5) << line;
    }
    EXPECT_EQ(understood("show").control, "/run/default.sock");
    EXPECT_EQ(understood("show").timeout_s, 5);
    EXPECT_FALSE(understood("show").json);
}

TEST(CommandLine, AddressVerbsTakeTheirArguments) {
    const Invocation add = understood("fdb add 02:00:00:00:00:01 4094 lpar1/ent0");
    EXPECT_EQ(add.mac, "02:00:00:00:00:01");
    EXPECT_EQ(add.vlan, VlanId{4094});
    EXPECT_EQ(add.adapter, "lpar1/ent0");
    EXPECT_EQ(understood("fdb del 02:00:00:00:00:01 1 --vswitch S").vswitch, "S");

    const Invocation flush = understood("fdb flush --vlan 7 --adapter a/b --vswitch S --static");
    EXPECT_EQ(flush.vlan, VlanId{7});
    EXPECT_EQ(flush.adapter, "a/b");
    EXPECT_EQ(flush.vswitch, "S");
    EXPECT_TRUE(flush.fixed_too);
    EXPECT_EQ(understood("fdb flush").vlan, std::nullopt);

    EXPECT_EQ(understood("fdb --limit 5 --vswitch S").limit, 5U);
    EXPECT_EQ(understood("fdb show --limit 5").limit, 5U);
    EXPECT_EQ(understood("stats --watch 2").watch_s, 2.0);
}

TEST(CommandLine, BenchTakesWhatItMeasures) {
    const Invocation bench =
        understood("bench --case sea --size 1518 --macs 1048576 --seconds 0.1");
    EXPECT_EQ(bench.bench.name, "sea");
    EXPECT_EQ(bench.bench.size, 1518U);
    EXPECT_EQ(bench.bench.macs, 1048576U);
    EXPECT_EQ(bench.bench.seconds, 0.1);
    EXPECT_EQ(understood("bench").bench.name, "");
}

TEST(CommandLine, MtuTakesAnAdapterAndItsBytes) {
    const Invocation asked = understood("mtu lpar1/ent0 9000");
    EXPECT_EQ(asked.adapter, "lpar1/ent0");
    EXPECT_EQ(asked.mtu, 9000U);
}

TEST(CommandLine, PortArgsTakesWhomTheyAreForAndWhichQemu) {
    const Invocation asked =
        understood("port args lpar1/ent0 --for testpmd --qemu 8.1 --config f.yaml");
    EXPECT_EQ(asked.adapter, "lpar1/ent0");
    EXPECT_EQ(asked.attach, AttachTarget::Testpmd);
    EXPECT_EQ(asked.qemu, (QemuVersion{8, 1}));
    EXPECT_EQ(asked.file, "f.yaml");
    EXPECT_EQ(understood("port args lpar1/ent0").attach, std::nullopt);
    EXPECT_EQ(understood("port args lpar1/ent0").qemu, std::nullopt);
    for (const char* wrong :
         {"port", "port args", "port args a/b --for xen", "port args a/b --qemu new"}) {
        EXPECT_EQ(parse(wrong).exit_code, kExitUsage) << wrong;
    }
}

TEST(CommandLine, ImpairTakesEveryKeyOfAWire) {
    const Invocation asked = understood(
        "impair lpar1/ent0 --in --loss 30% --reorder-by 2ms --rate none --link down --clear");
    EXPECT_EQ(asked.adapter, "lpar1/ent0");
    EXPECT_TRUE(asked.impair.in && !asked.impair.out && asked.impair.clear);
    EXPECT_EQ(asked.impair.link, "down");
    EXPECT_EQ(asked.impair.words,
              (std::vector<std::string>{"loss=30%", "reorder_by=2ms", "rate=none"}));
}

TEST(CommandLine, AnEmptyNameIsNoDirectoryOfAFrame) {
    const CommandLine parsed =
        parse_command_line({"run", "f.yaml", "--as", "vios1", "--frame", ""}, "/run/default.sock");
    EXPECT_FALSE(parsed.invocation);
    EXPECT_EQ(parsed.exit_code, kExitUsage);
    EXPECT_NE(parsed.err.find("--frame: names no directory"), std::string::npos) << parsed.err;
}

TEST(CommandLine, WrongLinesAreUsageErrorsWithTheirReason) {
    const std::pair<const char*, const char*> wrong[] = {
        {"", "a verb"},
        {"nosuch",
         "there is no verb 'nosuch'; use one of run, check, doctor, demo, version, bench, show, "
         "stats, drops, vlan, config, fdb, sea, events, adapter, mtu, impair, port\nRun with "
         "--help"},
        {"--json nosuch", "there is no verb 'nosuch'; use one of run,"},
        {"fdb ad 02:00:00:00:00:01 1 a/b",
         "there is no verb 'ad' of fdb; use one of show, add, del, load, flush\n"},
        {"config nosuch", "there is no verb 'nosuch' of config; use one of dump\n"},
        {"run", "FILE"},
        {"adapter add lpar9", "ADAPTER"},
        {"adapter remove", "ADAPTER"},
        {"adapter", "subcommand"},
        {"mtu lpar1/ent0", "BYTES"},
        {"mtu lpar1/ent0 big", "BYTES"},
        {"mtu lpar1/ent0 67", "'67' is no number from 68 to 65394"},
        {"mtu lpar1/ent0 65395", "'65395' is no number from 68 to 65394"},
        {"mtu lpar1/ent0 01500", "'01500' is no number from 68 to 65394"},
        {"check", "FILE"},
        {"config", "subcommand"},
        {"show extra", "extra"},
        {"show --nosuch", "--nosuch"},
        {"impair", "ADAPTER"},
        {"sea set vios1/ent6 priority=1", "can't set 'priority=1'; use ha_mode=standby"},
        {"sea set vios1/ent6", "ATTRIBUTE"},
        {"events --after -1", "--after"},
        {"impair a/b --loss 30", "use a percentage"},
        {"impair a/b --link gone", "--link"},
        {"show --control", "--control"},
        {"show --timeout 0", "--timeout"},
        {"show --timeout x", "--timeout"},
        {"show --timeout nan", "--timeout: 'nan' is no number of seconds from 0.001 to 86400"},
        {"show --timeout inf", "--timeout"},
        {"show --timeout -1", "--timeout"},
        {"show --timeout 0x10", "--timeout"},
        {"show --timeout 5s", "--timeout"},
        {"show --timeout 1e400", "--timeout"},
        {"stats --watch nan", "--watch: 'nan' is no number of seconds"},
        {"stats --watch -nan", "--watch"},
        {"stats --watch 0", "--watch"},
        {"fdb add", "MAC"},
        {"fdb add zz 1 a/b", "'zz' is no address of an adapter; one looks like 02:00:5e:10:00:01"},
        {"fdb add 01:00:5e:00:00:01 1 a/b", "is no address of an adapter"},
        {"fdb add 02:00:00:00:00:01 0 a/b", "VLAN"},
        {"fdb add 02:00:00:00:00:01 4095 a/b", "VLAN"},
        {"fdb add 02:00:00:00:00:01 010 a/b",
         "'010' is no number from 1 to 4094 in decimal digits"},
        {"fdb add 02:00:00:00:00:01 0x0a a/b", "'0x0a' is no number"},
        {"fdb add 02:00:00:00:00:01 +1 a/b", "'+1' is no number"},
        {"fdb add 02:00:00:00:00:01 1.0 a/b", "'1.0' is no number"},
        {"fdb add 02:00:00:00:00:01 65546 a/b", "'65546' is no number"},
        {"fdb add 02:00:00:00:00:01 1", "ADAPTER"},
        {"fdb add 02:00:00:00:00:01 1 a/b --vswitch S", "--vswitch"},
        {"fdb del 02:00:00:00:00:01", "VLAN"},
        {"fdb flush --vlan 5000", "--vlan"},
        {"fdb flush --vlan 07", "--vlan"},
        {"fdb --limit 0", "--limit"},
        {"fdb --limit 0x10", "--limit"},
        {"fdb flush --limit 5", "--limit"},
        {"bench --case nosuch", "--case"},
        {"bench --size 63", "--size"},
        {"bench --size 1519", "--size"},
        {"bench --macs 0", "--macs"},
        {"bench --seconds 0", "--seconds"},
        {"run f.yaml --frame /d", "--frame: is of a part, so it needs --as"},
    };
    for (const auto& [line, reason] : wrong) {
        const CommandLine parsed = parse(line);
        EXPECT_FALSE(parsed.invocation.has_value()) << line;
        EXPECT_EQ(parsed.exit_code, kExitUsage) << line;
        EXPECT_NE(parsed.err.find(reason), std::string::npos) << line << ": " << parsed.err;
        EXPECT_EQ(parsed.out, "") << line;
    }
}

TEST(CommandLine, ASocketPathThatNoDaemonCanHaveIsAUsageError) {
    const std::string longest = "/" + std::string(106, 'x');
    EXPECT_EQ(understood("show --control " + longest).control, longest);
    for (const char* verb : {"show", "run f.yaml", "fdb flush"}) {
        const CommandLine parsed = parse(verb + (" --control " + longest) + "x");
        EXPECT_EQ(parsed.exit_code, kExitUsage) << verb;
        EXPECT_NE(parsed.err.find("--control: "), std::string::npos) << parsed.err;
        EXPECT_NE(parsed.err.find("at most 107 fit"), std::string::npos) << parsed.err;
    }
    const CommandLine empty = parse_command_line({"show", "--control", ""}, "/run/default.sock");
    EXPECT_EQ(empty.exit_code, kExitUsage);
    EXPECT_NE(empty.err.find("must not be empty"), std::string::npos) << empty.err;
    // Who needs no daemon minds no path.
    EXPECT_EQ(parse_command_line({"version"}, longest + "x").exit_code, kExitDone);
}

TEST(CommandLine, HelpIsNoError) {
    for (const char* line : {"--help", "run --help", "fdb --help", "fdb add --help"}) {
        const CommandLine parsed = parse(line);
        EXPECT_FALSE(parsed.invocation.has_value());
        EXPECT_EQ(parsed.exit_code, kExitDone);
        EXPECT_FALSE(parsed.out.empty());
        EXPECT_EQ(parsed.err, "");
    }
    const std::string help = parse("--help").out;
    EXPECT_NE(help.find("$SEALANE_CONTROL"), std::string::npos);
    EXPECT_NE(help.find("/run/default.sock"), std::string::npos);
}

TEST(CommandLine, DefaultSocketFollowsTheEnvironment) {
    EXPECT_EQ(default_control_path("/a", "/b", 1'000), "/a");
    EXPECT_EQ(default_control_path(nullptr, "/b", 0), "/b/sealane.sock");
    EXPECT_EQ(default_control_path("", "", 0), "/run/sealane.sock");
    EXPECT_EQ(default_control_path(nullptr, nullptr, 1'000), "/tmp/sealane-1000.sock");
}

TEST(CommandLine, PartsMeetWhereTheUserMayWrite) {
    EXPECT_EQ(default_frame_directory("/b", 0, "f1"), "/b/sealane-f1");
    EXPECT_EQ(default_frame_directory("", 0, "f1"), "/run/sealane-f1");
    EXPECT_EQ(default_frame_directory(nullptr, 1'000, "f1"), "/tmp/sealane-1000-f1");
}

TEST(CommandLine, APartIsRunByItsName) {
    const Invocation whole = understood("run f.yaml");
    EXPECT_EQ(whole.part, "");
    EXPECT_FALSE(whole.control_given);
    const Invocation part = understood("run f.yaml --as vios1 --frame /d --control /c");
    EXPECT_EQ(part.part, "vios1");
    EXPECT_EQ(part.directory, "/d");
    EXPECT_TRUE(part.control_given);
    EXPECT_EQ(part.control, "/c");
}

}  // namespace
}  // namespace sealane::cli
