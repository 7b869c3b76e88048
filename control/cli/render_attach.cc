#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <sstream>

#include "control/cli/render.h"

namespace sealane::cli {

using nlohmann::json;

std::string render_attach(const json& reply) {
    std::string text = fmt::format(
        "{}: {}\n", reply.at("adapter").get<std::string>(), reply.at("port").get<std::string>());
    for (const json& line : reply.at("lines")) {
        text += fmt::format("\n{}:\n", line.at("what").get<std::string>());
        std::istringstream rows(line.at("text").get<std::string>());
        for (std::string row; std::getline(rows, row);) {
            text += fmt::format("  {}\n", row);
        }
    }
    if (!reply.at("notes").empty()) text += '\n';
    for (const json& note : reply.at("notes")) {
        text += fmt::format("note: {}\n", note.get<std::string>());
    }
    return text;
}

}  // namespace sealane::cli
