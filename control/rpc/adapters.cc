#include "control/rpc/adapters.h"

#include <nlohmann/json.hpp>

#include "control/rpc/params.h"

namespace sealane::rpc {
namespace {

using nlohmann::json;

json mac_of_adapter(const runtime::System& system, const std::string& name) {
    for (const runtime::AdapterReport& adapter : system.adapters()) {
        if (adapter.name == name && adapter.mac) return to_string(*adapter.mac);
    }
    return {};
}

Result<json> add_adapter(runtime::System& system, const json& params) {
    const json& adapter = params.at("adapter");
    const Result<std::string> added =
        system.add_adapter(text_of(params, "partition"),
                           adapter.is_string() ? adapter.get<std::string>() : adapter.dump());
    if (!added) return added.error();
    return json{{"schema_version", kSchemaVersion},
                {"adapter", *added},
                {"mac", mac_of_adapter(system, *added)}};
}

Result<json> remove_adapter(runtime::System& system, const json& params) {
    const std::string adapter = text_of(params, "adapter");
    if (const Status removed = system.remove_adapter(adapter); !removed) return removed.error();
    return json{{"schema_version", kSchemaVersion}, {"adapter", adapter}};
}

}  // namespace

Methods adapter_methods(runtime::System& system) {
    return {
        {"adapter.add",
         "one more adapter of a client, with which frames pass at once",
         {{"partition", Kind::Text, true, "\"lpar9\"; made if there is none of the name"},
          {"adapter", Kind::Map, true, "what a file has in `adapters`"}},
         [&system](const json& params) { return add_adapter(system, params); }},
        {"adapter.remove",
         "an adapter of a client goes, with its port and its addresses",
         {{"adapter", Kind::Text, true, "\"lpar9/ent0\""}},
         [&system](const json& params) { return remove_adapter(system, params); }},
    };
}

}  // namespace sealane::rpc
