#include "tests/unit/config/edited_file.h"

#include <fstream>
#include <sstream>

#include "control/config/load.h"

namespace sealane::config {

std::string sample(const std::string& name) {
    const std::string path = std::string(SEALANE_CONFIG_SAMPLES) + "/good/" + name;
    const std::ifstream file(path);
    EXPECT_TRUE(file) << path;
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
}

std::string edited(const BadFile& bad) {
    std::istringstream lines(sample(bad.sample));
    std::string text;
    std::string line;
    for (std::size_t number = 1; std::getline(lines, line); ++number) {
        if (number == bad.line) {
            const std::size_t at = line.find(bad.from);
            EXPECT_NE(at, std::string::npos) << bad.name << ": not in: " << line;
            EXPECT_EQ(line.find(bad.from, at + 1), std::string::npos) << bad.name << ": twice";
            if (at != std::string::npos) line.replace(at, bad.from.size(), bad.to);
        }
        text += line + "\n";
    }
    return text;
}

TEST_P(BadFileIsRefused, WithItsPlaceWhatIsWrongAndWhatWouldBeRight) {
    const Loaded loaded = load(edited(GetParam()), "frame.yaml");

    std::vector<std::string> faults;
    for (const Fault& fault : loaded.faults) {
        faults.push_back(to_string(fault));
    }
    std::vector<std::string> expected;
    for (const std::string& fault : GetParam().faults) {
        expected.push_back("frame.yaml:" + fault);
    }
    EXPECT_EQ(faults, expected);
    EXPECT_FALSE(loaded.system.has_value());
}

}  // namespace sealane::config
