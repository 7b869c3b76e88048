// What the facts about a machine mean.
#include "control/cli/doctor.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include <gtest/gtest.h>

#include "control/cli/invocation.h"
#include "control/cli/machine.h"

namespace sealane::cli {
namespace {

MachineFacts good_machine() {
    MachineFacts facts;
    facts.dpdk = "DPDK 22.11.11";
    facts.isa = "x86-64 (corei7)";
    facts.cores = 4;
    facts.allowed = 4;
    facts.available_mb = 8'000;
    facts.hugepages = {{2'048, 512, 512}, {1'048'576, 0, 0}};
    facts.tun = Access::Usable;
    facts.kvm = Access::Usable;
    facts.net_admin = true;
    facts.net_raw = true;
    facts.user_namespaces = true;
    facts.dgram_queue = 512;
    facts.qemu = {{"qemu-system-ppc64", 8, 2}};
    return facts;
}

Finding about(const MachineFacts& facts, const std::string& subject) {
    for (const Finding& finding : judge(facts)) {
        if (finding.subject == subject) return finding;
    }
    return {};
}

TEST(Doctor, HasNothingToSayAboutAGoodMachine) {
    const auto findings = judge(good_machine());
    for (const Finding& finding : findings) {
        EXPECT_EQ(finding.level, Level::Ok) << finding.subject;
        EXPECT_EQ(finding.fix, "") << finding.subject;
    }
    EXPECT_EQ(exit_code_of(findings), kExitDone);
}

TEST(Doctor, OnlyWhatStopsSealaneFails) {
    EXPECT_EQ(exit_code_of(judge(MachineFacts{.available_mb = 160})), kExitDone);
    MachineFacts facts = good_machine();
    facts.available_mb = 159;
    EXPECT_EQ(exit_code_of(judge(facts)), kExitFailed);
    facts = good_machine();
    facts.cpu_runs_it = false;
    EXPECT_EQ(exit_code_of(judge(facts)), kExitFailed);
}

TEST(Doctor, AsksForAsManyHugepagesAsAreMissing) {
    MachineFacts facts = good_machine();
    facts.hugepages = {{2'048, 100, 90}};
    const Finding finding = about(facts, "hugepages");
    EXPECT_EQ(finding.level, Level::Note);
    EXPECT_EQ(finding.text,
              "2 MiB: 90 free of 100; without them Sealane runs too, somewhat slower");
    EXPECT_EQ(finding.fix,
              "echo 138 | sudo tee /sys/kernel/mm/hugepages/hugepages-2048kB/nr_hugepages");
    facts.hugepages = {{2'048, 128, 128}};
    EXPECT_EQ(about(facts, "hugepages").level, Level::Ok);
    facts.hugepages = {{2'048, 0, 0}, {1'048'576, 1, 1}};  // a gigabyte page does as well
    EXPECT_EQ(about(facts, "hugepages").level, Level::Ok);
    facts.hugepages = {};
    EXPECT_EQ(about(facts, "hugepages").text, "none in this kernel; Sealane runs without");
}

TEST(Doctor, NamesTheCommandThatWidensAnAffinity) {
    MachineFacts facts = good_machine();
    facts.allowed = 1;
    EXPECT_EQ(about(facts, "cores").fix, "taskset -c 0-3 sealane run FILE");
    facts.cores = 1;
    EXPECT_EQ(about(facts, "cores").level, Level::Note);
    EXPECT_EQ(about(facts, "cores").fix, "");
}

TEST(Doctor, WithoutCapabilitiesItKnowsTheWayAround) {
    MachineFacts facts = good_machine();
    facts.net_admin = false;
    EXPECT_EQ(about(facts, "CAP_NET_ADMIN").fix, "unshare -Urn sealane run FILE");
    facts.user_namespaces = false;
    EXPECT_EQ(about(facts, "CAP_NET_ADMIN").fix,
              "sudo setcap cap_net_admin,cap_net_raw+ep \"$(command -v sealane)\"");
    facts.net_raw = false;
    EXPECT_EQ(about(facts, "CAP_NET_RAW").fix,
              "sudo setcap cap_net_admin,cap_net_raw+ep \"$(command -v sealane)\"");
    EXPECT_EQ(about(facts, "user namespaces").level, Level::Note);
}

TEST(Doctor, TellsAMissingDeviceFromAForbiddenOne) {
    MachineFacts facts = good_machine();
    facts.tun = Access::Missing;
    EXPECT_EQ(about(facts, "tun").fix, "sudo modprobe tun");
    facts.tun = Access::Denied;
    EXPECT_EQ(about(facts, "tun").fix, "sudo chmod 0666 /dev/net/tun");
    facts.kvm = Access::Missing;
    EXPECT_EQ(about(facts, "kvm").text, "no /dev/kvm: every guest is emulated");
    facts.kvm = Access::Denied;
    EXPECT_EQ(about(facts, "kvm").fix, "sudo usermod -aG kvm $USER");
}

TEST(Doctor, KnowsWhatEachQemuCanDo) {
    MachineFacts facts = good_machine();
    const auto level = [&](int major, int minor) {
        facts.qemu = {{"qemu-system-ppc64", major, minor}};
        return about(facts, "qemu").level;
    };
    EXPECT_EQ(level(7, 1), Level::Warn);
    EXPECT_EQ(level(7, 2), Level::Note);
    EXPECT_EQ(level(8, 0), Level::Ok);
    EXPECT_EQ(level(10, 0), Level::Ok);
    facts.qemu = {};
    EXPECT_EQ(about(facts, "qemu").fix, "sudo apt-get install qemu-system-ppc");
}

TEST(Doctor, LimitsAreJudgedOnBothSidesOfTheirBoundary) {
    MachineFacts facts = good_machine();
    facts.locked_kb = 160 << 10;
    EXPECT_EQ(about(facts, "locked memory").level, Level::Ok);
    facts.locked_kb = (160 << 10) - 1;
    EXPECT_EQ(about(facts, "locked memory").level, Level::Note);
    facts.dgram_queue = 511;
    EXPECT_EQ(about(facts, "datagrams").fix, "sudo sysctl -w net.unix.max_dgram_qlen=512");
}

TEST(Doctor, ReadsQemusOwnWords) {
    const auto facts = parse_qemu_version(
        "qemu-system-ppc64", "QEMU emulator version 7.2.22 (Debian 1:7.2+dfsg-7+deb12u18)\n");
    ASSERT_TRUE(facts.has_value());
    EXPECT_EQ(facts->major, 7);
    EXPECT_EQ(facts->minor, 2);
    EXPECT_FALSE(parse_qemu_version("x", "").has_value());
    EXPECT_FALSE(parse_qemu_version("x", "sh: not found").has_value());
}

TEST(Doctor, PrintsALineEachAndTheCommandBelow) {
    const std::vector<Finding> findings{{Level::Ok, "tun", "there", ""},
                                        {Level::Warn, "CAP_NET_ADMIN", "not there", "sudo x"}};
    EXPECT_EQ(render_findings(findings),
              "ok   tun              there\n"
              "warn CAP_NET_ADMIN    not there\n"
              "                      to improve: sudo x\n");
    EXPECT_EQ(nlohmann::json::parse(findings_as_json(findings)), nlohmann::json::parse(R"({
        "schema_version": 1, "findings": [
            {"level": "ok", "subject": "tun", "text": "there", "fix": ""},
            {"level": "warn", "subject": "CAP_NET_ADMIN", "text": "not there", "fix": "sudo x"}]})"));
}

TEST(Doctor, LooksAtThisMachineWithoutHarm) {
    const MachineFacts facts = look_at_machine();
    EXPECT_GE(facts.cores, 1U);
    EXPECT_GE(facts.cores, facts.allowed);
    EXPECT_GT(facts.available_mb, 0U);
}

}  // namespace
}  // namespace sealane::cli
