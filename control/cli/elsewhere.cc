#include "control/cli/elsewhere.h"

#include <nlohmann/json.hpp>

#include "control/rpc/client.h"

namespace sealane::cli {
namespace {

using nlohmann::json;

/// What the daemon at `control` says of its SEAs.
Result<json> ask_for_seas(const std::string& control, double timeout_s) {
    if (const Status may = rpc::may_connect(control); !may) return may.error();
    auto daemon = rpc::Client::connect(control, timeout_s);
    if (!daemon) return daemon.error();
    json reply;
    if (const auto fault = daemon->call("sea", json::object(), reply)) return Error{fault->text};
    return std::move(reply.at("seas"));
}

}  // namespace

void add_elsewhere(json& reply, double timeout_s) {
    if (!reply.contains("elsewhere")) return;
    for (json& part : reply.at("elsewhere")) {
        Result<json> seas = ask_for_seas(part.at("control").get<std::string>(), timeout_s);
        if (!seas) {
            part["why"] = seas.error().text;
            continue;
        }
        for (json& sea : *seas) {
            reply.at("seas").push_back(std::move(sea));
        }
    }
}

}  // namespace sealane::cli
