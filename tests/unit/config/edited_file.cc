#include "tests/unit/config/edited_file.h"

#include <fstream>
#include <sstream>

#include "control/config/load.h"

namespace sealane::config {

std::string sample(std::string_view name) {
    const std::string path = std::string(SEALANE_CONFIG_SAMPLES) + "/good/" + std::string(name);
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
        text.append(line).append("\n");
    }
    return text;
}

TEST_P(BadFileIsRefused, WithItsPlaceWhatIsWrongAndWhatWouldBeRight) {
    const Loaded loaded = load(edited(GetParam()), "frame.yaml");

    std::istringstream lines{std::string(GetParam().faults)};
    std::string expected;
    for (std::string fault; std::getline(lines, fault);) {
        expected.append("frame.yaml:").append(fault).append("\n");
    }
    EXPECT_EQ(to_string(loaded.faults), expected);
    EXPECT_FALSE(loaded.system.has_value());
}

}  // namespace sealane::config
