#include "control/cli/address_file.h"

#include <fstream>

#include <gtest/gtest.h>

#include "tests/unit/rpc/scratch_folder.h"

namespace sealane::cli {
namespace {

AddressFile read(const std::string& text, std::string* path = nullptr) {
    const ScratchFolder folder;
    const std::string name = folder / "addresses";
    std::ofstream(name) << text;
    if (path != nullptr) *path = name;
    return read_address_file(name);
}

TEST(AddressFile, RowsRememberTheirLines) {
    const AddressFile file =
        read("# all\n\n02:00:00:00:00:01 10 a/b\n  02-00-00-00-00-0A  20  c/d # x");
    EXPECT_TRUE(file.faults.empty());
    EXPECT_EQ(file.rows,
              (std::vector<std::string>{"02:00:00:00:00:01 10 a/b", "02:00:00:00:00:0a 20 c/d"}));
    EXPECT_EQ(file.lines, (std::vector<std::size_t>{3, 4}));
}

TEST(AddressFile, EveryFaultIsToldWithItsLine) {
    std::string path;
    const AddressFile file = read("x\n02:00:00:00:00:01 10 a/b\n02:00:00:00:00:01 0 a/b\n", &path);
    EXPECT_EQ(file.faults,
              (std::vector<std::string>{path + ":1: a row has three words, MAC VLAN ADAPTER",
                                        path + ":3: '0' is no VLAN; one is from 1 to 4094"}));
}

TEST(AddressFile, AFileThatIsWrongAllOverIsNotQuotedAllOver) {
    std::string text;
    for (int i = 0; i < 1'000; ++i) {
        text += "wrong\n";
    }
    const std::vector<std::string> faults = read(text).faults;
    ASSERT_EQ(faults.size(), 21U);
    EXPECT_EQ(faults.back(), "and 980 more");
}

TEST(AddressFile, AFileThatIsNotThereIsAFault) {
    EXPECT_EQ(read_address_file("/nonexistent/x").faults,
              std::vector<std::string>{"/nonexistent/x: No such file or directory"});
}

}  // namespace
}  // namespace sealane::cli
