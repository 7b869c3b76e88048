#include "control/rpc/pairs.h"

#include <nlohmann/json.hpp>

#include "control/rpc/params.h"
#include "control/rpc/replies.h"

namespace sealane::rpc {
namespace {

using nlohmann::json;

Result<json> set_sea(runtime::System& system, const json& params) {
    const std::string sea = text_of(params, "sea");
    const std::string mode = text_of(params, "ha_mode");
    if (const Status set = system.set_ha_mode(sea, mode); !set) return set.error();
    return json{{"schema_version", kSchemaVersion}, {"sea", sea}, {"ha_mode", mode}};
}

json events(const runtime::System& system, const json& params) {
    json list = json::array();
    for (const runtime::EventReport& event : system.events(number_of(params, "after"))) {
        list.push_back({{"number", event.number},
                        {"age_s", event.age_s},
                        {"sea", event.sea},
                        {"kind", event.kind},
                        {"what", event.what},
                        {"cause", event.cause}});
    }
    return {{"schema_version", kSchemaVersion}, {"events", std::move(list)}};
}

}  // namespace

Methods pair_methods(runtime::System& system) {
    return {{"sea.set",
             "changes ha_mode of a running SEA, until its end or the next change",
             {{"sea", Kind::Text, true, "\"vios1/ent6\""},
              {"ha_mode", Kind::Text, true, "\"auto\", \"standby\" or \"sharing\""}},
             [&system](const json& params) { return set_sea(system, params); }},
            {"events",
             "what happened to SEAs lately: changes of role and slots, alarms, each with its cause",
             {{"after", Kind::Number, false, "only those numbered above it"}},
             [&system](const json& params) { return events(system, params); }}};
}

}  // namespace sealane::rpc
