// `port args` of a daemon's configuration and of a file.
#include "control/cli/port_args.h"

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include <gtest/gtest.h>

#include "control/cli/remote.h"
#include "tests/unit/cli/outcome.h"
#include "tests/unit/rpc/running_server.h"
#include "tests/unit/rpc/scratch_folder.h"

namespace sealane::cli {
namespace {

using nlohmann::json;

constexpr const char* kFrame =
    "system: frame1\n"
    "vswitches:\n"
    "  - {name: ETHERNET0, mode: veb}\n"
    "partitions:\n"
    "  - name: lpar1\n"
    "    type: client\n"
    "    adapters:\n"
    "      - {name: ent0, type: virtual, vswitch: ETHERNET0, pvid: 1,\n"
    "         port: {type: qemu-stream, listen: run/1.sock}}\n";

Invocation asked_for_library() {
    return {.verb = Verb::PortArgs, .adapter = "lpar1/ent0", .attach = AttachTarget::Library};
}

TEST(PortArgs, SocketsAreInTheDirectoryThatTheDaemonTells) {
    const rpc::RunningServer server({{"config.dump", "", {}, [](const json&) {
                                          return json{{"yaml", kFrame}, {"directory", "/its/own"}};
                                      }}});
    Invocation asked = asked_for_library();
    asked.control = server.path();
    std::ostringstream out, err;
    EXPECT_EQ(ask_daemon(asked, out, err), kExitDone) << err.str();
    EXPECT_NE(out.str().find("(\"unix:/its/own/run/1.sock\","), std::string::npos) << out.str();

    asked.adapter = "lpar7/ent0";
    asked.json = true;
    out.str("");
    EXPECT_EQ(ask_daemon(asked, out, err), kExitFailed);
    EXPECT_EQ(json::parse(out.str())["error"], "no adapter is called 'lpar7/ent0'");
}

TEST(PortArgs, ADaemonThatTellsNoDirectoryIsOfAnotherVersion) {
    const rpc::RunningServer server({{"config.dump", "", {}, [](const json&) {
                                          return json{{"yaml", kFrame}};
                                      }}});
    Invocation asked = asked_for_library();
    asked.control = server.path();
    std::ostringstream out, err;
    EXPECT_EQ(ask_daemon(asked, out, err), kExitFailed);
    EXPECT_NE(err.str().find("answers in a way this version does not know"), std::string::npos);
}

TEST(PortArgs, AFilesSocketsAreInTheWorkingDirectory) {
    const ScratchFolder folder;
    Invocation asked = asked_for_library();
    asked.file = folder / "frame.yaml";
    std::ofstream(asked.file) << kFrame;
    asked.json = true;
    std::ostringstream out, err;
    EXPECT_EQ(port_args_of_file(asked, out, err), kExitDone) << err.str();
    EXPECT_EQ(json::parse(out.str())["lines"][0]["text"],
              "sealane_port_open(\"unix:" + std::filesystem::current_path().string() +
                  "/run/1.sock\", NULL, error, sizeof error)");

    std::ofstream(asked.file) << "system: 1\nvswitches: x\n";
    EXPECT_EQ(port_args_of_file(asked, out, err), kExitFailed);
    EXPECT_NE(err.str().find(asked.file + ":2:"), std::string::npos) << err.str();
}

}  // namespace
}  // namespace sealane::cli
