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
        std::ostringstream out;
        const int code = check_file(asked_, out);
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
    Invocation asked_{.file = folder_ / "frame.yaml"};
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
