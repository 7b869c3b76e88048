#include "control/cli/render_parts.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "control/cli/render.h"
#include "control/cli/table.h"
#include "control/rpc/method.h"

namespace sealane::cli {

using nlohmann::json;

std::vector<std::string> names_in_order(const json& object) {
    std::vector<std::string> names;
    for (const auto& [name, value] : object.items()) {
        names.push_back(name);
    }
    std::sort(names.begin(), names.end(), comes_before);
    return names;
}

std::string list_of_vlans(const json& vids) {
    std::string list;
    for (const json& vid : vids) {
        list += (list.empty() ? "" : ",") + text_of_number(vid);
    }
    return list.empty() ? kNothing : list;
}

std::uint64_t sum_of(const json& object) {
    std::uint64_t sum = 0;
    for (const json& number : object) {
        sum += number.get<std::uint64_t>();
    }
    return sum;
}

std::string silent_parts(const json& reply) {
    std::string text;
    for (const json& part : reply.value("elsewhere", json::array())) {
        if (!part.contains("why")) continue;
        text += part.at("part").get<std::string>() +
                " is not reached: " + part.at("why").get<std::string>() + "\n";
    }
    return text.empty() ? text : text + "\n";
}

std::string error_as_json(const std::string& text) {
    const json object{{"schema_version", rpc::kSchemaVersion}, {"error", text}};
    return object.dump(2, ' ', false, json::error_handler_t::replace) + "\n";
}

std::string text_of_number(const json& number) {
    return std::to_string(number.get<std::uint64_t>());
}

}  // namespace sealane::cli
