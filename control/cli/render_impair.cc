#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "control/cli/render.h"

namespace sealane::cli {
namespace {

using nlohmann::json;

std::string words_of(const json& set) {
    std::string words;
    for (const auto& [key, text] : set.items()) {
        words += fmt::format("{}{}={}", words.empty() ? "" : " ", key, text.get<std::string>());
    }
    return words.empty() ? "a good wire" : words;
}

std::string events_of(const json& events) {
    std::string text;
    for (const auto& [name, number] : events.items()) {
        if (number.get<std::uint64_t>() == 0) continue;
        text += fmt::format("{}{} {}", text.empty() ? "" : ", ", name, number.get<std::uint64_t>());
    }
    return text.empty() ? "nothing happened to frames yet" : text;
}

}  // namespace

std::string render_impair(const json& reply) {
    std::string text = fmt::format("{}: link {}\n",
                                   reply.at("adapter").get<std::string>(),
                                   reply.at("link").get<std::string>());
    for (const char* way : {"in", "out"}) {
        text += fmt::format("  {:<3}  {}\n       {}\n",
                            way,
                            words_of(reply.at(way).at("set")),
                            events_of(reply.at(way).at("events")));
    }
    return text;
}

}  // namespace sealane::cli
