// The verbs against a daemon of plain values, over a real socket.
#include "control/cli/remote.h"

#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>
#include <sys/stat.h>

#include <gtest/gtest.h>

#include "control/rpc/methods.h"
#include "tests/unit/cli/outcome.h"
#include "tests/unit/rpc/fake_system.h"
#include "tests/unit/rpc/running_server.h"
#include "tests/unit/rpc/unprivileged.h"

namespace sealane::cli {
namespace {

using nlohmann::json;

Outcome ask(const Invocation& asked) {
    std::ostringstream out;
    std::ostringstream err;
    const int code = ask_daemon(asked, out, err);
    return {code, out.str(), err.str()};
}

class RemoteTest : public testing::Test {
  protected:
    Invocation asked(Verb verb) const { return {.verb = verb, .control = server_.path()}; }

    std::unique_ptr<runtime::System> system_ = runtime::System::Parts::run(runtime::fake_parts());
    rpc::RunningServer server_{
        rpc::make_methods(*system_, {"0.1.0", "DPDK 22.11.11", "corei7", "avx2"})};
    ScratchFolder folder_;
};

TEST_F(RemoteTest, ImpairChangesBothWaysUnlessOneIsNamed) {
    Invocation line = asked(Verb::Impair);
    line.adapter = "lpar1/ent0";
    line.impair.words = {"loss=10%"};
    EXPECT_EQ(ask(line).code, kExitDone);
    line.impair = {.out = true, .words = {"delay=5ms"}};
    EXPECT_EQ(ask(line).out,
              "lpar1/ent0: link up\n"
              "  in   loss=10%\n"
              "       lost 3\n"
              "  out  delay=5ms loss=10%\n"
              "       nothing happened to frames yet\n");
}

TEST_F(RemoteTest, SeaShowTellsOfOneOrNamesThoseThatThereAre) {
    Invocation line = asked(Verb::SeaShow);
    line.sea = "vios2/ent6";
    EXPECT_EQ(ask(line).out.find("vios1/ent6"), std::string::npos);
    line.sea = "vios2/ent7";
    EXPECT_EQ(ask(line).err,
              "sealane: no SEA is called 'vios2/ent7'; there is vios1/ent6, vios2/ent6\n");
}

TEST_F(RemoteTest, SeaSetSaysWhatItIsNow) {
    Invocation line = asked(Verb::SeaSet);
    line.sea = "vios2/ent6";
    line.ha_mode = "standby";
    EXPECT_EQ(ask(line).out,
              "vios2/ent6: ha_mode standby; it hands over once its partner is ready\n");
}

TEST_F(RemoteTest, EveryVerbPrintsTextAndJson) {
    for (const Verb verb : {Verb::Show,
                            Verb::Stats,
                            Verb::Drops,
                            Verb::Vlan,
                            Verb::Sea,
                            Verb::SeaShow,
                            Verb::Events,
                            Verb::ConfigDump,
                            Verb::FdbShow,
                            Verb::FdbFlush}) {
        Invocation line = asked(verb);
        const Outcome text = ask(line);
        EXPECT_EQ(text.code, kExitDone) << text.err;
        EXPECT_FALSE(text.out.empty());
        EXPECT_EQ(text.err, "");
        line.json = true;
        EXPECT_EQ(json::parse(ask(line).out)["schema_version"], 1);
    }
}

TEST_F(RemoteTest, ADaemonsNoIsExitOneWithItsWords) {
    Invocation line = asked(Verb::FdbDel);
    line.mac = "02:00:5e:10:00:01";
    line.vlan = VlanId{1};
    Outcome outcome = ask(line);
    EXPECT_EQ(outcome.code, kExitFailed);
    EXPECT_EQ(outcome.err, "sealane: it is lpar1/ent0's own address\n");
    EXPECT_EQ(outcome.out, "");
    line.json = true;
    outcome = ask(line);
    EXPECT_EQ(json::parse(outcome.out),
              json({{"schema_version", 1}, {"error", "it is lpar1/ent0's own address"}}));
}

TEST_F(RemoteTest, NoDaemonIsExitThree) {
    Invocation line = asked(Verb::Show);
    line.control = folder_ / "none";
    const Outcome outcome = ask(line);
    EXPECT_EQ(outcome.code, kExitNoDaemon);
    EXPECT_NE(outcome.err.find(line.control), std::string::npos);
    EXPECT_NE(outcome.err.find("sealane run FILE"), std::string::npos);
}

TEST_F(RemoteTest, ADaemonThatIsNotOursToAskIsExitOne) {
    Invocation line = asked(Verb::Show);
    line.control = folder_ / "forbidden";
    const auto others = rpc::Listener::open(line.control);
    ASSERT_TRUE(others.ok());
    ASSERT_EQ(::chmod(line.control.c_str(), 0000), 0);
    ASSERT_EQ(::chmod((folder_ / ".").c_str(), 0711), 0);
    const Unprivileged nobody;
    const Outcome outcome = ask(line);
    EXPECT_EQ(outcome.code, kExitFailed);
    EXPECT_NE(outcome.err.find("Permission denied; it belongs to "), std::string::npos);
    EXPECT_EQ(outcome.err.find("sealane run"), std::string::npos);
}

TEST_F(RemoteTest, LoadSendsAllRowsOrNamesTheLine) {
    Invocation line = asked(Verb::FdbLoad);
    line.file = folder_ / "addresses";
    std::ofstream(line.file) << "# two\n02:00:00:00:00:01 10 lpar1/ent0\n\n"
                                "02:00:00:00:00:02 10 lpar1/ent0\n";
    EXPECT_EQ(ask(line).out, "added 2\n");

    std::ofstream(line.file) << "# two\n02:00:00:00:00:01 10 lpar1/ent0\n\n"
                                "02:00:00:00:00:02 10 lpar9/ent0\n";
    Outcome outcome = ask(line);
    EXPECT_EQ(outcome.code, kExitFailed);
    const std::string nothing = "sealane: " + line.file + ": nothing was loaded\n";
    EXPECT_EQ(outcome.err, line.file + ":4: no adapter is called 'lpar9/ent0'\n" + nothing);

    std::ofstream(line.file) << "# two\n02:00:00:00:00:01 10 lpar1/ent0\n\n"
                                "02:00:00:00:00:01 10 lpar1/ent0\n";
    EXPECT_EQ(ask(line).err, line.file + ":4: not as in line 2\n" + nothing);

    std::ofstream(line.file) << "wrong\n02:00:00:00:00:01 4095 lpar1/ent0\n";
    outcome = ask(line);
    EXPECT_EQ(outcome.code, kExitFailed);
    EXPECT_EQ(outcome.err,
              line.file + ":1: a row has three words, MAC VLAN ADAPTER\n" + line.file +
                  ":2: '4095' is no VLAN; one is from 1 to 4094\n" + nothing);

    line.json = true;
    EXPECT_EQ(json::parse(ask(line).out)["error"],
              line.file + ":1: a row has three words, MAC VLAN ADAPTER\n" + line.file +
                  ":2: '4095' is no VLAN; one is from 1 to 4094\n" + line.file +
                  ": nothing was loaded");
}

TEST(Remote, AStrangersAnswerIsNamed) {
    const rpc::RunningServer server({{"show", "", {}, [](const json&) { return json::object(); }}});
    const Outcome outcome = ask({.verb = Verb::Show, .control = server.path()});
    EXPECT_EQ(outcome.code, kExitFailed);
    EXPECT_NE(outcome.err.find("answers in a way this version does not know"), std::string::npos);
}

}  // namespace
}  // namespace sealane::cli
