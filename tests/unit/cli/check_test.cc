#include "control/cli/check.h"

#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include <gtest/gtest.h>

#include "tests/unit/cli/outcome.h"
#include "tests/unit/rpc/scratch_folder.h"

namespace sealane::cli {
namespace {

const std::string kGood = R"(system: frame1
vswitches:
  - {name: ETHERNET0, mode: veb}
partitions:
  - name: lpar1
    type: client
    adapters:
      - {name: ent0, type: virtual, vswitch: ETHERNET0, pvid: 1, port: {type: ring}}
      - {name: ent1, type: virtual, vswitch: ETHERNET0, pvid: 2, port: {type: ring}}
)";

class CheckTest : public testing::Test {
  protected:
    Outcome check(const std::string& text, bool json = false) {
        std::ofstream(asked_.file) << text;
        asked_.json = json;
        return check();
    }
    Outcome check() {
        std::ostringstream out;
        const int code = check_files(asked_, out);
        return {code, out.str(), ""};
    }
    Outcome dump(const std::string& text, bool json = false) {
        std::ofstream(asked_.file) << text;
        asked_.json = json;
        std::ostringstream out;
        std::ostringstream err;
        const int code = dump_file(asked_, out, err);
        return {code, out.str(), err.str()};
    }

    ScratchFolder folder_;
    Invocation asked_{.file = folder_ / "frame.yaml", .files = {folder_ / "frame.yaml"}};
};

TEST_F(CheckTest, GoodFileIsSummedUpInOneLine) {
    const Outcome outcome = check(kGood);
    EXPECT_EQ(outcome.code, kExitDone);
    EXPECT_EQ(outcome.out.substr(0, outcome.out.find('\n')),
              asked_.file + ": ok: 1 vswitch, 1 partition, 2 adapters, 0 SEAs");
}

TEST_F(CheckTest, EveryFaultIsPrintedWithItsPlace) {
    const Outcome outcome = check("system: x\nnosuch: 1\nother: 2\n");
    EXPECT_EQ(outcome.code, kExitFailed);
    EXPECT_NE(outcome.out.find(asked_.file + ":2:1: "), std::string::npos);
    EXPECT_NE(outcome.out.find(asked_.file + ":3:1: "), std::string::npos);
}

TEST_F(CheckTest, JsonSaysTheSame) {
    const auto good = nlohmann::json::parse(check(kGood, true).out);
    EXPECT_EQ(good["schema_version"], 1);
    EXPECT_EQ(good["ok"], true);
    EXPECT_EQ(good["adapters"], 2);
    const auto bad = nlohmann::json::parse(check("nosuch: 1\n", true).out);
    EXPECT_EQ(bad["ok"], false);
    EXPECT_EQ(bad["faults"][0]["line"], 1);
    EXPECT_FALSE(bad["faults"][0]["what"].get<std::string>().empty());
}

TEST_F(CheckTest, OfSeveralFilesEachIsNamedAndOneThatIsWrongFailsThemAll) {
    const std::string bad = folder_ / "bad.yaml";
    std::ofstream(bad) << "nosuch: 1\n";
    asked_.files = {bad, asked_.file};
    const Outcome outcome = check(kGood);
    EXPECT_EQ(outcome.code, kExitFailed);
    EXPECT_EQ(outcome.out.find(bad + ":1:1: "), 0U);
    EXPECT_NE(outcome.out.find("\n" + asked_.file + ": ok: "), std::string::npos);

    const auto reply = nlohmann::json::parse(check(kGood, true).out);
    EXPECT_EQ(reply["schema_version"], 1);
    EXPECT_EQ(reply["ok"], false);
    EXPECT_EQ(reply["files"][0]["file"], bad);
    EXPECT_EQ(reply["files"][0]["ok"], false);
    EXPECT_EQ(reply["files"][1]["file"], asked_.file);
    EXPECT_EQ(reply["files"][1]["adapters"], 2);

    asked_.files = {asked_.file, asked_.file};
    EXPECT_EQ(check(kGood).code, kExitDone);
}

/// The notices about the port of an adapter.
class AbsentTest : public CheckTest {
  protected:
    std::string notices_about(const std::string& port) {
        std::string text = kGood;
        text.replace(text.find("{type: ring}"), 12, port);
        const Outcome outcome = check(text);
        EXPECT_EQ(outcome.code, kExitDone);
        return outcome.out.substr(outcome.out.find('\n') + 1);
    }
    std::string notice(const std::string& what) const {
        return asked_.file + ":8:9: notice: lpar1/ent0: there is no " + what + " on this machine\n";
    }
};

TEST_F(AbsentTest, WhatAPortStandsOnAndIsNotHereIsANotice) {
    EXPECT_EQ(notices_about(R"({type: ethdev, devargs: "net_af_packet0,iface=nosuch0"})"),
              notice("network interface nosuch0"));
    EXPECT_EQ(
        notices_about(R"({type: ethdev, devargs: "net_af_xdp0,start_queue=1,iface=nosuch0"})"),
        notice("network interface nosuch0"));
    EXPECT_EQ(notices_about(R"({type: ethdev, devargs: "net_tap0,iface=new0,remote=nosuch0"})"),
              notice("network interface nosuch0"));
    EXPECT_EQ(notices_about(R"({type: ethdev, devargs: "net_pcap0,rx_pcap=/nosuch/in.pcap"})"),
              notice("file /nosuch/in.pcap"));
    EXPECT_EQ(notices_about(R"({type: ethdev, pci: "ffff:ff:1f.7"})"),
              notice("PCI device ffff:ff:1f.7"));
}

TEST_F(AbsentTest, WhatIsHereOrWillBeMadeIsNone) {
    const std::string capture = folder_ / "in.pcap";
    std::ofstream(capture) << "";
    EXPECT_EQ(notices_about(R"({type: ethdev, devargs: "net_af_packet0,iface=lo"})"), "");
    EXPECT_EQ(notices_about(R"({type: ethdev, devargs: "net_tap0,iface=new0"})"), "");
    EXPECT_EQ(notices_about(R"({type: ethdev, devargs: "net_null0,no-rx=1"})"), "");
    EXPECT_EQ(notices_about(R"({type: ethdev, devargs: "net_pcap0,rx_pcap=)" + capture +
                            R"(,tx_pcap=/nosuch/out.pcap"})"),
              "");
}

TEST_F(AbsentTest, JsonHasItAmongTheNotices) {
    std::string text = kGood;
    text.replace(text.find("{type: ring}"),
                 12,
                 R"({type: ethdev, devargs: "net_af_packet0,iface=nosuch0"})");
    const auto reply = nlohmann::json::parse(check(text, true).out);
    EXPECT_EQ(reply["ok"], true);
    EXPECT_EQ(reply["notices"][0]["what"],
              "lpar1/ent0: there is no network interface nosuch0 on this machine");
}

TEST_F(CheckTest, DumpLoadsBackToTheSameDump) {
    const Outcome first = dump(kGood);
    EXPECT_EQ(first.code, kExitDone);
    const Outcome second = dump(first.out);
    EXPECT_EQ(second.code, kExitDone);
    EXPECT_EQ(second.out, first.out);
    EXPECT_EQ(nlohmann::json::parse(dump(kGood, true).out)["yaml"], first.out);
}

TEST_F(CheckTest, DumpOfABadFileGoesToStandardErrorOnly) {
    const Outcome outcome = dump("nosuch: 1\n");
    EXPECT_EQ(outcome.code, kExitFailed);
    EXPECT_EQ(outcome.out, "");
    EXPECT_NE(outcome.err.find(asked_.file + ":1:1: "), std::string::npos);
}

}  // namespace
}  // namespace sealane::cli
